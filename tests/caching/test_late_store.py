"""A PostgreSQL that hangs: everybody hears so within a second or so, and it is told once."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app import outage
from app.main import create_app
from tests import builders
from tests.caching.asking import answers_by_source
from tests.caching.conftest import BODY
from tests.caching.disturbances import kill_all
from tests.conftest import store
from tests.http.wire import Reply, ask
from tests.operating.faults import frozen, told
from tests.postgres import THRIFTY, running_server
from tests.served import served

pytestmark = pytest.mark.postgresql_only("a server that is frozen on purpose")

LIST, ONE = "GET /v1/articles", "GET /v1/articles/one"


@pytest.fixture(scope="module")
def own_server() -> Iterator[Any]:
    """A server that these tests may freeze."""
    with running_server(THRIFTY) as running:
        yield running


@pytest.fixture
def address(own_server: Any, tmp_path: Path) -> Iterator[str]:
    """The address of a service over it, with some articles and with what was asked for stored."""
    with store(own_server.get_uri(), tmp_path, serve_worker=False) as (runtime, clock):
        for name in ("one", "two"):
            builders.published(runtime, title=name, slug=f"{name}-{time.time_ns()}", body=BODY)
        clock.move(seconds=5)
        with served(create_app(runtime)) as base:
            wait_for_memory(base)
            yield base


def wait_for_memory(base: str) -> None:
    """Ask until an answer comes from memory."""
    until = time.monotonic() + 30
    while True:
        before = from_memory(base)
        assert time.monotonic() < until
        if ask(base, LIST).status == 200 and from_memory(base) > before:
            return
        time.sleep(0.1)


def from_memory(base: str) -> int:
    return answers_by_source(ask(base, "GET /metrics").body.decode())["memory"]


def ask_all(base: str, *starts: str, **headers: str) -> list[Reply]:
    headers = {"Connection": "close", **headers}  # so that the end of a HEAD is seen
    with ThreadPoolExecutor(len(starts)) as pool:
        return list(pool.map(lambda start: ask(base, start, headers=headers), starts))


def test_a_frozen_server_is_told_to_all_and_is_back_when_it_is_back(
    own_server: Any,
    address: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "_STEADY_SECONDS", 0.0)
    told(caplog, "willay.store")
    starts = [LIST, "HEAD /v1/articles", *(f"GET /v1/articles?limit={n + 1}" for n in range(12))]
    ask(address, "GET /openapi.json")  # which takes seconds to be made once
    with frozen(own_server.get_pid()):
        replies = ask_all(address, *starts)
        replies += ask_all(address, *starts, Authorization="Bearer willay_unknown")
        for reply in replies:
            assert reply.status == 503
            assert int(reply.headers["retry-after"]) > 0
            assert reply.headers["access-control-allow-origin"] == "*"
            assert reply.headers["cache-control"] == "no-store"
            assert reply.seconds < 3
        assert replies[0].code == "store_late"
        named = ask(address, LIST, headers={"X-Request-Id": "mine"})
        assert (named.headers["x-request-id"], named.status) == ("mine", 503)
        assert named.seconds < 1
        for needs_no_store in ("/livez", "/openapi.json"):
            reply = ask(address, f"GET {needs_no_store}")
            assert (reply.status, reply.seconds < 3) == (200, True)
    wait_for_memory(address)
    assert {reply.status for reply in ask_all(address, *starts)} == {200}
    late = [line for line in told(caplog, "willay.store") if "within 0.5 s" in line]
    assert len(late) == 1


def test_killed_connections_are_made_anew(own_server: Any, address: str) -> None:
    for _ in range(2):
        kill_all(own_server.get_uri())
        replies = ask_all(address, *[LIST] * 8)
        assert {reply.status for reply in replies} == {200}
        wait_for_memory(address)
