"""Odd headers are ignored or refused, never a fault; and a fault leaves one trace."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from app.errors import Unavailable
from app.http.log_watch import Requester, Watch
from app.main import create_app
from tests import builders
from tests.admin.desk import bearer
from tests.conftest import Bench
from tests.contract.log import LogLines
from tests.cost import processor_time
from tests.search.follow import follow
from tests.stores import examples

DATES = [
    *("Mon, 01 Jan 2024 00:00:00 +99999999999999999999", "Mon, 01 Jan 2024 00:00:00 +9999"),
    *(
        "Mon, 01 Jan 2024 00:00:00 -0000",
        "Mon, 01 Jan 2024 00:00:00",
        "Mon, 32 Jan 2024 25:61:61 GMT",
    ),
    *("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 0000 00:00:00 GMT"),
    *(
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "0",
        "-1",
        "",
        "٣",
        "=?x?=",
    ),
    *(
        "2024-01-01",
        "1 " * 1_000,
        "(" * 5_000,
        "Mon, 01 Jan 2024 00:00:00 " + "9" * 5_000,
        "\xff\xfe",
    ),
    *(", , ,", "Jan", "Mon, 01 Jan -5 00:00:00 GMT", "Mon, 01 Jan 2024 -1:00:00 GMT"),
]
CONDITIONS = (
    "If-Modified-Since",
    "If-Unmodified-Since",
    "If-Range",
    "Date",
    "If-None-Match",
    "If-Match",
)
PATHS = (
    *("/v1", "/v1/articles", "/v1/articles/seen", "/v1/articles/seen.jsonld", "/v1/search?q=seen"),
    *("/v1/feeds/articles.rss", "/sitemap.xml", "/v1/archive", "/v1/sponsors", "/v1/changes"),
    *(
        "/v1/tags",
        "/v1/oai?verb=Identify",
        "/v1/oembed?url=x",
        "/robots.txt",
        "/openapi.json",
        "/docs",
    ),
)


@pytest.fixture
def service(quiet: Bench) -> Bench:
    builders.published(quiet.runtime, title="Seen")
    follow(quiet.runtime)
    return quiet


@pytest.mark.parametrize("name", CONDITIONS)
def test_odd_conditions(service: Bench, name: str, subtests: pytest.Subtests) -> None:
    for path in PATHS:
        for value in DATES:
            with subtests.test(path=path, value=value):
                headers = [(name.encode(), value.encode("utf-8" if value == "٣" else "latin-1"))]
                answer = service.client.get(path, headers=headers)
                assert answer.status_code in (200, 304, 404), (path, value, answer.text[:300])


@given(value=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0")))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=examples(60),
    deadline=None,
)
def test_any_date(service: Bench, value: str) -> None:
    for wrong in (value, f"Mon, 01 Jan 2024 00:00:00 {value}", f"Mon, 01 Jan {value} 00:00:00 GMT"):
        headers = [(b"If-Modified-Since", wrong.encode("latin-1"))]
        assert service.client.get("/v1", headers=headers).status_code in (200, 304)


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": ", ".join(f'"{number:x}"' for number in range(10_000))},
        {"If-None-Match": "," * 60_000},
        {"If-None-Match": "W/" * 30_000},
        {"Cookie": "; ".join(f"c{number}=x" for number in range(300))},
        {"X-Forwarded-For": ", ".join(f"10.0.0.{number}" for number in range(50))},
        {"X-Forwarded-For": "unknown, , [::1]:80, 999.1.1.1, <script>, \xff"},
        {"Forwarded": "for=_x;by=y" * 500},
        {"Accept": ", ".join(f"a/b;q=0.{number}" for number in range(3_000))},
        {"Accept": ";;;,,,q=,*/*;q=9"},
        {"Accept-Language": "x" * 20_000, "Accept-Encoding": ";q=" * 5_000},
        {"Range": "bytes=" + "0-1," * 10_000},
        {"Range": "bytes=" + "9" * 5_000 + "-"},
        {"Range": "lines=1-2", "If-Range": "W/" * 100},
        {"Content-Length": "0", "Content-Type": "application/json"},
        {"Content-Encoding": "gzip"},
        {"Expect": "200-maybe"},
        {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "x"},
        {"Authorization": "Bearer " + "x" * 60_000},
        {"Authorization": "Basic ::::"},
        {"Last-Event-ID": "x" * 10_000},
        {"Host": "a b/c?d#e[", "Origin": "null, null"},
        {"X-Request-Id": "\xff" * 5_000, "User-Agent": "\x01\x7f" * 2_000},
    ],
)
def test_odd_requests_cost_little(
    service: Bench, headers: dict[str, str], subtests: pytest.Subtests
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    with processor_time() as cost:
        for path in (*PATHS, "/v1/media/01900000-0000-7000-8000-000000000000/320.jpg"):
            with subtests.test(path=path):
                answer = service.client.get(path, headers=raw)
                assert answer.status_code in (200, 206, 304, 401, 404, 416), (
                    path,
                    answer.text[:300],
                )
        desk = service.client.get(
            "/v1/admin/articles", headers=[*raw, *bearer(service.runtime).items()]
        )
        assert desk.status_code in (200, 401)
    assert cost.seconds < 5


def test_a_tag_among_ten_thousand_is_found(service: Bench) -> None:
    tag = service.client.get("/v1/articles").headers["etag"]
    many = ", ".join([*(f'"{number:x}"' for number in range(10_000)), tag])
    assert service.client.get("/v1/articles", headers={"If-None-Match": many}).status_code == 304


def asked(app: FastAPI, path: str) -> list[Message]:
    """What an application answers on its bare interface; whatever leaves it is raised."""
    told: list[Message] = []

    came = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in came:
            return message
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message)

    scope = {
        **{"type": "http", "http_version": "1.1", "method": "GET", "path": path, "headers": []},
        **{"raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http"},
        **{"client": ("127.0.0.1", 1), "server": ("x", 80)},
    }

    async def ask() -> None:
        async with app.router.lifespan_context(app) as state:
            await app({**scope, "state": state}, receive, send)

    asyncio.run(ask())
    return told


def test_a_fault_leaves_one_trace(
    quiet: Bench,
    service_log: LogLines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the roof is on fire")

    monkeypatch.setattr("app.delivery.articles.articles.list_page", broken)
    app = create_app(quiet.runtime)
    start, body = asked(app, "/v1/articles")
    headers = dict(start["headers"])
    assert start["status"] == 500
    assert b'"internal_error"' in body["body"]
    assert headers[b"x-request-id"].decode() in "\n".join(service_log.lines)
    assert headers[b"access-control-allow-origin"] == b"*"
    assert [name for name, _ in start["headers"]].count(b"x-content-type-options") == 1
    assert "\n".join(service_log.lines).count("Traceback") == 1


def test_a_fault_in_the_middle_of_an_answer_leaves_one_trace(
    quiet: Bench,
    service_log: LogLines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object) -> Any:
        yield b"the first"
        raise RuntimeError("the roof is on fire")

    from starlette.responses import StreamingResponse

    async def half(*_: object, **__: object) -> StreamingResponse:
        return StreamingResponse(broken())

    monkeypatch.setattr("app.http.endpoint.answer_view", half)
    told = asked(create_app(quiet.runtime), "/v1/articles")
    assert told[0]["status"] == 200
    assert told[-1].get("more_body")  # so the server cuts it off
    assert "\n".join(service_log.lines).count("RuntimeError: the roof") == 1


@pytest.fixture
def watch(quiet: Bench) -> Watch:
    return Watch(quiet.runtime, places=40, share=5)


def test_waiting_is_shared(watch: Watch) -> None:
    held = []

    def takes(asker: Requester) -> bool:
        place = watch.place(asker)
        try:
            place.__enter__()
        except Unavailable:
            return False
        held.append(place)
        return True

    one, other = Requester("203.0.114.1"), Requester("203.0.114.2")
    assert [takes(one) for _ in range(7)] == [True] * 5 + [False] * 2
    assert takes(other)
    # Many networks leave a fourth to those with a key; a spared one has no share of its own.
    assert [takes(Requester()) for _ in range(30)] == [True] * 24 + [False] * 6
    assert not takes(Requester("203.0.114.3"))
    assert [takes(Requester("partner 1", has_key=True)) for _ in range(6)] == [True] * 5 + [False]
    assert [takes(Requester("partner 2", has_key=True)) for _ in range(5)] == [True] * 5
    assert not takes(Requester("partner 3", has_key=True))
    for place in held:
        place.__exit__(None, None, None)
    assert (watch._taken, watch._without_key, watch._shares) == (0, 0, {})
    assert takes(one)
    held[-1].__exit__(None, None, None)
