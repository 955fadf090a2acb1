"""Server-sent events: a reader that does not read is dropped, and nothing is buffered for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Final

from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

HEARTBEAT: Final = format_sse_event(comment="")
RETRY: Final = format_sse_event(retry=3_000)
"""Tells the reader to reconnect three seconds after the connection ends."""


class EventStream(EventSourceResponse):
    """A stream that holds a place while it lasts; each part must leave in `patience` seconds."""

    def __init__(
        self, parts: AsyncIterator[bytes], place: AbstractContextManager[None], patience: float
    ) -> None:
        super().__init__(parts, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._place = place
        self._patience = patience

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the parts end, the reader leaves, or the reader stops reading."""
        stuck = False

        async def send_in_time(message: Message) -> None:
            nonlocal stuck
            try:
                async with asyncio.timeout(self._patience):
                    await send(message)
            except TimeoutError as error:
                stuck = True
                raise OSError("the reader does not read") from error

        try:
            with self._place:
                await super().__call__(scope, receive, send_in_time)
        except (OSError, ClientDisconnect):
            if not stuck:
                raise
