"""The front page in one request: what the lists say, from one snapshot, by few statements."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.editorial import publishing
from tests import builders
from tests.builders import EDITOR
from tests.conftest import bench_in
from tests.contract.statements import counted
from tests.site.publisher import Publisher

DAY = datetime(2020, 1, 1, tzinfo=UTC)
SITE_LANGUAGES = ("en", "es", "pt", "pt-BR")


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    """Topics with others below them, articles in four languages, some of them translations."""
    with bench_in(
        tmp_path, serve_worker=False, answer_cache_mb=0, languages=",".join(SITE_LANGUAGES)
    ) as bench:
        for slug in ("land", "air", "empty"):
            builders.tag(bench.runtime, slug)
        for slug in ("water", "mining"):
            builders.tag(bench.runtime, slug, parent="land")
        records = []
        for number in range(24):
            lang = SITE_LANGUAGES[number % 4]
            record: dict[str, Any] = {
                "type": "article",
                "lang": lang,
                "title": f"n{number}",
                "slug": f"n{number}",
                "tags": [("water",), ("mining", "water"), ("air",)][number % 3],
                "published_at": f"{DAY + timedelta(days=number // 2):%Y-%m-%dT%H:%M:%SZ}",
            }
            if lang == "pt-BR":  # the pt before it is the same story
                record["translations"] = [{"lang": "pt", "slug": f"n{number - 1}"}]
            records.append(record)
        path = tmp_path / "articles.jsonl"
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        assert builders.imported(bench.runtime, path).refused == []
        yield Publisher(bench)


def articles(publisher: Publisher, query: str) -> list[Any]:
    answer = publisher.bench.client.get(f"/v1/articles?{query}")
    assert answer.status_code == 200, answer.text
    data: list[Any] = answer.json()["data"]
    return data


@pytest.mark.parametrize("lang", ["", "en", "es", "pt", "pt-BR"])
def test_it_says_what_the_lists_say(publisher: Publisher, lang: str) -> None:
    publisher.save(sections=["air", "land", "mining", "empty"])
    chosen = f"&lang={lang}" if lang else ""
    home = publisher.home(f"?latest=7&per_section=5{chosen}")
    assert home["latest"] == articles(publisher, f"limit=7{chosen}")
    found = {section["tag"]["slug"]: section["articles"] for section in home["sections"]}
    expected = {
        slug: articles(publisher, f"limit=5&tag={slug}{chosen}")
        for slug in ("air", "land", "mining")
    }
    assert found == {slug: items for slug, items in expected.items() if items}
    assert list(found) == [slug for slug in expected if slug in found]
    assert len(found["land"]) >= 3
    assert home["featured"] == []


def test_the_sizes_are_kept(publisher: Publisher) -> None:
    home = publisher.home()
    assert [len(section["articles"]) for section in home["sections"]] == [4, 4]
    assert [section["tag"]["slug"] for section in home["sections"]] == ["land", "air"]
    assert len(home["latest"]) == 10
    nothing = {"featured": [], "latest": [], "sections": []}
    assert publisher.home("?latest=0&sections=0") == nothing
    assert publisher.home("?latest=0&per_section=0") == nothing
    assert len(publisher.home("?sections=1")["sections"]) == 1
    for query in (
        *("latest=51", "sections=13", "per_section=13", "latest=-1", "latest=1.0", "lang=de"),
        *("latst=1", "tag=water"),
    ):
        answer = publisher.bench.client.get(f"/v1/home?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["parameter"] in ("lang", *query.split("=")[:1])


def ids(publisher: Publisher, *slugs: str) -> list[str]:
    return [
        publisher.bench.client.get(f"/v1/articles/{slug}").json()["data"]["id"] for slug in slugs
    ]


def test_what_is_featured_comes_in_order_while_it_is_visible(publisher: Publisher) -> None:
    bench = publisher.bench
    draft = builders.draft(bench.runtime, title="Soon", slug="soon")
    chosen = [*ids(publisher, "n4", "n0", "n6"), str(draft[0])]
    publisher.save(featured=chosen)

    def featured(query: str = "") -> list[str]:
        return [item["slug"] for item in publisher.home(f"?latest=0{query}")["featured"]]

    assert featured() == ["n4", "n0", "n6"]
    assert featured("&lang=en") == ["n4", "n0"]
    assert featured("&lang=es") == []
    assert featured("&lang=pt-BR") == ["n7"]  # the translation of n6
    builders.publish(bench.runtime, draft, at=bench.clock.now + timedelta(hours=1))
    assert featured() == ["n4", "n0", "n6"]
    bench.clock.move(hours=1)
    assert featured() == ["n4", "n0", "n6", "soon"]
    with bench.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, draft[0], "It was wrong.")
    assert featured() == ["n4", "n0", "n6"]
    whole = publisher.home("?latest=0&lang=en")["featured"][0]
    assert whole == articles(publisher, f"ids={chosen[0]}")[0]


def test_a_head_that_is_late_changes_nothing_but_the_default(publisher: Publisher) -> None:
    """Past a boundary that nobody has promoted, the home is as exact as the lists are."""
    bench = publisher.bench
    draft = builders.draft(bench.runtime, title="Newest", slug="newest", tags=("air",))
    builders.publish(bench.runtime, draft, at=bench.clock.now + timedelta(hours=1))
    bench.clock.move(hours=2)
    home = publisher.home("?lang=en")
    assert home["latest"][0]["slug"] == "newest"
    sections = {section["tag"]["slug"]: section["articles"] for section in home["sections"]}
    assert sections["air"][0]["slug"] == "newest"


def test_few_statements_make_it(publisher: Publisher) -> None:
    bench = publisher.bench
    publisher.save(featured=ids(publisher, "n4", "n0"), sections=["air", "land", "mining"])

    def cost(url: str) -> int:
        with counted(bench.runtime) as seen:
            assert bench.client.get(url).status_code == 200
        return len(seen)

    publisher.save(names={"en": "A new head"})
    # The head, the record, the featured keys, the latest keys, the tags and their newest keys, all
    # items, their translations.
    assert cost("/v1/home?latest=50&sections=12&per_section=12") == 8
    assert cost("/v1/home?latest=50&sections=12&per_section=12") == 4
    publisher.save(names={"en": "Another head"})
    assert cost("/v1/site") <= 6
    assert cost("/v1/site") <= 3
