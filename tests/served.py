"""An application on a real port, for what only a real server shows."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from typing import Literal

import httpx2
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.connections import BoundedConnection
from app.http.log_watch import Watch


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def get_when_up(url: str, seconds: float = 60) -> httpx2.Response:
    """The answer of a server that is starting."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return httpx2.get(url, timeout=10)
        except httpx2.TransportError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


@contextmanager
def in_thread(server: HTTPServer, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a server of the standard library; it ends with the block."""
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def watched_by(watch: Watch, app: ASGIApp) -> ASGIApp:
    """The application, whose waiting requests another `Watch` counts."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            scope["state"]["watch"] = watch
        await app(scope, receive, send)

    return answer


@contextmanager
def served(app: ASGIApp, lifespan: Literal["on", "off"] = "on", port: int = 0) -> Iterator[str]:
    """The address of a server, which is stopped at the end."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            app,
            http=BoundedConnection,
            lifespan=lifespan,
            access_log=False,
            server_header=False,
            log_config=None,  # else the server's log would be its own for all tests after this
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
