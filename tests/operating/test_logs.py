"""Every record is one line of one form, with the request and the trace that it belongs to."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import logs
from app.errors import Unavailable
from app.http.tracing import _trace_id
from app.worker.loop import Worker
from tests.commands import ROOT, log_as_before, willay_process
from tests.conftest import Bench
from tests.contract.log import LogLines
from tests.served import free_port
from tests.stores import environment_of

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+ [\w.-]+ .+"
)


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What is written while a test runs, at `info`."""
    text = StringIO()

    def configure(form: str) -> None:
        logs.configure("info", form)
        handler = logging.getLogger().handlers[-1]
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(text)

    with log_as_before():
        configure("text")
        text.configure = configure  # type: ignore[attr-defined]
        yield text


def break_something() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logging.getLogger("willay.worker").exception("a thing\nfailed")
    logging.getLogger("uvicorn.error").error("of the server")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("of a library", stacklevel=1)


def test_a_record_is_one_line_also_with_its_traceback(written: StringIO) -> None:
    break_something()
    lines = written.getvalue().splitlines()
    assert len(lines) == 3
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert r"a thing\nfailed Traceback (most recent call last):\n  File" in lines[0]
    assert lines[0].endswith(r"ValueError: first\nsecond")
    assert " WARNING py.warnings - " in lines[2]


def test_the_same_as_json(written: StringIO) -> None:
    written.configure("json")  # type: ignore[attr-defined]
    break_something()
    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [one["logger"] for one in told] == ["willay.worker", "uvicorn.error", "py.warnings"]
    assert told[0]["message"] == "a thing\nfailed"
    assert told[0]["traceback"].endswith("ValueError: first\nsecond")
    assert set(told[1]) == {"time", "level", "logger", "message"}


def test_a_request_names_what_is_logged_for_it_in_threads_too(
    logging_service: Bench,
    service_log: LogLines,
    written: StringIO,
) -> None:
    written.configure("json")  # type: ignore[attr-defined]
    headers = {"X-Request-Id": "mine.1", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    logging_service.client.post(
        "/v1/admin/auth/token", data={"username": "a@b.c", "password": "x" * 12}
    )
    logging_service.client.post(
        "/v1/admin/auth/token", data={"username": "a@b.c", "password": "x" * 12}, headers=headers
    )
    told = [json.loads(line) for line in written.getvalue().splitlines()]
    mine = [one for one in told if one.get("request_id") == "mine.1"]
    assert {one["logger"] for one in mine} >= {"willay.requests", "willay"}, "the lane's too"
    assert {one["trace_id"] for one in mine} == {TRACE}
    others = [one for one in told if one.get("request_id") != "mine.1"]
    assert others
    assert not any("trace_id" in one for one in others)


BAD = [
    b"",
    b"00",
    f"00-{TRACE}-00f067aa0ba902b7".encode(),
    f"00-{TRACE}-00f067aa0ba902b7-01-more".encode(),
    f"ff-{TRACE}-00f067aa0ba902b7-01".encode(),
    f"00-{TRACE.upper()}-00f067aa0ba902b7-01".encode(),
    f"00-{'0' * 32}-00f067aa0ba902b7-01".encode(),
    f"00-{TRACE}-{'0' * 16}-01".encode(),
    f"00-{TRACE}-00f067aa0ba902b7-01\n".encode(),
    b"00-kanari-00f067aa0ba902b7-01",
]


@pytest.mark.parametrize("parent", BAD)
def test_a_malformed_trace_is_none(parent: bytes) -> None:
    assert _trace_id({"headers": [(b"traceparent", parent)]}) == ""


def test_a_trace_of_a_later_version_is_read_and_of_two_none() -> None:
    later = f"cc-{TRACE}-00f067aa0ba902b7-01-what-the-future-holds".encode()
    assert _trace_id({"headers": [(b"traceparent", later)]}) == TRACE
    assert _trace_id({"headers": [(b"traceparent", later)] * 2}) == ""


@given(st.binary(max_size=80))
def test_no_bytes_break_it_or_get_through(sent: bytes) -> None:
    told = _trace_id({"headers": [(b"traceparent", sent)]})
    assert told == "" or re.fullmatch("[0-9a-f]{32}", told)


def test_long_work_says_now_and_then_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "willay")
    pace = logs.ProgressLog("Copying", 400, every=0.0)
    for step in (0, 100, 100):
        pace(step)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 3
    assert said[0] == "Copying: 0 of 400 (0 %)"  # nobody can know yet how long it will take
    assert said[1].startswith("Copying: 100 of 400 (25 %), about ")


@pytest.mark.timeout(300)
def test_a_server_process_that_is_killed_is_told_in_the_same_form(tmp_path: Path) -> None:
    assert willay_process(tmp_path, "migrate").returncode == 0
    port = free_port()
    log = tmp_path / "log"
    with log.open("w") as file:
        parent = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from app.console import main; main()",
                "serve",
                "--workers",
                "2",
            ],
            cwd=ROOT,
            env=environment_of(tmp_path, WILLAY_PORT=str(port)),
            stderr=file,
        )
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until and log.read_text().count("startup complete") < 2:
            time.sleep(0.2)
        children = re.findall(r"Started server process \[(\d+)\]", log.read_text())
        assert len(children) == 2
        time.sleep(2)  # one that dies while its parent asks for a sign of life is missed later
        os.kill(int(children[0]), signal.SIGKILL)
        while time.monotonic() < until and "died" not in log.read_text():
            time.sleep(0.2)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=20) as answer:
            assert answer.status == 200
    finally:
        parent.terminate()
        parent.wait(90)
    lines = log.read_text().splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert any(f"uvicorn.error - Child process [{children[0]}] died" in line for line in lines)


def test_what_a_follower_fails_of_again_and_again_is_told_once(
    quiet: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "willay.worker")
    monkeypatch.setattr("app.worker.loop.TROUBLE_SECONDS", 0.0)
    failures: list[Exception | None] = []

    class Failing:
        name = "a follower"

        def step(self) -> bool:
            if failures and (error := failures.pop(0)) is not None:
                raise error
            return False

        def close(self) -> None:
            """Nothing."""

    away = Unavailable("away", "It is away.", cause="a reason")
    busy = Unavailable("store_unavailable", "told by the store itself")
    broken = ValueError("odd")
    failures[:] = [away, away, broken, broken, busy, None, away]
    worker = Worker(quiet.runtime, [Failing()])
    for _ in range(7):
        worker._turn()
    assert [record.getMessage() for record in caplog.records] == [
        "a follower waits: It is away. (a reason)",
        "a follower failed and will try again",
        "a follower goes on",
        "a follower waits: It is away. (a reason)",
    ]
