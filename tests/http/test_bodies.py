"""Bodies: none is kept without a bound in bytes, fields, files and time, whoever sends it."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.types import Message

from app.http import request_body
from app.main import create_app
from app.runtime import Runtime
from tests.admin.desk import bearer, problem
from tests.conftest import Bench, MovingClock, client_of, store
from tests.contract.log import LogLines
from tests.http.wire import ask, chunked, connected, shape
from tests.partners import holder
from tests.search.follow import follow
from tests.served import free_port, served
from tests.stores import environment_of

FIVE = 5_000_000
BOUNDARY = "boundary7"
LOGIN = "/v1/admin/auth/token"
FORM = "application/x-www-form-urlencoded"


def multipart(size: int, *, parts: int, name: str = "file") -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n\r\n'
    )
    one = head.encode() + b"x" * (size // parts) + b"\r\n"
    return one * parts + f"--{BOUNDARY}--\r\n".encode()


HUGE: dict[str, tuple[str, bytes]] = {
    "a word of JSON": ("application/json", b'{"title": "' + b"x" * FIVE + b'"}'),
    "a list of JSON": ("application/json", b"[" + b"1," * (FIVE // 2) + b"1]"),
    "a form of many fields": (FORM, b"&".join(b"f%d=x" % n for n in range(FIVE // 10))),
    "a form of one field": (FORM, b"username=" + b"x" * FIVE),
    "a form of a few fields": (FORM, b"&".join(b"f%d=" % n + b"x" * 500_000 for n in range(10))),
    "a file": (f"multipart/form-data; boundary={BOUNDARY}", multipart(FIVE, parts=1)),
    "many files": (f"multipart/form-data; boundary={BOUNDARY}", multipart(FIVE, parts=1_000)),
    "a text": ("text/plain", b"x" * FIVE),
    "a thing without a type": ("", b"x" * FIVE),
}


class Watched:
    """The largest sizes of a process: of its memory, and of what it has in the temporary folder."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.spooled = 0
        self._pid, self._folder, self._ends = pid, folder, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def memory(self) -> int:
        """The most it ever had, in bytes."""
        for line in Path(f"/proc/{self._pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1_000
        raise AssertionError("no such process")

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join(10)

    def _look(self) -> None:
        open_files = Path(f"/proc/{self._pid}/fd")
        while not self._ends.wait(0.002):
            size = 0
            for file in open_files.iterdir():
                try:
                    if os.readlink(file).startswith(str(self._folder)):
                        size += file.stat().st_size
                except OSError:
                    continue
            self.spooled = max(self.spooled, size)


@contextmanager
def running(data: Path, spool: Path) -> Iterator[tuple[str, int]]:
    """`willay serve` as it is deployed: its address and its process."""
    port = free_port()
    environment = {
        **environment_of(data, WILLAY_RATE_LIMIT="0", TMPDIR=str(spool)),
        "WILLAY_SERVE_WORKER": "false",
    }
    command = [str(Path(sys.executable).with_name("willay")), "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 60
        try:
            while True:
                try:
                    connected(f"127.0.0.1:{port}").close()
                    break
                except OSError:
                    assert time.monotonic() < deadline
                    assert server.poll() is None
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()


@pytest.mark.timeout(600)
@pytest.mark.sqlite_only("bodies are read before any store is asked")
def test_five_megabytes_are_kept_nowhere(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Of any type, with a length and without, sent to everything that takes a body: two types to
    each, in turn, because one part of the service reads a type for all of them."""
    kinds = cycle(HUGE.items())
    spool = tmp_path / "spool"
    spool.mkdir()
    with store(None, tmp_path / "data", serve_worker=False) as (runtime, _):
        headers = {**bearer(runtime), "If-Match": '"1"'}
        partner = holder.shows(holder.key(runtime))
        operations = shape(create_app(runtime).openapi())
    assert len(operations) > 60
    with running(tmp_path / "data", spool) as (address, pid):
        ask(address, "GET /v1/articles")
        before = Watched(pid, spool).memory
        for method, path in operations:
            known = headers if path.startswith("/v1/admin") else partner
            if not path.startswith("/v1/partner"):
                known = {} if not path.startswith("/v1/admin") else known
            some = len(HUGE) if path.endswith("/media") else 2
            with Watched(pid, spool) as watched:
                for name, (media_type, content) in islice(kinds, some):
                    with subtests.test(name=name, media_type=media_type, content=content):
                        sent = {**known, **({"Content-Type": media_type} if media_type else {})}
                        length = {"Content-Length": str(len(content))}
                        whole = ask(
                            address, f"{method} {path}", content, headers={**sent, **length}
                        )
                        where = (method, path, name, whole.body[:300])
                        assert 400 <= whole.status < 500, where
                reply = ask(
                    address,
                    f"{method} {path}",
                    *chunked(content),
                    headers={**sent, "Transfer-Encoding": "chunked"},
                )
                assert 400 <= reply.status < 500, (method, path, reply)
            # A file for the library waits on disk, and nowhere else does anything.
            assert watched.spooled <= (FIVE + 10_000 if path.endswith("/media") else 0), path
        for start in (f"POST {LOGIN}", "POST /v1/admin/articles", "GET /v1/articles"):
            with subtests.test(start=start):
                for media_type, content in HUGE.values():
                    length = {"Content-Length": str(len(content)), "Content-Type": media_type}
                    assert ask(address, start, content, headers=length).status < 500
        # Some parts of five megabytes at once, never the sum of what was sent.
        assert Watched(pid, spool).memory - before < 60_000_000


SMALL = {"/v1/admin/auth/token": FORM, "/v1/oai": FORM}


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/admin/auth/token", "/v1/admin/auth/reset", "/v1/admin/auth/reset-request"),
        *("/v1/oai", "/v1/search/tokens"),
    ],
)
def test_what_anybody_may_send_is_small(quiet: Bench, path: str) -> None:
    media_type = SMALL.get(path, "application/json")
    answer = quiet.client.post(path, content=b"x" * 10_001, headers={"Content-Type": media_type})
    assert problem(answer) == (413, "body_too_large")
    many = b"&".join(b"a%d=" % number for number in range(51))
    if media_type == FORM:
        answer = quiet.client.post(path, content=many, headers={"Content-Type": FORM})
        assert problem(answer) == (413, "too_many_fields")


def test_a_login_is_a_form_and_nothing_else(quiet: Bench, subtests: pytest.Subtests) -> None:
    sent = {"username": "a@example.org", "password": "x"}
    for wrong in ({"json": sent}, {"files": {**sent, "file": b"x"}}, {"content": b"username=a"}):
        with subtests.test(wrong=wrong):
            assert problem(quiet.client.post(LOGIN, **wrong)) == (415, "unsupported_media_type")
    for content, code in (
        (b"username=a&username=b&password=x", "repeated_parameter"),
        (b"username=%ff&password=x", "invalid_encoding"),
        (b"username=\xff&password=x", "invalid_encoding"),
        (b"", "invalid_parameter"),
    ):
        with subtests.test(content=content, code=code):
            answer = quiet.client.post(LOGIN, content=content, headers={"Content-Type": FORM})
            assert problem(answer) == (400, code)
    for content in (
        b"username=a&password=x&scope=a&client_id=b&scope=c",
        b"username=a&password=%00",
    ):
        answer = quiet.client.post(LOGIN, content=content, headers={"Content-Type": FORM})
        assert problem(answer) == (401, "wrong_credentials"), content


@contextmanager
def hasty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Runtime, str]]:
    """A server that waits for half a second where it would for fifteen."""
    monkeypatch.setattr(request_body, "IDLE_SECONDS", 0.5)
    monkeypatch.setattr(request_body, "CLEARED_SECONDS", 0.2)
    with (
        store(None, folder, serve_worker=False) as (runtime, _),
        served(create_app(runtime)) as address,
    ):
        yield runtime, address


UPLOAD = multipart(1_000_000, parts=1)
STALLS = [
    (f"POST {LOGIN}", FORM, b"username=a"),
    ("POST /v1/admin/auth/reset", "application/json", b'{"secret": "'),
    ("POST /v1/oai", FORM, b"verb="),
    ("POST /v1/search/instant/multi-search", "application/json", b'{"queries": ['),
    ("POST /v1/admin/articles", "application/json", b'{"title": "' + b"x" * 100_000),
    ("POST /v1/admin/media", "image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100_000),
    ("POST /v1/admin/media", f"multipart/form-data; boundary={BOUNDARY}", UPLOAD[:500_000]),
]


@pytest.mark.parametrize(("start", "media_type", "begun"), STALLS)
@pytest.mark.parametrize("way", ["stops", "trickles", "stops without a length"])
def test_a_body_that_never_ends_is_ended(
    start: str,
    media_type: str,
    begun: bytes,
    way: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with hasty(tmp_path, monkeypatch) as (runtime, address):
        monkeypatch.setattr(request_body, "SLOWEST", 1_000_000)
        sent = {**bearer(runtime), "Content-Type": media_type}
        parts = [begun]
        if way == "stops without a length":
            sent["Transfer-Encoding"] = "chunked"
            parts = chunked(begun)[:-1]
        else:
            sent["Content-Length"] = str(len(begun) + (200_000 if len(begun) > 1_000 else 2_000))
        if way == "trickles":
            parts += [b" "] * 60
        pause = 0.1 if way == "trickles" else 0.0
        reply = ask(address, start, *parts, headers=sent, pause=pause)
        assert (reply.status, reply.code) == (408, "body_too_slow")
        assert reply.headers["connection"] == "close"
        assert reply.seconds < 12
        assert runtime.uploads._waiting == 0


def test_a_slow_line_is_no_crime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes slower than usual and comes is taken, over a longer time than one pause may be."""
    with hasty(tmp_path, monkeypatch) as (runtime, address):
        content = b'{"title": "Slow", "lang": "en", "body": "' + b"x" * 20_000 + b'"}'
        parts = [content[at : at + 2_000] for at in range(0, len(content), 2_000)]
        sent = {
            **bearer(runtime),
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
        }
        reply = ask(address, "POST /v1/admin/articles", *parts, headers=sent, pause=0.1)
        assert reply.status == 201
        assert reply.seconds > 1


def test_what_nobody_reads_is_cleared_and_the_connection_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    with hasty(tmp_path, monkeypatch) as (_, address):
        whole = {"Content-Type": "application/json", "Content-Length": "100000"}
        reply = ask(address, "POST /v1/admin/articles", b"x" * 100_000, headers=whole)
        assert (reply.status, reply.headers.get("connection")) == (401, None)
        # One that asks first is not told to send.
        asks = {**whole, "Expect": "100-continue"}
        reply = ask(address, "POST /v1/admin/articles", headers=asks)
        assert (reply.status, reply.headers["connection"]) == (401, "close")
        # One that goes on is cut off.
        for start in ("POST /v1/admin/articles", "GET /v1/articles", "DELETE /none", "GET /v1/%00"):
            with subtests.test(start=start):
                endless = {"Content-Length": str(10**13)}
                reply = ask(address, start, b"x" * 100_000, headers=endless)
                assert reply.headers["connection"] == "close"
                assert 200 <= reply.status < 500
                assert reply.seconds < 5


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Encoding": "deflate, gzip"}, 415),
        ({"Content-Encoding": "aes128gcm"}, 415),
        ({"Content-Encoding": " Identity "}, 201),
        ({"Content-Encoding": ""}, 201),
        ({"Content-Type": "application/json; charset=utf-8"}, 201),
        ({"Content-Type": "APPLICATION/JSON;charset=x;charset=y"}, 201),
        ({"Content-Type": "application/json,text/plain"}, 415),
        ({"Content-Type": "application/vnd.api+json"}, 415),
        ({"Content-Type": ";"}, 415),
        ({"Content-Type": "multipart/form-data"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Length": "0" * 30 + "9" * 30}, 413),
    ],
)
def test_odd_headers_of_a_body(quiet: Bench, headers: dict[str, str], status: int) -> None:
    sent = {**bearer(quiet.runtime), "Content-Type": "application/json", **headers}
    content = b'{"title": "Odd", "lang": "en"}'
    answer = quiet.client.post("/v1/admin/articles", content=content, headers=sent)
    assert answer.status_code == status, answer.text
    if headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        assert answer.json()["code"] == "unsupported_encoding"
        for path, media_type in (("/v1/admin/media", "image/png"), (LOGIN, FORM)):
            sent["Content-Type"] = media_type
            answer = quiet.client.post(path, content=content, headers=sent)
            assert problem(answer) == (415, "unsupported_encoding")


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "latin-1", "cp1252", "utf-7"])
def test_other_alphabets_are_refused_or_read_right(quiet: Bench, charset: str) -> None:
    sent = {**bearer(quiet.runtime), "Content-Type": f"application/json; charset={charset}"}
    content = '{"title": "Ñandú", "lang": "es"}'.encode(charset)
    answer = quiet.client.post("/v1/admin/articles", content=content, headers=sent)
    assert problem(answer) == (400, "malformed_json") if charset != "utf-7" else True
    assert answer.status_code < 500


def test_json_may_begin_as_windows_tools_write_it(quiet: Bench) -> None:
    follow(quiet.runtime)
    sent = {**bearer(quiet.runtime), "Content-Type": "application/json"}
    content = '{"title": "Ñandú", "lang": "es"}'.encode("utf-8-sig")
    made = quiet.client.post("/v1/admin/articles", content=content, headers=sent)
    assert made.json()["data"]["title"] == "Ñandú"
    found = quiet.client.post(
        "/v1/search/instant/indexes/articles/search",
        content=b"\xef\xbb\xbf{}",
        headers={"Content-Type": "application/json"},
    )
    assert found.status_code == 200


def test_who_leaves_in_the_middle_leaves_no_trace(quiet: Bench, service_log: LogLines) -> None:
    app = create_app(quiet.runtime)
    headers = {**bearer(quiet.runtime), "Content-Type": "application/json", "Content-Length": "99"}
    for path in (LOGIN, "/v1/admin/articles", "/v1/oai", "/v1/search/instant/multi-search"):
        came = iter([{"type": "http.request", "body": b"{", "more_body": True}])

        async def receive(came: Iterator[Message] = came) -> Message:
            return next(came, {"type": "http.disconnect"})

        told: list[Message] = []

        async def send(message: Message, told: list[Message] = told) -> None:
            told.append(message)

        scope: dict[str, Any] = {
            **{"type": "http", "http_version": "1.1", "method": "POST", "path": path},
            **{"raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http"},
            **{"client": ("127.0.0.1", 1), "server": ("x", 80), "app": app},
            "headers": [(name.lower().encode(), one.encode()) for name, one in headers.items()],
            "state": {"runtime": quiet.runtime},
        }
        asyncio.run(app(scope, receive, send))
    assert [line for line in service_log.lines if "Traceback" in line] == []


def needed_query(operation: dict[str, Any]) -> str:
    """The parameters without which the query itself would be refused."""
    parameters = operation.get("parameters", [])
    needed = [each for each in parameters if each.get("in") == "query" and each.get("required")]
    names = [each["name"] for each in needed]
    return f"?{urlencode(dict.fromkeys(names, 'x'))}" if names else ""


def test_what_takes_no_body_refuses_one(quiet: Bench) -> None:
    """Whatever is sent is read, or refused; what says nothing is let pass."""
    schema = quiet.client.contract.schema
    headers = {**bearer(quiet.runtime), "If-Match": '"1"'}
    tried = 0
    for method, bare_path in shape(schema):
        operation = quiet.client.contract.operation(method, bare_path)
        assert operation is not None
        if "requestBody" in operation or not bare_path.startswith("/v1/admin"):
            continue
        path = bare_path + needed_query(operation)
        nobody = quiet.client.request(method, path, json={"nonsense": [1, 2]})
        assert problem(nobody) == (401, "token_required"), path
        wrong = quiet.client.request(method, path, json={"nonsense": 1}, headers=headers)
        assert problem(wrong) == (422, "unknown_field"), path
        wrong = quiet.client.request(method, path, content=b"note=x", headers=headers)
        assert problem(wrong) == (415, "unsupported_media_type"), path
        if not path.endswith(("/logout", "/sessions")):
            empty = quiet.client.request(method, path, json={}, headers=headers)
            assert empty.status_code in (404, 409, 403), path
        tried += 1
    assert tried > 25
    answer = quiet.client.post("/v1/search/tokens", json={"index": "all"})
    assert problem(answer) == (422, "unknown_field")


def test_a_body_that_is_missing_is_told_what_it_lacks(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = {**bearer(quiet.runtime), "If-Match": '"1"'}
    key = "01900000-0000-7000-8000-000000000000"
    for path, pointer in (
        (f"articles/{key}/retract", "/reason"),
        (f"articles/{key}/correct", "/note"),
        (f"media/{key}/takedown", "/reason"),
        ("aliases", "/path"),
        ("auth/reset", "/secret"),
    ):
        for more in ({}, {"Content-Type": "text/plain"}):
            with subtests.test(path=path, pointer=pointer, more=more):
                answer = quiet.client.post(f"/v1/admin/{path}", headers={**headers, **more})
                assert problem(answer) == (422, "missing_field")
                assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    # Where all may be left out, nothing at all is not what was meant.
    answer = quiet.client.patch(f"/v1/admin/articles/{key}", headers=headers)
    assert problem(answer) == (415, "unsupported_media_type")


def test_notes_of_a_review_are_kept(either: tuple[Runtime, MovingClock]) -> None:
    runtime, _ = either
    headers = bearer(runtime)
    with client_of(runtime) as client:
        made = client.post("/v1/admin/articles", json={"title": "A", "lang": "en"}, headers=headers)
        where = f"/v1/admin/articles/{made.json()['data']['id']}"
        for act, note in (("submit", "see para 2"), ("approve", "great"), ("return", "shorter")):
            current = client.get(where, headers=headers).headers["etag"]
            sent = {**headers, "If-Match": current}
            wrong = client.post(f"{where}/{act}", json={"nonsense": 1}, headers=sent)
            assert problem(wrong) == (422, "unknown_field")
            done = client.post(f"{where}/{act}", json={"note": note}, headers=sent)
            assert done.json()["data"]["review_note"] == note
        told = client.get(
            f"/v1/admin/audit?subject_id={made.json()['data']['id']}", headers=headers
        )
        notes = [one["after"].get("note") for one in told.json()["data"]]
        assert notes[:3] == ["shorter", "great", "see para 2"]
        current = client.get(where, headers=headers).headers["etag"]
        done = client.post(f"{where}/submit", headers={**headers, "If-Match": current})
        assert done.json()["data"]["review_note"] is None
