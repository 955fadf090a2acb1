"""Who writes to an index far away, how it is rebuilt, and what readers see meanwhile."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.leases import StoreLease
from app.published import changes
from app.runtime import Runtime, open_runtime
from app.search.meilisearch.documents import VERSION
from app.search.protocol import IndexBusy
from app.worker import rebuilding
from app.worker.indexing import IndexFollower
from app.worker.verification import compare
from tests import builders
from tests.conftest import MovingClock
from tests.search.double.errors import Refusal
from tests.worker.servers import Newsroom, newsroom

Either = tuple[Runtime, MovingClock]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened_room:
        yield opened_room


@pytest.fixture
def twin(room: Newsroom) -> Iterator[Runtime]:
    """Another process over the same store and server."""
    with open_runtime(room.runtime.settings, room.clock) as runtime:
        yield runtime


def test_a_lease_has_one_holder_and_an_epoch_that_grows(either: Either) -> None:
    runtime, clock = either
    one, other = (StoreLease(runtime.database, "willay", clock) for _ in range(2))
    assert (one.take(), other.take(), one.take()) == (1, None, 1)
    clock.move(seconds=3)
    assert one.take() == 1  # not written down yet
    clock.move(seconds=6)
    assert one.take() == 1
    clock.move(seconds=19)
    assert one.keep()
    clock.move(seconds=19)
    assert (other.take(), one.take()) == (None, 1)
    clock.move(seconds=21)
    assert (other.take(), one.keep(), one.take()) == (2, False, None)
    other.give_back()
    assert (other.take(), other.take()) == (2, 2)


def test_who_insists_is_given_the_lease_at_the_next_turn(either: Either) -> None:
    runtime, clock = either
    holder, asker, idle = (StoreLease(runtime.database, "willay", clock) for _ in range(3))
    assert holder.take() == 1
    assert asker.take(insist=True) is None
    assert holder.keep()  # it may finish what it has begun
    assert holder.take() is None
    assert idle.take() is None  # who only stands by does not come before the one that asked
    assert asker.take(insist=True) == 2
    asker.give_back()
    assert holder.take() == 3


def test_one_process_writes_and_another_takes_over(room: Newsroom, twin: Runtime) -> None:
    other = IndexFollower(twin)
    builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    builders.published(room.runtime, title="Alpaca cheese")
    assert not other.step()
    with pytest.raises(IndexBusy):
        twin.search.get().apply([], [], "elsewhere")
    room.follow()
    builders.published(room.runtime, title="Alpaca bread")
    room.clock.move(seconds=30)  # the first one is not heard of any more
    while other.step():
        pass
    assert len(room.found("alpaca")) == 3
    assert not room.follower.step()
    epochs = {
        task["customMetadata"]
        for task in room.double.state.queue.tasks
        if task["indexUid"] == "willay" and "customMetadata" in task
    }
    assert "willay:2" in epochs


def test_a_portion_that_was_read_before_the_lease_was_lost_is_not_written(
    room: Newsroom, twin: Runtime
) -> None:
    builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    engine, other = room.runtime.search.get(), IndexFollower(twin)
    room.clock.move(seconds=30)
    while other.step():
        pass
    room.clock.move(seconds=30)
    with pytest.raises(IndexBusy, match="look again"):
        engine.apply([], [], "of long ago")
    assert engine.take()  # and so everything is proved at the next step
    room.follow()
    assert room.agrees


def test_an_index_of_another_version_answers_until_a_new_one_is_built(room: Newsroom) -> None:
    key = builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    room.double.state.indexes["willay"].documents["state"]["version"] = 0
    room.runtime.search.note_write()
    assert room.runtime.search.get().cursor() is None
    assert not room.runtime.search.status().degraded
    assert room.found("alpaca") == {key}
    room.follow()
    assert room.double.state.indexes["willay"].documents["state"]["version"] == VERSION
    assert room.agrees


def test_a_new_owner_waits_for_what_the_old_one_sent_and_then_proves_all(
    room: Newsroom, twin: Runtime
) -> None:
    """The old owner's last write, of an older state, is done after it has lost the lease."""
    key = builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    queue = room.double.state.queue
    held = dict(room.double.state.indexes["willay"].documents[f"article-{key.hex}"])
    queue.delay = 0.3
    queue.add(
        "documentAdditionOrUpdate",
        "willay",
        {"indexedDocuments": 1},
        lambda _task: room.double.state.indexes["willay"].documents.update(
            {held["id"]: held | {"title": "Stale", "digest": "00" * 16}}
        ),
        "willay:1",
    )
    queue.delay = 0.0
    room.clock.move(seconds=30)
    other = IndexFollower(twin)
    while other.step():
        pass
    assert compare(twin, twin.search.get()).agrees
    assert room.found("wool") == {key}


