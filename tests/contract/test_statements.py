"""What each route costs the store: the exact statements, cold and warm, and how they walk."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.editorial import publishing
from tests import builders
from tests.admin.newsdesk import Newsdesk
from tests.admin.scheduling import RELEASES, later, released
from tests.builders import EDITOR
from tests.conftest import Bench, bench_in
from tests.contract.statements import counted
from tests.search.follow import follow

SQLITE = pytest.mark.sqlite_only("its plans; those of PostgreSQL are in test_plans.py")

HEAD, TAGS = "change_head", "tag"


@pytest.fixture
def uncached(tmp_path: Path) -> Iterator[Bench]:
    """What it costs to make an answer is asked here."""
    with bench_in(tmp_path, serve_worker=False, answer_cache_mb=0) as bench:
        yield filled(bench)


@pytest.fixture
def cached(quiet: Bench) -> Bench:
    return filled(quiet)


def filled(quiet: Bench) -> Bench:
    builders.tag(quiet.runtime, "land")
    builders.tag(quiet.runtime, "water", parent="land")
    builders.tag(quiet.runtime, "cusco")
    day = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(12):
        builders.published(
            quiet.runtime,
            title=f"n{number}",
            tags=("water", "cusco"),
            lang=("en", "es")[number % 2],
            authors=({"name": "Ana"},),
            published_at=day + timedelta(days=number),
        )
    return quiet


def tables(bench: Bench, url: str, **options: Any) -> list[str]:
    """The first table of every statement that a request runs, in order."""
    with counted(bench.runtime) as seen:
        assert bench.client.get(url, **options).status_code < 500
    found = [re.search(r'FROM "?(\w+)', statement) for statement, _ in seen]
    return [match[1] for match in found if match]


KEYS, KEYS_BY_TAG = "publication", "publication_tag"
ITEMS = "publication"  # only what is not remembered for this head of the log
PATHS = ["alias", "publication"]
CARDS = ["publication_tag", "publication_tag", "publication"]  # what is newest of each tag
NEIGHBOURS = ["publication", "publication"]
COUNT, MONTHS = "publication_count", "publication_month"

# Which slugs, what is counted of them, what editors said, and their names in the newest articles.
AUTHORS = ["author_count", "author_count", "author", "publication_author", "publication"]

COSTS = [
    ("/v1", [], []),
    ("/v1/articles", [TAGS, KEYS, ITEMS], [KEYS]),
    ("/v1/articles?limit=2&lang=es", [TAGS, KEYS, ITEMS], [KEYS]),
    ("/v1/articles?tag=water", [TAGS, KEYS_BY_TAG, ITEMS], [KEYS_BY_TAG]),
    ("/v1/articles?tag=land,-cusco", [TAGS, COUNT, COUNT], []),
    ("/v1/articles?fields=title", [TAGS, KEYS, ITEMS], [KEYS]),
    ("/v1/articles?include=paths", [TAGS, KEYS, ITEMS, *PATHS], [KEYS, *PATHS]),
    ("/v1/articles?limit=1&include=related", [TAGS, KEYS, ITEMS, ITEMS, *CARDS], [KEYS]),
    ("/v1/articles?limit=9&include=related&lang=es", [TAGS, KEYS, ITEMS, ITEMS, *CARDS], [KEYS]),
    ("/v1/articles?count=true", [TAGS, KEYS, ITEMS, COUNT], [KEYS]),
    ("/v1/articles?count=true&tag=water", [TAGS, KEYS_BY_TAG, ITEMS, COUNT], [KEYS_BY_TAG]),
    ("/v1/articles/n3", [TAGS, ITEMS, *PATHS, *CARDS, *NEIGHBOURS], [ITEMS]),
    ("/v1/articles/n3?fields=title", [TAGS, ITEMS, *PATHS, *CARDS, *NEIGHBOURS], [ITEMS]),
    ("/v1/articles/n3.jsonld", [TAGS, ITEMS], [ITEMS]),
    ("/v1/tags", [TAGS, COUNT], []),
    ("/v1/tags?lang=es", [TAGS, COUNT], []),
    ("/v1/tags/water", [TAGS, COUNT], []),
    ("/v1/archive", [TAGS, MONTHS], []),
    ("/v1/archive?tag=water", [TAGS, MONTHS], []),
    ("/v1/authors", AUTHORS, AUTHORS),
    ("/v1/authors/ana", AUTHORS[1:], AUTHORS[1:]),
    ("/v1/sponsors", ["sponsor"], ["sponsor"]),
    ("/v1/committee", ["committee_member"], ["committee_member"]),
    ("/v1/events", ["event"], ["event"]),
    ("/v1/events?tag=water", [TAGS, "event"], ["event"]),
    ("/v1/feeds/events.ics", ["event"], ["event"]),
    (
        "/v1/resolve?path=/n3",
        ["alias", "publication"],
        ["alias", "publication"],
    ),
]


@pytest.mark.parametrize(("url", "first", "repeated"), COSTS)
def test_what_a_route_asks_of_the_store(
    uncached: Bench, url: str, first: list[str], repeated: list[str]
) -> None:
    assert tables(uncached, url) == [HEAD, *first]
    assert tables(uncached, url) == [HEAD, *repeated]
    tag = uncached.client.get(url).headers["ETag"]
    assert tables(uncached, url, headers={"If-None-Match": tag}) == [HEAD]


@pytest.mark.parametrize("url", ["/v1/articles?tag=water", "/v1/articles/n3", "/v1/search?q=n3"])
def test_an_answer_that_was_made_is_given_again_until_something_changes(
    cached: Bench, url: str
) -> None:
    follow(cached.runtime)
    first, second, third = (cached.client.get(url) for _ in range(3))
    for again in (second, third):
        assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))
    assert tables(cached, url) == []
    article = UUID(cached.client.get("/v1/articles/n3").json()["data"]["id"])
    with cached.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, article, "It was wrong.")
    assert cached.client.get("/v1/articles/n3").status_code == 410
    assert b"n3" not in cached.client.get("/v1/articles?tag=water").content
    assert b'"slug":"n3"' not in cached.client.get("/v1/search?q=n3").content


def plan(bench: Bench, url: str) -> list[str]:
    with counted(bench.runtime) as seen:
        assert bench.client.get(url).status_code == 200
    assert not any("publication_body" in statement for statement, _ in seen)
    [(statement, parameters)] = [one for one in seen if "key_at" in one[0]]
    assert "publication.item" not in statement
    with bench.runtime.database.reading() as tx:
        rows = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    return [row[-1] for row in rows]


@SQLITE
@pytest.mark.parametrize(
    ("url", "index", "condition"),
    [
        ("/v1/articles?limit=3", "publication_list", "kind=?"),
        ("/v1/articles?limit=3&order=oldest", "publication_list", "kind=?"),
        ("/v1/articles?limit=3&lang=es", "publication_list_lang", "kind=? AND lang=?"),
        ("/v1/articles?limit=3&tag=water", "publication_tag_list", "tag_id=? AND kind=?"),
        ("/v1/articles?limit=3&author=ana", "publication_author_list", "author_slug=? AND kind=?"),
    ],
)
def test_a_list_walks_one_narrow_index(
    uncached: Bench, url: str, index: str, condition: str
) -> None:
    first = plan(uncached, url)
    walked = [line for line in first if f"INDEX {index} " in line]
    assert len(walked) == 1, first
    assert f"({condition}" in walked[0]
    assert not any(line.startswith("SCAN publication") for line in first), first
    following = uncached.client.get(url).json()["links"]["next"]
    assert sum(f"INDEX {index} " in line for line in plan(uncached, following)) == 1


@SQLITE
def test_neighbours_are_found_by_the_place_in_the_list(uncached: Bench) -> None:
    with counted(uncached.runtime) as seen:
        assert uncached.client.get("/v1/articles/n3").status_code == 200
    found = [one for one in seen if "publication.article_id !=" in one[0]]
    assert len(found) == 2
    with uncached.runtime.database.reading() as tx:
        for statement, parameters in found:
            asked = f"EXPLAIN QUERY PLAN {statement}"
            (step,) = tx.connection.exec_driver_sql(asked, parameters).all()
            assert "publication USING INDEX publication_list_lang (kind=? AND" in step[-1]
            assert "(lang,published_at,article_id)" in step[-1]
            assert step[-1].count("lang") == 3, "the walk must end with the language"


@SQLITE
def test_a_plain_list_reads_fragments_of_its_page_alone(uncached: Bench) -> None:
    """No sort of its own: the walk's order is the answer's, so it stops after one page; and it
    never leaves its index."""
    for url in ("/v1/articles?limit=3", "/v1/articles?limit=3&lang=es"):
        walk = plan(uncached, url)
        assert not any("TEMP B-TREE" in line for line in walk)
        assert any("COVERING INDEX publication_list" in line for line in walk), walk
    with_tag = plan(uncached, "/v1/articles?limit=3&tag=water")
    assert any("COVERING INDEX publication_tag_list" in line for line in with_tag), with_tag


@SQLITE
@pytest.mark.parametrize(
    "query", ["tag=cusco&order=updated", "author=ana&order=updated", "updated_since=2020-01-01"]
)
def test_what_is_gathered_never_walks_a_list(
    uncached: Bench, query: str, subtests: pytest.Subtests
) -> None:
    """From a cursor as from the start: a list walked to find a few would be walked to its end."""
    url = f"/v1/articles?limit=3&{query}"
    following = uncached.client.get(url).json()["links"]["next"]
    for page in (url, following, uncached.client.get(following).json()["links"]["prev"]):
        with subtests.test(page=page):
            walk = plan(uncached, page)
            assert "MATERIALIZE gathered" in walk
            assert walk[-1].startswith("USE TEMP B-TREE FOR ORDER BY"), walk
            outside = walk[
                walk.index(next(line for line in walk if line.startswith("SCAN gathered"))) :
            ]
            assert "SEARCH publication USING INTEGER PRIMARY KEY (rowid=?)" in outside, walk


def test_a_page_costs_the_same_statements_however_long(uncached: Bench) -> None:
    uncached.client.get("/v1/articles")
    costs = {
        (limit, include): tables(uncached, f"/v1/articles?limit={limit}&include={include}")
        for include in ("", "paths")
        for limit in (1, 12)
    }
    assert costs[1, ""] == costs[12, ""]
    assert costs[1, "paths"] == costs[12, "paths"]


@SQLITE
@pytest.mark.parametrize("query", ["", "&from=2020-01-01&to=2040-01-01"])
def test_the_calendar_of_releases_walks_its_own_indexes(quiet: Bench, query: str) -> None:
    desk = Newsdesk.of(quiet)
    wheres = [desk.create(slug=f"n{n}") for n in range(4)]
    released(desk, later(desk, hours=1), wheres, until=later(desk, hours=2))
    first = f"{RELEASES}?limit=2{query}"
    for url in (first, desk.get(first).json()["links"]["next"]):
        with counted(quiet.runtime) as seen:
            assert desk.get(url).status_code == 200
        found = [one for one in seen if "published_by_id" in one[0]]
        assert len(found) == 2
        with quiet.runtime.database.reading() as tx:
            for (statement, parameters), index in zip(
                found, ("publication_begins", "publication_expires"), strict=True
            ):
                asked = f"EXPLAIN QUERY PLAN {statement}"
                steps = [row[-1] for row in tx.connection.exec_driver_sql(asked, parameters)]
                assert sum(f"USING INDEX {index} (" in step for step in steps) == 1, steps
                assert not any(step.startswith("SCAN") for step in steps), steps
