"""An application on a real port, for what only a real server shows."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import uvicorn

from app.http.connections import BoundedConnection


@contextmanager
def served(app: Any, lifespan: Literal["on", "off"] = "on") -> Iterator[str]:
    """The address of a server, which is stopped at the end."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            http=BoundedConnection,
            lifespan=lifespan,
            access_log=False,
            log_level="critical",
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
