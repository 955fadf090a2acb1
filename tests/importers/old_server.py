"""The server of an old site, with files of every kind."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.partners.certificates import server_context
from tests.served import in_thread

HUGE = 40_000_000


@dataclass
class OldServer:
    """Files by their path. `asked` counts the requests for each."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    huge: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)


@contextmanager
def old_server(certificate: Path) -> Iterator[OldServer]:
    """A server at 127.0.0.1 that speaks https."""
    here, ended = OldServer(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked[self.path] += 1
            if self.path in here.silent:
                ended.wait(60)
                return
            if self.path in here.moved:
                self._begin(301, 0, location=here.moved[self.path])
            elif self.path in here.huge:
                self._begin(200, HUGE)
                self.wfile.write(b"\xff\xd8\xff\xe0")
                for _ in range(HUGE // 1_000_000):
                    self.wfile.write(bytes(1_000_000))
            elif (content := here.files.get(self.path)) is not None:
                self._begin(200, len(content))
                self.wfile.write(content)
            else:
                self._begin(404, 0)

        def _begin(self, status: int, length: int, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(length))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that has read enough goes away."""

    with in_thread(Quiet(("127.0.0.1", 0), Handler), server_context(certificate)) as here.address:
        try:
            yield here
        finally:
            ended.set()
