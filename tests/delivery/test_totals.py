"""Totals of lists: exact where they are kept, and honest where counting stopped."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from app.changes import head
from app.delivery.filters import tag_clauses
from app.published.archive import list_years
from app.published.cache import HeadCache, ReadCache
from app.published.query import ArticleFilter
from app.published.totals import ArticleTotal, count_articles
from tests import builders
from tests.conftest import Bench, bench_in

ARTICLES = 12


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A dozen articles, one a day, that carry one tag more after every third."""
    folder: Path = tmp_path_factory.mktemp("totals")
    with bench_in(folder, serve_worker=False) as bench:
        for slug in ("a", "b", "c", "alone"):
            builders.tag(bench.runtime, slug)
        builders.tag(bench.runtime, "a-below", parent="a")
        for number in range(ARTICLES):
            builders.published(
                bench.runtime,
                lang=("en", "es")[number % 2],
                tags=("a-below", "b", "c")[: number // 3],
                authors=({"name": "Ana"},),
                rights={"syndicatable": number > 0},
                published_at=bench.clock() - timedelta(days=number),
            )
        builders.published(bench.runtime, tags=("alone",), kind="page")
        yield bench


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", 12),
        ("tag=a", 9),
        ("tag=a-below,a", 9),
        ("tag=a,b", 6),
        ("tag=a,-b", 3),
        ("tag=-a", 3),
        ("tag=-b,-c", 6),
        ("tag=a,-a", 0),
        ("tag=a,alone", 0),
        ("tag=alone", 0),
        ("tag=alone&kind=page", 1),
        ("tag=b&lang=es", 3),
        ("tag=a&rights=syndicatable", 9),
        ("rights=syndicatable", 11),
        ("from_date=2026-02-20", 10),
        ("tag=a&from_date=2026-01-15&to_date=2026-02-26", 9),
        ("tag=a,b,c", 3),
        ("tag=a|b", 9),
        ("author=ana&tag=b", 6),
        ("updated_since=2026-01-01", 12),
    ],
)
def test_a_total_is_the_number_of_articles_that_the_list_has(
    archive: Bench, query: str, total: int
) -> None:
    answer = archive.client.get(f"/v1/articles?count=true&limit=100&{query}").json()
    assert answer["meta"] == {"limit": 100, "total": total, "total_is_exact": True}
    assert len(answer["data"]) == total
    months = archive.client.get(f"/v1/archive?{query}").json()["data"]
    assert sum(year["count"] for year in months) == total


def test_a_list_without_a_count_has_no_total(archive: Bench) -> None:
    assert archive.client.get("/v1/articles?limit=1").json()["meta"] == {"limit": 1}


@pytest.mark.parametrize(
    ("clauses", "author", "most", "total"),
    [
        ("", "ana", 6, ArticleTotal(6, is_exact=False)),
        ("", "ana", 12, ArticleTotal(12)),
        ("a,b,c", None, 10, ArticleTotal(1, is_exact=False)),
        ("-a,-b,-c", None, 39, ArticleTotal(3, is_exact=False)),
        ("a", "ana", 8, ArticleTotal(1, is_exact=False)),
    ],
)
def test_counting_stops_at_a_number_of_rows_and_says_so(
    archive: Bench, clauses: str, author: str | None, most: int, total: ArticleTotal
) -> None:
    with archive.runtime.database.reading() as tx:
        log = head(tx)
        tags = ReadCache(("en", "es")).tags(tx, log)
        all_of, none_of = tag_clauses(clauses, tags)
        filters = ArticleFilter(author=author, all_of=all_of, none_of=none_of)
        now = log.moment(archive.clock())
        counted = count_articles(tx, tags, filters, now, HeadCache(current=True), most)
    assert counted == total


def test_a_total_past_a_boundary_is_counted(quiet: Bench) -> None:
    """Nobody has promoted, so the kept counts are of the time before."""
    soon = quiet.clock() + timedelta(minutes=1)
    builders.publish(quiet.runtime, builders.draft(quiet.runtime), at=soon)
    for minutes, total in ((0, 0), (2, 1)):
        quiet.clock.move(minutes=minutes)
        meta = quiet.client.get("/v1/articles?count=true").json()["meta"]
        assert (meta["total"], meta["total_is_exact"]) == (total, True)
        assert len(quiet.client.get("/v1/archive").json()["data"]) == total


def test_an_archive_that_is_long_to_count_comes_in_pages(
    archive: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = archive.client.get("/v1/archive?author=ana&to_date=2026-03-09").json()
    assert whole["links"]["next"] is None
    one_month = partial(list_years, most=0)
    monkeypatch.setattr("app.delivery.list_context.archive.list_years", one_month)
    page = archive.client.get("/v1/archive?author=ana")
    assert page.json()["data"] == [{"year": 2026, "count": 1, "months": [{"month": 3, "count": 1}]}]
    following = page.json()["links"]["next"]
    assert following.endswith("/v1/archive?author=ana&to_date=2026-02-28")
    assert page.headers["link"] == f'<{following}>; rel="next"'
    months = [page.json()["data"][0]["months"][0]]
    while following is not None:
        page = archive.client.get(following)
        months += [month for year in page.json()["data"] for month in year["months"]]
        following = page.json()["links"]["next"]
    assert months == whole["data"][0]["months"]
    assert archive.client.get("/v1/archive?tag=a").json()["links"]["next"] is None
