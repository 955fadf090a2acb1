"""What only a real server shows: bytes that clients normalise, HEAD, OPTIONS, long requests."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.main import create_app
from tests import builders
from tests.conftest import store
from tests.served import served


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with store(None, tmp_path_factory.mktemp("store")) as (runtime, _):
        builders.published(runtime, title="Seen", body="Ñandú")
        with served(create_app(runtime)) as address:
            yield int(address.rsplit(":", 1)[1])


def ask(port: int, start: bytes, headers: bytes = b"", body: bytes = b"") -> Reply:
    """Send these very bytes; read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        # A server that refuses a request early may close before it has read all of it.
        with contextlib.suppress(ConnectionError):
            wire.sendall(
                start + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n" + body
            )
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := wire.recv(65_536):
                received += piece
    head, _, content = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return Reply(int(first.split()[1]), {name.lower(): value for name, value in pairs}, content)


@pytest.mark.parametrize(
    ("start", "status", "code"),
    [
        (b"GET /v1/articles/%ff", 400, "invalid_encoding"),
        (b"GET /%C3%28", 400, "invalid_encoding"),
        (b"GET /v1/articles?tag=%ff", 400, "invalid_encoding"),
        (b"GET /v1/articles/%00", 400, "control_character"),
        (b"GET /v1/articles?tag=%0d%0aX-Injected:%201", 400, "control_character"),
        (b"GET /v1/articles/%", 404, "article_not_found"),
        (b"GET /v1/articles/%u0041", 404, "article_not_found"),
        (b"GET /v1/articles/../articles", 404, "not_found"),
        (b"GET /v1/articles?tag=%zz", 400, "unknown_tag"),
        (b"GET /v1/articles?%6cimit=1&limit=2", 400, "repeated_parameter"),
        (b"GET /v1/articles?limit=1;limit=2", 400, "invalid_parameter"),
        (b"GET /v1/articles?tag=" + b"a" * 60_000, 400, "invalid_parameter"),
        (b"GET /v1/articles/" + b"a" * 60_000, 404, "article_not_found"),
        (b"GET /v1/resolve?path=/" + b"%2F" * 20_000, 400, "invalid_parameter"),
        (
            b"GET /v1/articles?" + b"&".join(b"a%d" % n for n in range(9_000)),
            400,
            "too_many_parameters",
        ),
        (b"POST /v1/articles", 405, "method_not_allowed"),
        (b"TRACE /v1/articles", 405, "method_not_allowed"),
        (b"GET http://elsewhere/v1/articles?limit=0", 400, "invalid_parameter"),
    ],
)
def test_raw_requests_get_problems(port: int, start: bytes, status: int, code: str) -> None:
    began = time.monotonic()
    reply = ask(port, start)
    assert (reply.status, reply.code) == (status, code)
    assert reply.headers["content-type"] == "application/problem+json"
    assert "x-injected" not in reply.headers
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "start",
    [
        b"GET /v1/articles/\xff",
        b"GET /v1/articles?tag=\xff",
        b"GET /v1/articles?tag=\x00",
        b"GET /v1/articles?tag=\x01",
        b"GET /v1/articles/a\x7fb",
        b"GET /" + b"a" * 70_000,
        b"GET v1",
        b"CONNECT a:1",
    ],
)
def test_what_the_parser_refuses_is_its_own_and_ends_there(port: int, start: bytes) -> None:
    reply = ask(port, start)
    assert (reply.status, reply.body) == (400, b"Invalid HTTP request received.")
    assert ask(port, b"GET /livez").status == 200


@pytest.mark.parametrize(
    "path",
    [
        b"/v1",
        b"/v1/changes",
        b"/livez",
        b"/readyz",
        b"/v1/articles",
        b"/v1/articles/seen",
        b"/v1/tags",
        b"/v1/articles/none",
        b"/nothing",
        b"/v1/articles?limit=0",
        b"/v1/articles/%ff",
        b"/openapi.json",
        b"/docs",
    ],
)
def test_head_is_get_without_its_body(port: int, path: bytes) -> None:
    get, head = ask(port, b"GET " + path), ask(port, b"HEAD " + path)
    assert head.body == b""
    assert head.status == get.status
    assert head.headers.keys() == get.headers.keys()
    own = ("date", "x-request-id")
    same = {name: value for name, value in get.headers.items() if name not in own}
    assert {name: value for name, value in head.headers.items() if name not in own} == same
    assert int(head.headers["content-length"]) == len(get.body) > 0


def test_head_with_a_body_and_a_condition(port: int) -> None:
    plain = ask(port, b"HEAD /v1/articles", b"Content-Length: 5\r\n", b"hello")
    assert (plain.status, plain.body) == (200, b"")
    tag = plain.headers["etag"].encode()
    unchanged = ask(port, b"HEAD /v1/articles", b"If-None-Match: " + tag + b"\r\n")
    assert (unchanged.status, unchanged.body) == (304, b"")
    odd = ask(port, b"GET /v1/articles", b"If-None-Match: \xff\xfe\r\n")
    assert odd.status == 200


@pytest.mark.parametrize("path", [b"/v1/articles", b"/v1/articles/seen", b"/v1/tags", b"/v1"])
def test_a_preflight_from_any_origin(port: int, path: bytes) -> None:
    reply = ask(
        port,
        b"OPTIONS " + path,
        b"Origin: https://front.example\r\nAccess-Control-Request-Method: GET\r\n"
        b"Access-Control-Request-Headers: if-none-match\r\n",
    )
    assert (reply.status, reply.body) == (204, b"")
    assert "content-length" not in reply.headers
    kept = {name: v for name, v in reply.headers.items() if name not in ("date", "connection")}
    assert kept == {
        "allow": "GET, HEAD, OPTIONS",
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, HEAD, OPTIONS",
        "access-control-allow-headers": "If-None-Match, Accept, Content-Type, Last-Event-ID",
        "access-control-max-age": "86400",
        "access-control-expose-headers": "ETag, Last-Modified, Link, Retry-After, Location, "
        "X-Request-Id, RateLimit, RateLimit-Policy",
        "x-content-type-options": "nosniff",
    }


def test_an_actual_request_from_another_origin(port: int) -> None:
    reply = ask(port, b"GET /v1/articles/none", b"Origin: https://front.example\r\nCookie: a=b\r\n")
    assert reply.status == 404
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers
    assert "set-cookie" not in reply.headers
