"""A real Varnish with `deploy/willay.vcl` before a real `willay serve`, and a way between that may
be slow."""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from app.runtime import Runtime, open_runtime
from tests.commands import ROOT, started
from tests.served import free_port, get_when_up, in_thread
from tests.stores import ensure_store, settings_of

needs_varnish = pytest.mark.skipif(
    shutil.which("varnishd") is None
    or not list(Path("/usr/lib").glob("*/varnish/vmods/libvmod_xkey.so")),
    reason="Varnish with varnish-modules is not installed",
)

SETTINGS = {
    "WILLAY_SHARED_CACHE_SECONDS": "3600",
    "WILLAY_FILE_CACHE_SECONDS": "600",
    "WILLAY_PURGE_AGAIN_SECONDS": "0",
    "WILLAY_RATE_LIMIT": "0",
}


@dataclass
class Way:
    """The way from Varnish to the origin, which may be broken, or hold up the first answer to one
    path."""

    port: int = 0
    origin: int = 0
    broken: bool = False
    held: str = ""
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def holding(self, path: str) -> Iterator[None]:
        """Let the next answer to a path arrive only when the block ends."""
        self.held = path
        self.arrived.clear()
        self.released.clear()
        try:
            yield
        finally:
            self.released.set()

    def pass_on(self, path: str) -> None:
        """Wait if this answer is to be held up."""
        if path == self.held:
            self.held = ""
            self.arrived.set()
            self.released.wait(60)


@contextmanager
def way() -> Iterator[Way]:
    """A proxy that hands everything on."""
    here = Way()
    client = httpx2.Client(timeout=30, trust_env=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if here.broken:
                self.send_error(503)
                return
            headers = {**self.headers, "accept-encoding": "identity"}
            try:
                answer = client.get(f"http://127.0.0.1:{here.origin}{self.path}", headers=headers)
            except httpx2.TransportError:
                self.send_error(503)
                return
            here.pass_on(self.path)
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            if answer.status_code != 304:
                self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here.port = server.server_port
    with client, in_thread(server):
        yield here


@contextmanager
def varnish(folder: Path, port: int, origin: int) -> Iterator[None]:
    """Varnish with the configuration of the guide, but for the origin's port."""
    text = (ROOT / "deploy" / "willay.vcl").read_text()
    text, ports = re.subn(r'\.port = "8000"', f'.port = "{origin}"', text)
    assert ports == 1
    folder.mkdir()
    (folder / "willay.vcl").write_text(text)
    command = ["varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{port}", "-s", "malloc,64m"]
    command += ["-f", str(folder / "willay.vcl"), "-n", str(folder / "work")]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as it,
    ):
        try:
            get_when_up(f"http://127.0.0.1:{port}/livez")
            yield
        finally:
            it.terminate()


@dataclass
class Front:
    """What readers reach: Varnish before a service whose store is at hand."""

    folder: Path
    port: int
    way: Way
    settings: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.url + path, timeout=30, trust_env=False)

    def warm(self, *paths: str) -> dict[str, str]:
        """The texts of these addresses, when Varnish gives them without asking."""
        texts = {}
        for path in paths:
            wait_for(lambda path=path: self.get(path).headers.get("x-cache", "0") != "0", path)  # type: ignore[misc]
            texts[path] = self.get(path).text
        return texts

    @contextmanager
    def serving(self, data: Path) -> Iterator[Runtime]:
        """`willay serve` on a folder's store, as the origin of the way."""
        port = free_port()
        settings = {"WILLAY_PURGE_URL": f"{self.url}/", **SETTINGS, **self.settings}
        with started(data, "serve", "--port", str(port), **settings) as process:
            try:
                get_when_up(f"http://127.0.0.1:{port}/livez")
                self.way.origin = port
                with open_runtime(settings_of(data)) as runtime:
                    yield runtime
            finally:
                process.terminate()


@contextmanager
def front(folder: Path, **settings: str) -> Iterator[tuple[Front, Runtime]]:
    """Varnish before a service with an empty store."""
    with ExitStack() as stack:
        between, port = stack.enter_context(way()), free_port()
        here = Front(folder, port, between, settings)
        ensure_store(folder / "data")
        runtime = stack.enter_context(here.serving(folder / "data"))
        stack.enter_context(varnish(folder / "varnish", port, between.port))
        yield here, runtime


def wait_for(is_so: Callable[[], bool], what: object, seconds: float = 10) -> float:
    """The seconds until it is so."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, what
        time.sleep(0.02)
    return time.monotonic() - began
