"""Articles for feeds: one that has everything, and an archive of some years."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.editorial import articles
from tests import builders
from tests.conftest import Bench

ODD = "Ñandú & <b>“land”</b> ]]> 🌊"


def feed(bench: Bench, kind: str, query: str = "") -> bytes:
    answer = bench.client.get(f"/v1/feeds/articles.{kind}?{query}")
    assert answer.status_code == 200, answer.text
    found: bytes = answer.content
    return found


def rich(bench: Bench) -> tuple[UUID, UUID]:
    """An article with everything that an article may have, and its translation."""
    builders.tag(bench.runtime, "water", names={"en": "Water & land", "es": "Agua"})
    keys = []
    for lang, slug in (("en", "one"), ("es", "uno")):
        key = builders.published(
            bench.runtime,
            lang=lang,
            slug=slug,
            title=ODD,
            summary=ODD,
            body=f"A *body*: {ODD}",
            tags=("water",),
            authors=({"name": "Ana Pérez"}, {"name": "B & C"}),
            source={"name": "La Voz & Co", "url": "https://voz.example/a?b=1&c=ñ"},
            image={"url": "https://pix.example/a.JPG?w=1&h=2", "alt": "A <lake>"},
            rights={"credit": "Credit & Co", "licence": "https://licence.example/by"},
            published_at=datetime(2019, 5, 1, 10, tzinfo=UTC),
        )
        keys.append(key)
    with bench.runtime.publishing() as tx:
        article = articles.lock_article(tx, keys[0], None)
        articles.link_translations(tx, article, [keys[1]], tx.moment)
    return keys[0], keys[1]


def fill(bench: Bench) -> None:
    """Fifty articles over some years, most months empty, in two languages, some tagged."""
    builders.tag(bench.runtime, "water")
    for number in range(50):
        builders.published(
            bench.runtime,
            title=f"n{number}",
            lang="es" if number % 3 else "en",
            tags=("water",) if number % 4 else (),
            rights={"syndicatable": bool(number % 2)},
            published_at=datetime(2004, 1, 31, 23, tzinfo=UTC) + timedelta(days=17 * number),
        )
