"""A request's body while it arrives: bounded in time, and cleared away if nobody reads it."""

import asyncio
from time import monotonic
from typing import Final

from starlette.types import Message, Receive, Scope

from app.errors import TooSlow

IDLE_SECONDS: Final = 15.0
"""The longest pause."""

SLOWEST: Final = 10_000
"""The lowest average rate in bytes a second, after a first time of `IDLE_SECONDS`."""

LONGEST_SECONDS: Final = 300.0
"""The longest wait for one body in all, uploads too."""

CLEARED_SECONDS: Final = 1.0
CLEARED_BYTES: Final = 32_000_000
"""The part of an unread body that is taken and thrown away before the answer leaves, so that a
client that sends before it reads gets the answer. The rest is cut off with the connection."""


class RequestBody:
    """The body of one request. Only time spent waiting for the client counts, so a busy disk of
    ours ends no upload."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._waited = 0.0
        self._size = 0
        self._is_answered = False
        headers = {name: value for name, value in scope["headers"] if name in _ANNOUNCING}
        # A client that asks before it sends is not told to send an unread body.
        self._is_held_back = b"expect" in headers
        self.is_whole = headers.get(b"content-length", b"0") == b"0" and (
            b"transfer-encoding" not in headers
        )

    async def receive(self) -> Message:
        """The next part; `TooSlow` if it does not come in time. Once the answer has begun, a late
        part counts as a disconnect."""
        if self.is_whole:
            return await self._receive()
        began = monotonic()
        patience = min(
            IDLE_SECONDS,
            IDLE_SECONDS + self._size / SLOWEST - self._waited,
            LONGEST_SECONDS - self._waited,
        )
        try:
            async with asyncio.timeout(patience):
                message = await self._receive()
        except TimeoutError as error:
            if self._is_answered:
                return {"type": "http.disconnect"}
            self._is_answered = True  # nothing is left to wait for
            sentence = "The body did not come in; send it again, whole and without a pause."
            raise TooSlow("body_too_slow", sentence) from error
        self._waited += monotonic() - began
        self._size += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        return message

    async def drain(self) -> bool:
        """Take the unread body before the answer leaves. False if more of it follows, so that the
        connection must be closed."""
        is_late, self._is_answered = self._is_answered, True
        if self.is_whole or is_late or (self._is_held_back and not self._size):
            return self.is_whole
        most = self._size + CLEARED_BYTES
        try:
            async with asyncio.timeout(CLEARED_SECONDS):
                while not self.is_whole and self._size < most:
                    await self.receive()
        except TimeoutError:
            pass
        return self.is_whole


_ANNOUNCING: Final = frozenset((b"content-length", b"transfer-encoding", b"expect"))
