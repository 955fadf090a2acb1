"""Whoever runs it is told what is wrong: once when it begins, and once when it is over."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.errors import Unavailable
from app.main import create_app
from app.runtime import Runtime, open_runtime
from app.search import diagnosis
from app.search.protocol import Query
from app.worker import loop
from app.worker.followers import build_followers, near_followers
from app.worker.loop import Worker
from app.worker.threaded import ThreadedFollower
from tests import builders
from tests.conftest import Bench
from tests.search.follow import follow
from tests.worker.servers import Newsroom, newsroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened_room:
        builders.published(opened_room.runtime, title="Alpaca wool")
        opened_room.follow()
        yield opened_room


@pytest.fixture
def reader(room: Newsroom) -> Iterator[Runtime]:
    """Another process, which only answers, and from the server alone."""
    settings = room.runtime.settings.model_copy(update={"search_fallback": False})
    with open_runtime(settings, room.clock) as runtime:
        yield runtime


def until(true: object, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():  # type: ignore[operator]  # a test's lambda
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    "change",
    [
        {"filterableAttributes": ["kind"]},
        {"filterableAttributes": None, "rankingRules": None, "synonyms": None},
        {"rankingRules": ["words"]},
        {"synonyms": {"alpaca": ["llama"]}},
        {"searchableAttributes": ["title"]},
        {"displayedAttributes": ["id"]},
        {"stopWords": ["alpaca"]},
        {"distinctAttribute": "lang"},
        {"typoTolerance": {"enabled": False}},
        {"typoTolerance": {"disableOnWords": ["alpaca"]}},
        {"prefixSearch": "disabled"},
        {"localizedAttributes": [{"attributePatterns": ["*"], "locales": ["spa"]}]},
    ],
    ids=str,
)
def test_settings_that_others_change_are_put_right_where_the_reader_is_another_process(
    room: Newsroom, reader: Runtime, change: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    reader.search.status()
    worker = Worker(room.runtime, build_followers(room.runtime))
    worker.start()
    try:
        assert until(lambda: not room.engine.differing_settings())
        room.master.index("willay").update_settings(change)
        began = time.monotonic()
        assert until(lambda: bool(room.engine.differing_settings()), 3)
        assert until(lambda: not room.engine.differing_settings())
        assert time.monotonic() - began < 10
        reader.search.note_write()
        assert reader.search.search(Query("alpaca", highlight=True)).result.total == 1
    finally:
        worker.stop()
    [said] = [r.getMessage() for r in caplog.records if "settings that others" in r.getMessage()]
    assert next(iter(change)) in said


def test_a_task_that_hangs_is_told_once_and_once_more_when_it_is_done(
    room: Newsroom, reader: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    room.engine.tasks.long = 0.2
    room.double.state.queue.paused = True
    builders.published(room.runtime, title="Alpaca milk")
    caplog.set_level(logging.INFO, "willay.search")
    thread = threading.Thread(target=room.follow)
    thread.start()

    def said(part: str) -> list[str]:
        return [r.getMessage() for r in caplog.records if part in r.getMessage()]

    assert until(lambda: said("has been at task"))
    time.sleep(1)
    room.double.state.queue.paused = False
    thread.join(20)
    [late] = said("has been at task")
    assert "look at its disk and its log" in late
    assert len(said("has done task")) == 1
    assert room.agrees


@pytest.mark.parametrize("fault", ["paused", "full"])
def test_another_process_sees_a_task_that_hangs(
    room: Newsroom, reader: Runtime, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The reader asks the server itself; it need not hear of the worker."""
    monkeypatch.setattr("app.search.failover.TASK_LATE", 0.5)
    builders.published(room.runtime, title="Alpaca milk")
    setattr(room.double.state.queue, fault, True)
    room.double.state.queue.add("settingsUpdate", "willay", {}, lambda _task: None, None)
    room.clock.move(seconds=31)
    time.sleep(0.6)
    reader.search.note_write()
    standing = reader.search.status()
    assert (standing.trouble, standing.degraded) == ("search_task_late", False)
    setattr(room.double.state.queue, fault, False)
    room.follow()
    reader.search.note_write()
    assert reader.search.status().trouble == ""


FULL = b"""{"code": "malformed_payload", "message": "The `json` payload provided is malformed.
`Couldn't serialize document value: trailing characters at line 1 column 255845`."}"""
"""A real server's answer, whose disk has no room for what it is sent."""


