"""Readers of whole archives who do not read what they asked for."""

import socket
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

from app.main import create_app
from tests import builders
from tests.conftest import store
from tests.served import served

_READERS = 50


def test_who_does_not_read_holds_up_nobody(tmp_path: Path) -> None:
    """More of them than there are threads and connections of the store together."""
    with ExitStack() as stack:
        runtime, _ = stack.enter_context(store(None, tmp_path, serve_worker=False))
        for number in range(20):
            builders.published(
                runtime,
                title=f"n{number}",
                body="word " * 20_000,
                published_at=datetime(2019, 5, 1, tzinfo=UTC),
            )
        address = stack.enter_context(served(create_app(runtime)))
        host, port = address.removeprefix("http://").split(":")
        path = "/v1/feeds/articles.atom?month=2019-05"
        for _ in range(_READERS):
            wire = stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            wire.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert wire.recv(12) == b"HTTP/1.1 200"
        with urlopen(f"{address}{path}", timeout=20) as answer:
            assert len(answer.read()) > 2_000_000
        with urlopen(f"{address}/v1/changes?limit=1", timeout=20) as answer:
            assert answer.status == 200
