"""What checks found is kept in the store; a server is given much at once, and checks are shared."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import checks
from app.checks import IndexCheck
from app.editorial import publishing
from app.runtime import Runtime, open_runtime
from app.worker import catch_up, rebuilding
from app.worker.indexing import IndexFollower
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, MovingClock
from tests.worker.servers import Newsroom, newsroom

Either = tuple[Runtime, MovingClock]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened_room:
        opened_room.follow()
        yield opened_room


def last(runtime: Runtime, name: str) -> IndexCheck:
    with runtime.database.reading() as tx:
        return checks.last_check(tx, name, runtime.clock())


def test_checks_are_kept_and_mends_add_up(either: Either) -> None:
    runtime, clock = either
    assert last(runtime, "here") == IndexCheck()
    for differing in (3, 0, 2):
        with runtime.database.writing() as tx:
            checks.save_check(tx, "here", IndexCheck(clock(), "me", 10, differing, differing))
    assert last(runtime, "here") == IndexCheck(clock(), "me", 10, 2, 5)
    assert last(runtime, "elsewhere") == IndexCheck()
    with runtime.database.writing() as tx:
        checks.mark_build(tx, "here", clock())
    assert last(runtime, "here").is_building
    clock.move(minutes=2)  # it was killed
    assert not last(runtime, "here").is_building
    clock.move(days=31)
    with runtime.database.writing() as tx:
        checks.save_check(tx, "elsewhere", IndexCheck(clock(), "me", 1))
    assert last(runtime, "here") == IndexCheck()  # a folder that nobody has any more


def test_a_build_is_seen_while_it_goes_on(quiet: Bench) -> None:
    runtime = quiet.runtime
    builders.published(runtime, title="Alpaca wool")
    engine = runtime.search.get()
    seen: list[bool] = []
    rebuilding.rebuild(
        runtime, engine, lambda _done: seen.append(last(runtime, engine.index).is_building)
    )
    assert seen
    assert all(seen)
    assert not last(runtime, engine.index).is_building


def test_of_those_who_share_a_folder_one_checks(quiet: Bench) -> None:
    with open_runtime(quiet.runtime.settings, quiet.clock) as twin:
        assert twin.search.get().index == quiet.runtime.search.get().index
        one, other = IndexFollower(quiet.runtime), IndexFollower(twin)
        for follower in (one, other):
            while follower.step():
                pass
            follower._proved_at = 0.0
            follower.step()
        name = twin.search.get().index
        first = last(twin, name)
        assert first.checked_by == one._me
        quiet.clock.now += timedelta(seconds=twin.settings.search_check_seconds + 1)
        other._proved_at = 0.0
        other.step()
        assert last(twin, name).checked_by == other._me


def test_a_server_is_given_much_at_once_and_of_each_thing_the_last_state(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "AT_ONCE", 5)
    keys = [builders.published(room.runtime, title=f"Alpaca {n}") for n in range(22)]
    with room.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, keys[0], "It was a llama.")
    before = room.asked("POST", "/documents?")
    room.follow()
    assert room.asked("POST", "/documents?") == before + 1
    assert room.found("alpaca") == set(keys[1:])
    assert room.agrees


def test_what_is_given_at_once_is_bounded_by_its_size(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "AT_ONCE", 5)
    monkeypatch.setattr(catch_up, "_MOST_CHARACTERS", 1_000)
    for number in range(20):
        builders.published(room.runtime, title=f"Alpaca {number}", body="word " * 100)
    before = room.asked("POST", "/documents?")
    room.follow()
    assert room.asked("POST", "/documents?") == before + 4
    assert room.agrees