def test_a_server_that_refuses_what_is_written_is_told_by_all_who_should(
    room: Newsroom, reader: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    key = builders.published(room.runtime, title="Alpaca milk")
    room.double.faults.answers.append((r"POST .*/documents\?primaryKey", 400, FULL))
    assert room.troubled() == "search_refused"
    reader.search.note_write()
    assert reader.search.status().trouble == ""
    room.clock.move(seconds=90)
    reader.search.note_write()
    standing = reader.search.status()
    assert (standing.trouble, standing.degraded) == ("search_index_late", False)
    _, remedy = diagnosis.diagnose(reader.search)
    assert "90 s late" in remedy
    assert "its log says what it waits for: look at the disk" in remedy
    room.double.faults.answers.clear()
    room.follow()
    reader.search.note_write()
    assert reader.search.status().trouble == ""
    assert key in room.found("alpaca")
    assert room.agrees


def test_a_server_that_goes_and_returns_leaves_two_lines(
    room: Newsroom,
    reader: Runtime,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.outage._STEADY_SECONDS", 0.0)
    room.double.faults.away = True
    for _ in range(5):
        reader.search.note_write()
        reader.search.status()
        with pytest.raises(Unavailable):
            reader.search.search(Query("alpaca"))
    room.double.faults.away = False
    reader.search.main.get().connection.breaker.note_success()  # type: ignore[attr-defined]  # as after its rest
    for _ in range(3):
        reader.search.note_write()
        reader.search.status()
    said = [r.getMessage() for r in caplog.records if "makes do without meilisearch" in r.message]
    assert [("well again" in line) for line in said] == [False, True]


def test_what_a_server_says_leaves_one_line(room: Newsroom) -> None:
    room.double.faults.answers.append(
        (
            "/search",
            400,
            b'{"message":"not filterable:\\n\\u2028 here\\r\\n\\u001b[31m","code":"x"}',
        )
    )
    with pytest.raises(Unavailable) as refused:
        room.engine.search(Query("alpaca"))
    assert refused.value.message.splitlines() == [refused.value.message]
    assert "\x1b" not in refused.value.message


class Failing:
    """A follower that fails until it is mended."""

    name = "failing"

    def __init__(self) -> None:
        self.steps, self.error = 0, Unavailable("away", "It is away.")
        self.is_mended = False

    def step(self) -> bool:
        self.steps += 1
        if not self.is_mended:
            raise self.error
        return False

    def close(self) -> None:
        """Holds nothing."""


class Counting(Failing):
    name = "counting"

    def step(self) -> bool:
        self.steps += 1
        return False


@pytest.mark.parametrize("apart", [False, True])
def test_one_in_trouble_holds_up_no_other_and_is_told_twice(
    room: Newsroom,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    apart: bool,
) -> None:
    monkeypatch.setattr(loop, "TROUBLE_SECONDS", 0.3)
    monkeypatch.setattr(loop, "IDLE_SECONDS", 0.02)
    caplog.set_level(logging.INFO, "willay.worker")
    failing, counting = Failing(), Counting()
    first = ThreadedFollower(failing, lambda: None) if apart else failing
    worker = Worker(room.runtime, [first, counting])
    worker.start()
    try:
        time.sleep(1.5)
        assert 2 <= failing.steps <= 6
        assert counting.steps > 15
        failing.is_mended = True
        assert until(lambda: any("goes on" in r.getMessage() for r in caplog.records))
        time.sleep(0.5)
    finally:
        worker.stop()
    said = [r.getMessage() for r in caplog.records if "failing" in r.getMessage()]
    assert said == ["failing waits: It is away.", "failing goes on"]


def test_who_only_answers_follows_the_index_on_its_own_machine(
    room: Newsroom, tmp_path: Path
) -> None:
    """A replica with a folder of its own, beside a worker elsewhere."""
    folder = tmp_path / "replica"
    settings = room.runtime.settings.model_copy(
        update={
            "data_dir": folder,
            "database_url": SecretStr(room.runtime.settings.store_url),
        }
    )
    with open_runtime(settings, room.clock) as replica:
        worker = Worker(replica, near_followers(replica), promotes=False)
        worker.start()
        try:
            key = builders.published(room.runtime, title="Alpaca milk")
            near = replica.search.near
            assert near is not None
            assert until(
                lambda: [h.key.id for h in near.get().search(Query("milk")).hits] == [key], 20
            )
        finally:
            worker.stop()


def test_a_served_application_keeps_the_near_index_where_it_is_asked_to(quiet: Bench) -> None:
    """`willay serve` does, with and without a worker of its own."""
    runtime = quiet.runtime
    app = create_app(runtime, keeps_near=True)
    key = builders.published(runtime, title="Alpaca wool")
    with TestClient(app):
        engine = runtime.search.get()
        assert until(lambda: [h.key.id for h in engine.search(Query("alpaca")).hits] == [key])
    assert not runtime.settings.serve_worker


def test_an_index_that_nobody_follows_says_so(quiet: Bench) -> None:
    """The embedded engine alone; its answers are right, and late."""
    follow(quiet.runtime)
    builders.published(quiet.runtime, title="Alpaca wool")
    meta = quiet.client.get("/v1/search?q=alpaca").json()["meta"]
    assert (meta["degraded"], meta["freshness"]["behind_changes"]) == (False, 1)
    quiet.clock.move(seconds=11)
    time.sleep(1.1)
    meta = quiet.client.get("/v1/search?q=alpaca").json()["meta"]
    assert (meta["degraded"], meta["freshness"]["behind_changes"]) == (True, 1)
    ready = quiet.client.get("/readyz").json()["search"]
    assert (ready["degraded"], ready["trouble"]) == (True, "near_engine_late")
    assert ready["behind_seconds"] == 11.0
