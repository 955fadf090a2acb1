"""A real Varnish that is told: what changes is gone soon, and for good."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from app.editorial import articles, correcting, publishing, takedown
from app.editorial.content import ArticleInput, prepare
from app.runtime import Runtime
from tests import builders
from tests.builders import BY, EDITOR
from tests.commands import willay
from tests.operating.varnish import Front, front, needs_varnish, wait_for

pytestmark = [needs_varnish, pytest.mark.timeout(300)]

Newsroom = tuple[Front, Runtime]

SOON = 6.0
"""Seconds within which a change shows: two, and room for a machine that runs other tests as well.
What is not told stays for an hour."""

LISTS = (
    *("/v1/articles", "/v1/articles?limit=1", "/v1/feeds/articles.atom"),
    *("/v1/feeds/articles.rss", "/v1/feeds/articles.json", "/sitemaps/news.xml"),
    "/v1/oai?verb=ListRecords&metadataPrefix=oai_dc",
)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with front(tmp_path_factory.mktemp("front")) as here:
        yield here


def shown_at(word: str) -> tuple[str, ...]:
    """Every address that shows an article with this word as its slug."""
    page = f"/v1/articles/{word}"
    search = (f"/v1/search?q={word}", f"/v1/feeds/articles.atom?q={word}")
    return (page, f"{page}.jsonld", *LISTS, *search, f"/v1/search/suggest?q={word[:5]}")


def warm_with(here: Front, word: str, text: str) -> tuple[str, ...]:
    """The addresses that show a text, all of which Varnish gives without asking."""
    paths = shown_at(word)
    for path in paths:
        wait_for(lambda path=path: text in here.get(path).text, (path, text))  # type: ignore[misc]
    here.warm(*paths)
    return paths


def gone_soon(here: Front, paths: tuple[str, ...], text: str) -> None:
    """Soon no address gives the text, nor later."""
    began = time.monotonic()
    for path in paths:
        left = max(0.1, SOON - (time.monotonic() - began))
        wait_for(lambda path=path: text not in here.get(path).text, path, left)  # type: ignore[misc]
    for _ in range(3):
        time.sleep(0.3)
        assert [path for path in paths if text in here.get(path).text] == []


def retract(runtime: Runtime, key: UUID) -> None:
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Wrong.")


def test_what_is_published_shows(newsroom: Newsroom) -> None:
    here, runtime = newsroom
    here.warm(*LISTS)
    builders.published(runtime, title="Zorzal one", slug="zorzal-one")
    for path in LISTS:
        wait_for(lambda path=path: "zorzal-one" in here.get(path).text, path, SOON)  # type: ignore[misc]


def test_what_is_corrected_shows(newsroom: Newsroom) -> None:
    here, runtime = newsroom
    key = builders.published(runtime, title="Condor sings", slug="condor")
    paths = warm_with(here, "condor", "sings")
    content = ArticleInput(lang="en", title="Condor flies", slug="condor", body="x")
    ready = prepare(content, runtime.site_rules)
    with runtime.database.reading() as tx:
        revision = articles.read(tx, key).article.revision
    with runtime.publishing() as tx:
        correcting.correct(
            tx, EDITOR, key, revision, runtime.site_rules, "It does not sing.", draft=ready
        )
    gone_soon(here, paths, "Condor sings")
    for path in paths:
        assert "flies" in here.get(path).text, path


def test_what_is_retracted_goes(newsroom: Newsroom) -> None:
    here, runtime = newsroom
    other = builders.published(runtime, title="Quetzal stays", slug="quetzal-stays")
    builders.published(runtime, title="Puma", slug="puma")  # the page before names the next one
    key = builders.published(runtime, title="Guanaco", slug="guanaco")
    paths = warm_with(here, "guanaco", "guanaco")
    here.warm("/v1/articles/quetzal-stays")
    retract(runtime, key)
    gone_soon(here, paths, '"guanaco"')
    assert here.get("/v1/articles/guanaco").status_code == 410
    kept = here.get("/v1/articles/quetzal-stays")
    assert kept.headers["x-cache"] != "0", "the pages of other articles stay"
    assert str(other) in kept.text


def test_what_is_scheduled_comes_and_goes_at_its_instants(newsroom: Newsroom) -> None:
    """From answers that were kept for an hour before there was a schedule."""
    here, runtime = newsroom
    here.warm(*LISTS)
    draft = builders.draft(runtime, title="Vizcacha", slug="vizcacha")
    begin = runtime.clock() + timedelta(seconds=3)
    end = begin + timedelta(seconds=8)
    builders.publish(runtime, draft, at=begin, until=end)

    def wait_till(instant: datetime) -> None:
        time.sleep(max(0.0, (instant - runtime.clock()).total_seconds()))

    for path in LISTS:
        text = here.get(path).text
        assert "vizcacha" not in text or runtime.clock() >= begin, path
    wait_till(begin)
    for path in LISTS:
        wait_for(lambda path=path: "vizcacha" in here.get(path).text, path, SOON)  # type: ignore[misc]
    wait_till(end)
    gone_soon(here, (*LISTS, "/v1/articles/vizcacha"), "Vizcacha")


def test_a_picture_that_is_taken_down_goes(newsroom: Newsroom) -> None:
    here, runtime = newsroom
    key = builders.medium(runtime, alt={"en": "A lake"})
    builders.published(runtime, title="Lake", slug="lake", image={"media_id": key})
    file = f"/v1/media/{key}/320.jpg"
    here.warm(file, "/v1/articles/lake")
    with runtime.publishing() as tx:
        takedown.take_down(tx, BY, key, 1, "Not ours.")
    wait_for(lambda: here.get(file).status_code == 410, file, SOON)
    gone_soon(here, ("/v1/articles/lake",), str(key))
    assert here.get(file).status_code == 410


@pytest.mark.parametrize("kind", ["page", "list", "search", "file"])
def test_an_answer_that_is_under_way_is_not_kept_after_the_purge(
    newsroom: Newsroom, kind: str
) -> None:
    """The race: it left the service before the change and reaches Varnish after the purge. Whoever
    asks after the change and is made to wait for it gets a new one, too."""
    here, runtime = newsroom
    word = f"race{kind}"
    picture = builders.picture(size=(400, 300 + len(kind)), left="green")
    medium = builders.medium(runtime, picture, alt={"en": "A lake"})
    key = builders.published(runtime, title=word, slug=word, image={"media_id": medium})
    wait_for(lambda: word in here.get(f"/v1/search?q={word}&limit=9").text, "indexed")
    path, text = {
        "page": (f"/v1/articles/{word}", word),
        "list": ("/v1/articles?limit=2", word),
        "search": (f"/v1/search?q={word}", f'"{word}"'),
        "file": (f"/v1/media/{medium}/320.webp", ""),
    }[kind]

    def shows() -> bool:
        got = here.get(path)
        return got.status_code == 200 and text in got.text

    here.warm("/v1/tags")
    with ThreadPoolExecutor(2) as pool:
        with here.way.holding(path):
            before = pool.submit(shows)
            assert here.way.arrived.wait(10)
            retract(runtime, key)
            wait_for(lambda: here.get("/v1/tags").headers["x-cache"] == "0", "purged", SOON)
            after = pool.submit(shows)
            time.sleep(0.3)
        assert before.result() is True
        assert after.result() is False
    for _ in range(5):
        assert not shows()
        time.sleep(0.2)


def test_a_purge_names_keys_and_a_place(newsroom: Newsroom, subtests: pytest.Subtests) -> None:
    here, _ = newsroom
    place = {"Willay-Sequence": "1;epoch=0"}
    for headers in ({}, {"Surrogate-Key": "all"}, place, {**place, "Willay-Sequence": "x"}):
        with subtests.test(headers=headers):
            answer = httpx2.request("PURGE", here.url, headers=headers, timeout=10)
            assert answer.status_code == 400


def test_a_restored_store_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    with front(tmp_path) as (here, runtime):
        builders.published(runtime, title="Old", slug="old")
        here.warm("/v1/articles", "/v1/articles/old")
        assert willay(tmp_path / "data", "backup", str(tmp_path / "copy")).returncode == 0
        for number in range(5):
            builders.published(runtime, title=f"Lost {number}", slug=f"lost-{number}")
        lost = ("/v1/articles", "/v1/articles/lost-1", "/v1/articles/lost-4")
        wait_for(lambda: "lost-4" in here.get("/v1/articles").text, "purged", SOON)
        here.warm(*lost)
        assert willay(tmp_path / "new", "restore", str(tmp_path / "copy")).returncode == 0
        under_way = "/v1/articles?limit=3"
        with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
            with here.way.holding(under_way):
                late = pool.submit(here.get, under_way)
                assert here.way.arrived.wait(10)
                restored = stack.enter_context(here.serving(tmp_path / "new"))
                gone_soon(here, lost, "Lost")
            assert "Lost 4" in late.result().text, "of the old store, for who asked before"
            assert "Lost" not in here.get(under_way).text
            here.warm("/v1/articles", "/v1/articles/old")
            builders.published(restored, title="Next", slug="next")
            wait_for(lambda: "next" in here.get("/v1/articles").text, "told", SOON)


@pytest.mark.sqlite_only("how long Varnish keeps what it has")
def test_stale_answers_are_given_as_long_as_the_settings_say(tmp_path: Path) -> None:
    """While Willay is away for 3 seconds more; while it answers for 0 seconds."""
    settings = {"WILLAY_SHARED_CACHE_SECONDS": "1", "WILLAY_STALE_IF_ERROR_SECONDS": "8"}
    with front(tmp_path, **settings) as (here, runtime):
        key = builders.published(runtime, title="Stale", slug="stale")
        path = "/v1/articles/stale"
        wait_for(lambda: here.get(path).status_code == 200, path)
        time.sleep(1.5)
        assert here.get(path).headers["age"] == "0", "it is asked for again"
        here.way.broken = True
        wait_for(lambda: here.get("/livez").status_code == 503, "away")
        time.sleep(6)
        assert here.get(path).status_code == 200
        retract(runtime, key)
        wait_for(lambda: here.get(path).status_code != 200, "a purge reaches Varnish", SOON)
