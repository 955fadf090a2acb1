"""The end of a server process: waiting requests hear of it, and cancelled ones get an answer.

uvicorn lets every request end before it tells the application to stop. A request that waits for an
event would hold the process until it is cancelled. So the signal itself ends the waiting, and a
request that is cancelled all the same gets an answer.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Unavailable
from app.http.problems import error_response

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_stop_signal(act: Callable[[], None]) -> Iterator[None]:
    """Run `act` on the event loop when the process is asked to end; the server's own handlers
    follow. Outside of the main thread no signal comes, so it never runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        if callable(server := before[signal.Signals(number)]):
            server(number, frame)

    for number in _SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class ShutdownMiddleware:
    """A layer that answers a request which the server cancels because it stops, such as one whose
    body never ended. Otherwise that would be a 500 and a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        begun = False

        async def send_watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except asyncio.CancelledError:
            watch = scope.get("state", {}).get("watch")
            if watch is None or not watch.is_stopping:
                raise
            if not begun:
                await error_response(_STOPPING)(scope, receive, send)


_STOPPING: Final = Unavailable("stopping", "The service restarts; send this again in a moment.")
