"""Public addresses of every kind, and articles that each of them answers about."""

from datetime import UTC, datetime, timedelta

from tests import builders
from tests.conftest import Bench

ROUTES = [
    *("/v1", "/v1/articles", "/v1/articles?tag=water&count=true", "/v1/articles/n1", "/v1/tags"),
    *("/v1/feeds/articles.rss", "/v1/feeds/articles.atom?month=2020-01", "/sitemap.xml"),
    *("/v1/feeds/articles.json?tag=water", "/v1/oai?verb=ListRecords&metadataPrefix=oai_dc"),
    "/v1/feeds/events.ics",
    *("/v1/site", "/v1/site?lang=es&include=jsonld", "/v1/home", "/v1/home?lang=en&latest=3"),
    *("/v1/articles/n1.jsonld", "/v1/oembed?url=http://127.0.0.1:8000/n1"),
    *(
        "/v1/tags/water",
        "/v1/archive",
        "/v1/authors",
        "/v1/authors/ana",
        "/v1/sponsors",
        "/v1/committee",
        "/v1/events",
        "/v1/resolve?path=/n1",
    ),
]


def filled(bench: Bench) -> Bench:
    for slug in ("water", "river"):
        builders.tag(bench.runtime, slug)
    day = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(23):
        builders.published(
            bench.runtime,
            title=f"n{number}",
            tags=("water",),
            authors=({"name": "Ana"},),
            published_at=day + timedelta(days=number // 2),
        )
    return bench
