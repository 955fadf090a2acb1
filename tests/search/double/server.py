"""The server itself: what a request is answered, and which faults are ordered for it."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any
from urllib.parse import urlsplit

from tests.search.double.errors import Refusal, not_doubled
from tests.search.double.routes import Routes, State

MASTER = "the-master-key-of-the-double"
_PAYLOAD = 100_000_000


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Faults:
    """What goes wrong, until it is taken back or used up."""

    away: bool = False
    """Every connection is closed without an answer."""
    slow: float = 0.0
    """Seconds before each answer."""
    payload: int = _PAYLOAD
    answers: list[tuple[str, int, bytes]] = field(default_factory=list)
    """Once each: a request whose method and path match is answered with this status and body."""
    cut: list[str] = field(default_factory=list)
    """Once each: such a request is done, and its connection closed without an answer."""

    def refuse(self, pattern: str, status: int, code: str, kind: str = "system") -> None:
        body = Refusal(status, code, f"Injected: {code}", kind).body
        self.answers.append((pattern, status, json.dumps(body).encode()))


class Double:
    """One server in this process; `state` is what it holds."""

    def __init__(self) -> None:
        self.state = State(MASTER)
        self.faults = Faults()
        self.asked: list[Asked] = []
        self._lock = threading.Lock()

    def lose_volume(self) -> None:
        """As after a restart without what it had on its disk."""
        with self._lock:
            self.state = State(MASTER)

    def handle(self, asked: Asked) -> tuple[int, dict[str, str], bytes] | None:
        """Status, headers and body; None for no answer at all."""
        line = f"{asked.method} {asked.path}"
        with self._lock:
            self.asked.append(asked)
            self.state.queue.work()
            for place, (pattern, status, body) in enumerate(self.faults.answers):
                if re.search(pattern, line):
                    del self.faults.answers[place]
                    retry = {"retry-after": "10"} if status == 503 else {}
                    return status, {"content-type": "application/json", **retry}, body
            status, found = self._answer(asked)
            for place, pattern in enumerate(self.faults.cut):
                if re.search(pattern, line):
                    del self.faults.cut[place]
                    return None
        content = b"" if found is None else json.dumps(found).encode()
        return status, {"content-type": "application/json"}, content

    def _answer(self, asked: Asked) -> tuple[int, Any]:
        try:
            return Routes(self.state, self._bearer(asked)).answer(
                asked.method, urlsplit(asked.path), asked.headers, asked.body
            )
        except Refusal as refusal:
            return refusal.status, refusal.body
        except (AttributeError, KeyError, TypeError) as error:  # of a shape that we never send
            return 501, not_doubled(repr(error)).body

    @staticmethod
    def _bearer(asked: Asked) -> str | None:
        given = asked.headers.get("authorization", "")
        return given.removeprefix("Bearer ") if given.startswith("Bearer ") else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


def _handler(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            if double.faults.away:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            sleep(double.faults.slow)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, raw)
            if len(raw) > double.faults.payload:
                refusal = Refusal(413, "payload_too_large", "The provided payload is too large.")
                answer = refusal.status, dict[str, str](), json.dumps(refusal.body).encode()
            else:
                given = double.handle(asked)
                if given is None:
                    self.close_connection = True
                    return
                answer = given
            status, sent, body = answer
            self.send_response(status)
            for name, value in sent.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    return Handler


@contextmanager
def serving(double: Double) -> Iterator[str]:
    """The address at which it answers while the block runs."""
    server = _Server(("127.0.0.1", 0), _handler(double))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