def test_processes_that_start_together_build_the_index_once(
    room: Newsroom, twin: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    """One that serves builds it; the worker holds the lease and lets it have that at once."""
    key = builders.published(room.runtime, title="Alpaca wool")
    builder, began = twin.search.get(), time.monotonic()
    with builder.new_replacement() as new:
        assert not room.follower.step()  # it wants to build, and may not
        assert compare(twin, new).missing
        with twin.database.reading() as tx:
            cursor = changes.cursor_at(tx, 0, twin.settings.timezone)
        new.apply([], [], cursor)
        with pytest.raises(IndexBusy):
            new.take_over()
        assert not room.follower.step()
        new.take_over()
    twin.search.close()
    room.follow()
    assert (room.found("alpaca"), room.agrees) == ({key}, True)
    assert "rebuilt" not in caplog.text
    assert room.asked("POST", "swap-indexes") == 1
    assert time.monotonic() - began < 15


def test_a_process_that_starts_leaves_the_index_to_the_one_that_builds(
    room: Newsroom,
) -> None:
    builders.published(room.runtime, title="Alpaca wool")
    settings = room.runtime.settings.model_copy(update={"search_fallback": False})
    with (
        open_runtime(settings, room.clock) as alone,
        room.engine.new_replacement() as new,
    ):
        starting = IndexFollower(alone)
        assert not starting.step()
        with room.runtime.database.reading() as tx:
            cursor = changes.cursor_at(tx, 0, room.runtime.settings.timezone)
        new.apply([], [], cursor)
        with pytest.raises(IndexBusy):
            new.take_over()
        assert not starting.step()
        new.take_over()
    assert room.asked("POST", "swap-indexes") == 1


def test_a_rebuild_that_fails_changes_nothing_and_leaves_nothing(room: Newsroom) -> None:
    builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    full = Refusal(500, "no_space_left_on_device", "No space left on device", "system")
    room.double.state.queue.fail_next += [full]
    with pytest.raises(Exception, match="No space left"):
        rebuilding.rebuild(room.runtime, room.runtime.search.get())
    assert room.agrees
    rebuilding.rebuild(room.runtime, room.runtime.search.get())
    assert room.agrees
    assert len(room.double.state.indexes) == 2


def test_a_slow_queue_is_waited_for(room: Newsroom) -> None:
    room.follow()
    room.double.state.queue.delay = 0.2
    builders.published(room.runtime, title="Alpaca wool")
    began = time.monotonic()
    room.follow()
    assert time.monotonic() - began >= 0.2
    assert room.agrees


def test_a_queue_that_stands_still_is_given_up_for_now_and_not_filled(room: Newsroom) -> None:
    room.follow()
    builders.published(room.runtime, title="Alpaca wool")
    engine = room.runtime.search.get()
    engine.tasks.patience = 0.1  # type: ignore[attr-defined]  # of this engine alone
    room.double.state.queue.paused = True
    assert [room.troubled() for _ in range(4)] == ["search_task_late"] * 4
    assert len(room.double.state.queue.pending_task) <= 1
    room.double.state.queue.paused = False
    assert room.troubled() == ""
    assert room.agrees
