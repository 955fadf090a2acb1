"""Connections that are opened and not used, and heads that never end."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.http import connections
from app.http.connections import BoundedConnection
from app.main import create_app
from tests.conftest import store
from tests.http.wire import ask, connected
from tests.served import served


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that waits for half a second for a head."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with (
        store(None, tmp_path, serve_worker=False) as (runtime, _),
        served(create_app(runtime)) as address,
    ):
        yield address


def ended(wire: socket.socket, seconds: float = 10) -> bool:
    """The server closes in time."""
    wire.settimeout(seconds)
    try:
        while wire.recv(65_536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    "begun", [b"", b"G", b"\r\n", b"GET /v1 HTTP/1.1\r\nHost: x\r\nX-Long: y", b"POST "]
)
def test_a_head_that_does_not_come_is_not_waited_for(hasty: str, begun: bytes) -> None:
    with connected(hasty) as wire:
        wire.sendall(begun)
        assert ended(wire)


def test_one_that_trickles_is_not_waited_for_either(hasty: str) -> None:
    with connected(hasty) as wire, contextlib.suppress(ConnectionError):
        began = time.monotonic()
        wire.sendall(b"GET /v1 HTTP/1.1\r\n")
        for number in range(100):
            wire.sendall(b"X-%d: y\r\n" % number)
            time.sleep(0.05)
    assert time.monotonic() - began < 3


def test_what_comes_after_an_answer_keeps_no_connection(hasty: str) -> None:
    with connected(hasty) as wire:
        wire.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.recv(65_536).startswith(b"HTTP/1.1 200")
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                wire.sendall(b"\r\n")
                time.sleep(0.05)
        assert ended(wire)


def test_a_connection_that_is_used_goes_on(hasty: str) -> None:
    with connected(hasty) as wire:
        for _ in range(5):
            wire.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            reply = b""
            while not reply.endswith(b"}"):  # the head and the body may come one by one
                reply += wire.recv(65_536)
                assert reply.startswith(b"HTTP/1.1 200")
            time.sleep(0.3)


def test_a_head_without_end_is_refused(hasty: str, subtests: pytest.Subtests) -> None:
    for begun in (
        b"GET /v1 HTTP/1.1\r\nHost: x\r\nX-Long: ",
        b"GET /v1 HTTP/1.1\r\n" + b"X-Short: y\r\n" * 10,
        b"POST /none HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    ):
        with subtests.test(begun=begun):
            sent = 0
            with connected(hasty) as wire, contextlib.suppress(ConnectionError):
                wire.sendall(begun)
                for _ in range(200):
                    wire.sendall(b"y" * 65_536)
                    sent += 65_536
                    time.sleep(0.001)
            assert sent < 200 * 65_536
    assert ask(hasty, "GET /livez").status == 200


def test_one_network_leaves_room_for_others(hasty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 20.0)
    monkeypatch.setattr(connections, "FROM_ONE", 10)
    monkeypatch.setattr(connections, "_counted_network", lambda address: address)
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connected(hasty, source="127.0.0.2"))
        for _ in range(3):
            with connected(hasty, source="127.0.0.2") as wire:
                assert ended(wire, 15)
        # Others come in, and so does a trusted proxy as often as it likes.
        others = ["127.0.0.3"] + ["127.0.0.1"] * 12
        for source in others:
            wire = stack.enter_context(connected(hasty, source=source))
            wire.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            assert wire.recv(65_536).startswith(b"HTTP/1.1 200")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and BoundedConnection._from:
        time.sleep(0.02)
    assert not BoundedConnection._from


def test_a_process_has_its_bound(hasty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 20.0)
    monkeypatch.setattr(connections, "AT_ONCE", 5)
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(connected(hasty))
        with connected(hasty) as wire:
            assert ended(wire, 15)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("::1", ""),
        ("fd00::1", ""),
        ("", ""),
        ("unix", ""),
        ("203.0.114.9", "203.0.114.9"),
        ("::ffff:203.0.114.9", "203.0.114.9"),
        ("2a00:1:2:3::1", "2a00:1:2:3::/64"),
        ("2a00:1:2:3:ffff::1", "2a00:1:2:3::/64"),
    ],
)
def test_strangers_are_counted_by_network(address: str, network: str) -> None:
    assert connections._counted_network(address) == network
