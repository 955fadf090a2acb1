"""What a stored response depends on, read on the event loop: the log's head and whatever else its
basis names."""

import asyncio
from datetime import datetime
from time import monotonic
from typing import Final

from app.changes import Head
from app.errors import Unavailable
from app.http.views import Basis
from app.loop_reads.heads import head_reader
from app.runtime import Runtime

_STATE_SECONDS: Final = 0.25
"""The time for which the state of the search index is trusted. The head is never trusted so: an
index that moves on changes an order, and no text becomes visible by it."""

_PAUSE_SECONDS: Final = 0.5
"""The pause after a promotion that failed."""


class CacheFreshness:
    """The present state of the store and the index, for the requests of one event loop."""

    def __init__(self, runtime: Runtime, *, promotes: bool = True) -> None:
        self._runtime = runtime
        self._promotes = promotes
        self._heads = head_reader(runtime.database)
        self._promotion: asyncio.Task[None] | None = None
        self._state: tuple[float, int, str | None] = (0.0, -1, None)
        self._state_reading: asyncio.Task[str | None] | None = None
        self.look: Final = self._heads.look
        self.read_head: Final = self._heads.read
        self.is_local: Final = runtime.database.path is not None
        """Whether `look` reads the head; else `read_head` does, which may wait."""

    @property
    def is_late(self) -> bool:
        """Whether the store does not answer in time."""
        return self._heads.is_late

    async def holds(self, basis: Basis) -> bool:
        """Whether the state beside the store is what it was."""
        if basis.beside is not None:
            return basis.beside(self._runtime) == basis.beside_state
        return await self._search_state() == basis.beside_state

    def has_passed(self, head: Head, now: datetime) -> bool:
        """Whether the next boundary is behind us; then the log is made to catch up, because nothing
        can be stored until it has."""
        if now < head.next_boundary:
            return False
        if self._promotes and self._promotion is None:
            self._promotion = asyncio.create_task(self._promote())
        return True

    async def close(self) -> None:
        """Wait for what is under way, and close the connection."""
        running = [task for task in (self._promotion, self._state_reading) if task is not None]
        if running:
            await asyncio.wait(running)
        await self._heads.close()

    async def _promote(self) -> None:
        try:
            await self._runtime.edits.run(self._runtime.promote)
        except Unavailable:  # the worker, or the next request, will
            await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            self._promotion = None

    async def _search_state(self) -> str | None:
        """The state of search; None if it cannot be known."""
        read_at, writes, state = self._state
        if monotonic() - read_at < _STATE_SECONDS and writes == self._runtime.search.writes:
            return state
        if self._state_reading is None:
            self._state_reading = asyncio.create_task(self._read_state())
        return await asyncio.shield(self._state_reading)

    async def _read_state(self) -> str | None:
        search, state = self._runtime.search, None
        writes = search.writes
        try:
            state = await self._runtime.searches.run(search.state_tag)
        except Unavailable:
            pass  # the long way tells the reader why
        finally:
            self._state_reading = None
        self._state = monotonic(), writes, state
        return state
