"""A cache in front, as far as it hears of changes: what it is told, and what it answers."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.served import in_thread


@dataclass(frozen=True)
class Purge:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def keys(self) -> set[str]:
        return set(self.headers["surrogate-key"].split())

    @property
    def sequence(self) -> int:
        return int(self.headers["willay-sequence"].partition(";")[0])

    @property
    def epoch(self) -> str:
        return self.headers["willay-sequence"].partition("epoch=")[2]


@dataclass
class Cache:
    """By default it accepts everything; `answer` may wait, and gives a status."""

    url: str = ""
    purges: list[Purge] = field(default_factory=list)
    answer: Callable[[Purge], int] = lambda _: 200

    def take(self) -> list[Purge]:
        """What it was told since the last look."""
        taken, self.purges[:] = list(self.purges), []
        return taken


@contextmanager
def cache() -> Iterator[Cache]:
    """A cache that is told by HTTP."""
    here = Cache()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            purge = Purge(self.command, self.path, headers, body)
            here.purges.append(purge)
            status = here.answer(purge)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        do_PURGE = do_GET = do_POST  # the library's way to name methods

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with in_thread(server) as address:
        here.url = f"{address}/purge"
        yield here


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what happens in another thread or process."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.01)
