"""Requests with exactly the headers that a test says, one or many at once, and the bytes that came
back; and where the application says that its answers came from."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient


@dataclass(frozen=True)
class RawAnswer:
    """What an application sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def validators(self) -> tuple[int, str | None]:
        """The status and the tag."""
        return self.status, self.headers.get("etag")


def ask(
    client: TestClient,
    address: str,
    *,
    method: str = "GET",
    peer: str = "192.0.2.1",
    **headers: str,
) -> RawAnswer:
    """The answer to one request, on the event loop of the application."""
    return ask_at_once(client, 1, address, method=method, peer=peer, **headers)[0]


def ask_at_once(client: TestClient, times: int, address: str, **how: Any) -> list[RawAnswer]:
    """The answers to equal requests that came at the same time."""

    async def ask_all() -> list[RawAnswer]:
        return await asyncio.gather(*(_ask(client, address, **how) for _ in range(times)))

    assert client.portal is not None
    return client.portal.call(ask_all)


async def _ask(
    client: TestClient, address: str, method: str = "GET", peer: str = "192.0.2.1", **headers: str
) -> RawAnswer:
    path, _, query = address.partition("?")
    fields = [(n.replace("_", "-").encode(), v.encode("latin-1")) for n, v in headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        **{"path": unquote(path), "raw_path": path.encode(), "query_string": query.encode()},
        "root_path": "",
        "headers": [(b"host", b"x"), *fields] if b"host" not in dict(fields) else fields,
        **{"client": (peer, 1), "server": ("x", 80)},
        "state": client.app_state.copy(),
    }
    received: list[dict[str, Any]] = []
    pending = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if pending:
            return pending.pop()
        await asyncio.sleep(0.05)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        received.append(message)

    await client.app(scope, receive, send)
    start, *bodies = received
    named = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
    joined: dict[str, str] = {}
    for name, value in named:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return RawAnswer(start["status"], joined, b"".join(it.get("body", b"") for it in bodies))


def answers_by_source(metrics: str) -> Counter[str]:
    """How many public answers came from memory, from the store, or were a 304."""
    return Counter(
        {
            sample.labels["source"]: int(sample.value)
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
            if sample.name == "willay_answers_total"
        }
    )


@contextmanager
def sources(client: TestClient) -> Iterator[Counter[str]]:
    """The sources of the answers that are given while the block runs, known at its end."""
    before, during = answers_by_source(_metrics(client)), Counter[str]()
    yield during
    during.update(answers_by_source(_metrics(client)) - before)


def is_stored(client: TestClient, address: str, **how: Any) -> bool:
    """Whether the next answer comes from memory."""
    with sources(client) as during:
        ask(client, address, **how)
    return during == {"memory": 1}


def _metrics(client: TestClient) -> str:
    return ask(client, "/metrics", peer="127.0.0.1").body.decode()
