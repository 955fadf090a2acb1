"""A cache in front hears of every change and boundary by its keys, and misses none."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app import doctor
from app.editorial import aliases, people, publishing, tags, takedown
from app.editorial.aliases import AliasInput
from app.runtime import Runtime
from app.worker import purging
from app.worker.followers import build_followers
from app.worker.indexing import IndexFollower
from app.worker.loop import Worker
from app.worker.purging import PurgeFollower
from tests import builders
from tests.builders import EDITOR
from tests.commands import willay
from tests.conftest import MovingClock, store
from tests.stores import settings_of
from tests.worker.caches import Cache, cache, wait_until

WIDE = {"lists", "changes", "search"}
"""The keys of what any change may change."""


class Site:
    """A store that is followed to one cache, with a search index that tests move."""

    def __init__(self, runtime: Runtime, clock: MovingClock, told: Cache) -> None:
        self.runtime, self.clock, self.cache = runtime, clock, told
        self.index = IndexFollower(runtime)
        self.follower = PurgeFollower(runtime, told.url)

    def let_index_follow(self) -> None:
        while self.index.step():
            pass

    def tell(self) -> list[dict[str, Any]]:
        """What the cache hears in one step, and after the index has caught up."""
        self.let_index_follow()
        self.follower.step()
        return [purge.keys for purge in self.cache.take()]

    def restart(self) -> None:
        self.follower.close()
        self.follower = PurgeFollower(self.runtime, self.cache.url)


@contextmanager
def site_in(folder: Path, **settings: Any) -> Iterator[Site]:
    with cache() as told, store(None, folder, serve_worker=False, **settings) as (runtime, clock):
        site = Site(runtime, clock, told)
        try:
            yield site
        finally:
            site.follower.close()
            site.index.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """One whose cache knows everything so far."""
    with site_in(tmp_path, purge_again_seconds=0) as site:
        assert site.tell() == [{"all"}]
        yield site


def test_one_request_for_each_kind_of_change(site: Site, subtests: pytest.Subtests) -> None:
    runtime = site.runtime
    known: dict[str, Any] = {}

    def publishes(act: Callable[[Any], Any]) -> Callable[[], Any]:
        def run() -> Any:
            with runtime.publishing() as tx:
                return act(tx)

        return run

    def alias(tx: Any, **to: str) -> None:
        aliases.create(tx, EDITOR, AliasInput(**to), runtime.site_rules)

    sponsor = people.SponsorInput(name="A patron")
    member = people.MemberInput(name="A member")
    steps: list[tuple[str, Callable[[], Any], str, set[str]]] = [
        ("tag", lambda: builders.tag(runtime, "water"), "tag/{tag}", set()),
        (
            "article",
            lambda: builders.published(runtime, title="one", tags=("water",)),
            "article/{article}",
            set(),
        ),
        (
            "renamed",
            publishes(
                lambda tx: tags.update(
                    tx, EDITOR, known["tag"], tags.TagInput(slug="water", names={"en": "Waters"})
                )
            ),
            "tag/{tag} article/{article}",
            set(),
        ),
        ("event", lambda: builders.event(runtime), "event/{event}", set()),
        (
            "sponsor",
            publishes(lambda tx: people.SPONSORS.add(tx, EDITOR, sponsor).id),
            "sponsor/{sponsor}",
            set(),
        ),
        (
            "member",
            publishes(lambda tx: people.MEMBERS.add(tx, EDITOR, member).id),
            "committee_member/{member}",
            set(),
        ),
        (
            "old path",
            publishes(lambda tx: alias(tx, path="/old", slug="one")),
            "article/{article}",
            set(),
        ),
        ("gone path", publishes(lambda tx: alias(tx, path="/g", gone="It went.")), "", {"search"}),
        (
            "retraction",
            publishes(lambda tx: publishing.retract(tx, EDITOR, known["article"], "Wrong.")),
            "article/{article}",
            set(),
        ),
    ]
    for name, act, keys, absent in steps:
        with subtests.test(name=name):
            known[name] = act()
            assert site.tell() == [{*keys.format(**known).split(), *(WIDE - absent)}]
            assert site.tell() == []


def test_a_draft_and_a_schedule_are_told_to_nobody(site: Site) -> None:
    article = builders.draft(site.runtime)
    assert site.tell() == []
    builders.publish(site.runtime, article, at=site.clock.now + timedelta(seconds=9))
    assert site.tell() == []


def test_a_boundary_is_told_when_it_has_passed(site: Site) -> None:
    begin = site.clock.now + timedelta(seconds=10)
    article = builders.draft(site.runtime)
    builders.publish(site.runtime, article, at=begin, until=begin + timedelta(seconds=10))
    for _ in range(2):
        assert site.tell() == []
        site.clock.move(seconds=10)
        site.follower.step()
        assert [purge.keys for purge in site.cache.take()] == [{f"article/{article[0]}", *WIDE}]
        assert site.tell() == [{"search"}], "the index has caught up"


def test_the_end_of_a_picture_is_told_by_all_that_show_it(site: Site) -> None:
    key = builders.medium(site.runtime, alt={"en": "A lake"})
    first = builders.published(site.runtime, title="one", image={"media_id": key})
    second = builders.published(site.runtime, title="two", image={"media_id": key})
    site.tell()
    with site.runtime.publishing() as tx:
        takedown.take_down(tx, builders.BY, key, 1, "Not ours.")
    assert site.tell() == [{f"article/{first}", f"article/{second}", *WIDE}]


def test_a_request_names_the_place_in_the_log(site: Site) -> None:
    places = []
    for number in range(3):
        builders.published(site.runtime, title=f"n{number}")
        site.let_index_follow()
        site.follower.step()
        [purge] = site.cache.take()
        assert (purge.method, purge.path, purge.body) == ("PURGE", "/purge", b"")
        places.append((purge.sequence, len(purge.epoch)))
    assert places == [(1, 16), (2, 16), (3, 16)]


def test_searches_are_purged_again_when_the_index_has_caught_up(site: Site) -> None:
    key = builders.published(site.runtime)
    site.follower.step()
    assert [purge.keys for purge in site.cache.take()] == [{f"article/{key}", *WIDE}]
    site.follower.step()
    assert site.cache.take() == []
    assert site.tell() == [{"search"}]
    assert site.tell() == []


def test_a_purge_is_repeated_for_caches_that_cannot_compare(tmp_path: Path) -> None:
    def repeats(site: Site, sequence: int) -> list[set[str]]:
        """What the cache hears until a place in the log was repeated."""
        wait_until(
            lambda: bool(
                site.follower.step()
                or (site.cache.purges and site.cache.purges[-1].sequence == sequence)
            )
        )
        return [purge.keys for purge in site.cache.take()]

    with site_in(tmp_path, purge_again_seconds=1) as site:
        assert site.tell() == [{"all"}]
        assert repeats(site, 0) == [{"all"}]
        first = {f"article/{builders.published(site.runtime)}", *WIDE}
        assert site.tell() == [first]
        assert site.tell() == []
        assert repeats(site, 1) == [first]
        second = {f"article/{builders.published(site.runtime, title='Another')}", *WIDE}
        assert site.tell() == [second]
        site.restart()
        assert repeats(site, 2) == [second], "by the next process"


def test_a_post_carries_the_tags_and_the_token(tmp_path: Path) -> None:
    token = "Authorization: Bearer a secret"
    with site_in(tmp_path, purge_method="POST", purge_header=token) as site:
        site.follower.step()
        [purge] = site.cache.take()
        assert (purge.method, purge.headers["authorization"]) == ("POST", "Bearer a secret")
        assert json.loads(purge.body) == {"tags": ["all"]}
        assert purge.keys == {"all"}


def test_what_a_cache_did_not_accept_is_told_later_and_to_the_operator_once(
    site: Site, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    for status in (500, 403, 302, 307):
        with subtests.test(status=status):
            site.cache.answer = lambda _, status=status: status  # type: ignore[misc]
            caplog.clear()
            key = builders.published(site.runtime, title=f"n{status}")
            with caplog.at_level(logging.WARNING, "willay.purges"):
                for _ in range(3):
                    site.follower.step()
                    time.sleep(0.3)
            refused = site.cache.take()
            assert {purge.path for purge in refused} == {"/purge"}, "no redirect is followed"
            assert 1 <= len(refused) <= 2, "the pause grows"
            assert [record.message.partition(": ")[2] for record in caplog.records] == [
                f"answered {status} [cache_not_purged]"
            ]
            site.cache.answer = lambda _: 200
            site.restart()
            assert site.tell() == [{f"article/{key}", *WIDE}]


def test_nothing_is_lost_while_the_cache_or_the_worker_is_away(site: Site) -> None:
    site.follower.close()
    first = builders.published(site.runtime, title="one")
    second = builders.published(site.runtime, title="two")
    site.follower = PurgeFollower(site.runtime, site.cache.url)
    assert site.tell() == [{f"article/{first}", f"article/{second}", *WIDE}]


def test_many_keys_go_in_several_requests_and_very_many_as_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = builders.tag(site.runtime, "water")
    articles = {
        f"article/{builders.published(site.runtime, title=f'n{number}', tags=('water',))}"
        for number in range(3)
    }
    monkeypatch.setattr(purging, "_MOST_KEYS", 2)
    told = site.tell()
    assert all(len(keys) <= 2 for keys in told)
    assert set().union(*told) == {*articles, f"tag/{key}", *WIDE}
    monkeypatch.setattr(purging, "_MOST_ENTRIES", 3)
    with site.runtime.publishing() as tx:
        tags.update(tx, EDITOR, key, tags.TagInput(slug="water", names={"en": "Waters"}))
    assert site.tell() == [{"all"}]


def test_two_workers_tell_a_change_once(site: Site) -> None:
    other = PurgeFollower(site.runtime, site.cache.url)
    builders.published(site.runtime)
    assert len(site.tell()) == 1
    other.step()
    assert site.cache.take() == []
    builders.published(site.runtime, title="Another")
    site.let_index_follow()
    other.step()
    assert len(site.cache.take()) == 1
    assert site.tell() == []
    other.close()


def test_a_restored_store_tells_its_own_place_first(tmp_path: Path) -> None:
    with cache() as told:
        settings = {"purge_again_seconds": 0}
        with store(None, tmp_path / "one", serve_worker=False, **settings) as (runtime, clock):
            site = Site(runtime, clock, told)
            builders.published(runtime, title="one")
            site.tell()
            assert willay(tmp_path / "one", "backup", str(tmp_path / "copy")).returncode == 0
            builders.published(runtime, title="two")
            site.tell()
            site.follower.close()
            site.index.close()
        assert willay(tmp_path / "two", "restore", str(tmp_path / "copy")).returncode == 0
        with store(None, tmp_path / "two", serve_worker=False, **settings) as (runtime, clock):
            site = Site(runtime, clock, told)
            site.let_index_follow()
            site.follower.step()
            [purge] = told.purges
            assert purge.keys == {"all"}
            assert purge.sequence == 1
            told.take()
            key = builders.published(runtime, title="three")
            assert site.tell() == [{f"article/{key}", *WIDE}]
            site.follower.close()
            site.index.close()


def test_the_doctor_names_a_cache_that_was_not_told(tmp_path: Path) -> None:
    def remedy(site: Site) -> str:
        [finding] = [one for one in doctor.examine(site.runtime) if one.subject == "caches"]
        assert finding.state == "1 are told of changes"
        return finding.remedy

    with cache() as told, site_in(tmp_path, purge_url=(told.url,)) as site:
        site.follower.close()
        site.follower = PurgeFollower(site.runtime, told.url)
        host = told.url.split("/")[2]
        assert remedy(site).startswith(f"Not told: {host}.")
        site.follower.step()
        assert remedy(site) == ""
        builders.published(site.runtime)
        site.clock.move(seconds=50)
        assert remedy(site) == ""
        site.clock.move(seconds=20)
        assert remedy(site).startswith(f"Not told: {host}.")
        site.follower.step()
        assert remedy(site) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purge_url", "ftp://cache.example/"),
        ("purge_url", "http://user:word@cache.example/"),
        ("purge_url", "http://cache.example/#x"),
        ("purge_method", "GET"),
        ("purge_header", "no header"),
        ("purge_header", "X: a\r\nY: b"),
    ],
)
def test_a_setting_that_is_wrong_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        settings_of(tmp_path, **{name: value})


def test_a_cache_that_hangs_holds_up_nobody(tmp_path: Path) -> None:
    with cache() as slow, cache() as quick:
        slow.answer = lambda _: time.sleep(3) or 200  # type: ignore[func-returns-value]
        urls = (slow.url, quick.url)
        with store(None, tmp_path, serve_worker=False, purge_url=urls) as (runtime, _):
            worker = Worker(runtime, build_followers(runtime))
            worker.start()
            wait_until(lambda: bool(slow.purges and quick.purges))
            key = builders.published(runtime)
            began = time.monotonic()
            wait_until(lambda: any(f"article/{key}" in purge.keys for purge in quick.purges))
            assert time.monotonic() - began < 2.5
            wait_until(lambda: runtime.search.state()[1] == 1)
            began = time.monotonic()
            worker.stop()
            assert time.monotonic() - began < 2, "a request under way is given up"


def test_one_that_is_told_learns_of_a_change_while_the_loop_is_busy(tmp_path: Path) -> None:
    class Busy:
        name = "busy"

        def step(self) -> bool:
            time.sleep(3)
            return True

        def close(self) -> None:
            """Nothing to release."""

    with (
        cache() as told,
        store(None, tmp_path, serve_worker=False, purge_url=(told.url,)) as (runtime, _),
    ):
        worker = Worker(runtime, [*build_followers(runtime), Busy()])
        worker.start()
        wait_until(lambda: bool(told.purges))
        time.sleep(0.6)
        key = builders.published(runtime)
        began = time.monotonic()
        wait_until(lambda: any(f"article/{key}" in purge.keys for purge in told.purges))
        assert time.monotonic() - began < 2
        worker.stop()
