"""A request's body while it comes in: never for ever, and what nobody reads is cleared away."""

import asyncio
from time import monotonic
from typing import Final

from starlette.types import Message, Receive, Scope

from app.errors import TooSlow

IDLE_SECONDS: Final = 15.0
"""How long nothing may come."""

SLOWEST: Final = 10_000
"""Bytes a second that must come in on average, after a first time of `IDLE_SECONDS`."""

LONGEST_SECONDS: Final = 300.0
"""How long is waited for one body in all, uploads too."""

CLEARED_SECONDS: Final = 1.0
CLEARED_BYTES: Final = 32_000_000
"""How much of a body that nobody reads is taken and thrown away before the answer leaves, so that
a client that sends before it reads gets to the answer. The rest is cut off with the connection."""


class RequestBody:
    """The body of one request. Only time that is spent waiting for the client counts, so a busy
    disk of ours ends nobody's upload."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._waited = 0.0
        self._size = 0
        self._is_answered = False
        headers = {name: value for name, value in scope["headers"] if name in _ANNOUNCING}
        # Whoever asks before sending is not told to send what nobody reads.
        self._is_held_back = b"expect" in headers
        self.is_whole = headers.get(b"content-length", b"0") == b"0" and (
            b"transfer-encoding" not in headers
        )

    async def receive(self) -> Message:
        """The next part; `TooSlow` when it does not come in time. Once the answer is on its way,
        that is as if the client had left."""
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
        """Before the answer leaves: take what nobody read. False when the body goes on, and the
        connection is of no more use."""
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
