"""At once: requests that wait, and server-sent events, on a real server."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from app.editorial import publishing
from app.http.log_watch import Watch
from app.main import create_app
from app.runtime import Runtime
from tests import builders
from tests.builders import EDITOR
from tests.conftest import MovingClock, store
from tests.served import served, watched_by


@dataclass
class Line:
    runtime: Runtime
    clock: MovingClock
    address: str
    watch: Watch


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A server with few places and little patience."""
    with store(None, tmp_path, serve_worker=False) as (runtime, clock):
        watch = Watch(runtime, places=3, heartbeat=0.3, patience=0.5)
        with served(watched_by(watch, create_app(runtime))) as address:
            yield Line(runtime, clock, f"{address}/v1/changes", watch)


def asked(line: Line, query: str = "") -> Any:
    with urlopen(f"{line.address}?{query}", timeout=20) as answer:
        return json.load(answer)


@dataclass
class Asking:
    """A request in a thread of its own; `seconds` is how long it took."""

    line: Line
    query: str
    answer: Any = None
    seconds: float = 0.0
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _ask(self) -> None:
        began = time.monotonic()
        self.answer = asked(self.line, self.query)
        self.seconds = time.monotonic() - began

    def done(self) -> Any:
        self.thread.join(20)
        return self.answer["data"]


def until(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_a_request_waits_until_something_happens(line: Line) -> None:
    cursor = asked(line)["meta"]["cursor"]
    waiting = [Asking(line, f"cursor={cursor}&wait=25") for _ in range(3)]
    until(lambda: line.watch._taken == 3)
    key = builders.published(line.runtime)
    assert [[c["id"] for c in one.done()] for one in waiting] == [[str(key)]] * 3
    assert max(one.seconds for one in waiting) < 15
    assert line.watch._taken == 0


def test_a_request_waits_for_what_becomes_due_and_promotes_it(line: Line) -> None:
    due = line.clock() + timedelta(minutes=1)
    key = builders.publish(line.runtime, builders.draft(line.runtime), at=due)
    waiting = Asking(line, f"cursor={asked(line)['meta']['cursor']}&wait=25")
    until(lambda: line.watch._taken == 1)
    line.clock.move(minutes=1)
    assert [c["id"] for c in waiting.done()] == [str(key)]


def test_a_request_that_waited_in_vain_is_empty(line: Line) -> None:
    began = time.monotonic()
    assert asked(line, "wait=1")["data"] == []
    assert 1 <= time.monotonic() - began < 10
    builders.published(line.runtime)
    assert len(asked(line, "wait=25")["data"]) == 1  # at once


def test_too_many_who_wait_are_told_so(line: Line) -> None:
    waiting = [Asking(line, "wait=25") for _ in range(3)]
    until(lambda: line.watch._taken == 3)
    for accept in ("application/json", "text/event-stream"):
        request = Request(f"{line.address}?wait=25", headers={"Accept": accept})
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=20)
        with refused.value as problem:
            assert (problem.code, json.load(problem)["code"]) == (503, "too_many_waiting")
            assert problem.headers["Retry-After"] == "1"
    assert asked(line)["data"] == []  # who does not wait is served
    builders.published(line.runtime)
    assert [len(one.done()) for one in waiting] == [1, 1, 1]


@dataclass
class Event:
    """One event of a stream, or a comment (`event` empty)."""

    event: str = ""
    data: Any = None
    id: str = ""


@contextmanager
def stream(line: Line, query: str = "", **headers: str) -> Iterator[Iterator[Event]]:
    request = Request(f"{line.address}?{query}", headers={"Accept": "text/event-stream", **headers})
    with urlopen(request, timeout=20) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        yield parsed(answer)


def parsed(lines: Any) -> Iterator[Event]:
    found = Event()
    for raw in lines:
        name, _, value = raw.decode().rstrip("\n").partition(": ")
        match name:
            case "event":
                found.event = value
            case "data":
                found.data = json.loads(value)
            case "id":
                found.id = value
            case "" if found.event:
                yield found
                found = Event()
            case ":" | "":
                yield Event()


def events(stream: Iterator[Event], number: int) -> list[Event]:
    found = []
    for event in stream:
        found += [event] if event.event else []
        if len(found) == number:
            return found
    raise AssertionError("the stream has ended")


def test_a_stream_tells_what_was_and_what_comes(line: Line, subtests: pytest.Subtests) -> None:
    keys = [builders.published(line.runtime, title=f"n{n}") for n in range(45)]
    with stream(line) as following:
        found = events(following, 45)
        assert [e.data["id"] for e in found] == [str(key) for key in keys]
        with line.runtime.publishing() as tx:
            publishing.retract(tx, EDITOR, keys[3], "Forged.")
        (gone,) = events(following, 1)
    assert (gone.event, gone.data["type"], gone.data["reason"]) == ("delete", "delete", "retracted")
    pages = asked(line)["data"]
    assert gone.data == pages[-1]
    # Every event is a place to go on from, by its header or as a cursor.
    for place in (0, 7, 43):
        with subtests.test(place=place):
            with stream(line, **{"Last-Event-ID": found[place].id}) as following:
                (after,) = events(following, 1)
            assert after.data["sequence"] > found[place].data["sequence"]
            assert asked(line, f"cursor={found[place].id}&limit=1")["data"][0] == after.data
    until(lambda: line.watch._taken == 0)


def test_a_stream_that_has_nothing_to_tell_says_that_it_lives(line: Line) -> None:
    with stream(line) as following:
        kinds = [next(following).event for _ in range(4)]
        assert kinds == [""] * 4
        key = builders.published(line.runtime)
        assert events(following, 1)[0].data["id"] == str(key)


def test_a_head_of_a_stream_ends(line: Line) -> None:
    request = Request(line.address, headers={"Accept": "text/event-stream"}, method="HEAD")
    with urlopen(request, timeout=20) as answer:
        assert answer.read() == b""
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"


def test_a_reader_who_does_not_read_is_cut_off(line: Line) -> None:
    for number in range(60):
        builders.published(line.runtime, title=f"n{number}", body="word " * 40_000)
    host, port = line.address.split("/")[2].split(":")
    with ExitStack() as stack:
        for _ in range(3):
            wire = stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            wire.sendall(
                b"GET /v1/changes HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
            )
        until(lambda: line.watch._taken == 3)
        until(lambda: line.watch._taken == 0)
        assert asked(line, "limit=1")["data"]
