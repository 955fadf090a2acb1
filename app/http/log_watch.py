"""Waiting for the change log to grow: many requests wait, one task looks.

A waiting request holds no thread and no connection of the store. While anybody waits, one task
looks at the head every quarter of a second and promotes what has become due.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from app.changes import head
from app.errors import Unavailable
from app.runtime import Runtime

LOOK_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Requester:
    """The partner or network whose share a request takes; without a name, nobody's."""

    name: str | None = None
    has_key: bool = False


@dataclass
class Watch:
    """The waiting requests of one process. `share` is how many places one requester may take; a
    fourth of all is kept for partners. For streams (in seconds), `heartbeat` is the interval of
    their signs of life, and `patience` the limit for a reader that does not read."""

    runtime: Runtime
    places: int = 200
    share: int = 20
    heartbeat: float = 15.0
    patience: float = 30.0
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _taken: int = field(default=0, init=False)
    _without_key: int = field(default=0, init=False)
    _shares: Counter[str] = field(default_factory=Counter, init=False)
    _next: asyncio.Task[int] | None = field(default=None, init=False)

    @property
    def is_stopping(self) -> bool:
        """Whether the process is ending, so that nobody should wait any more."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End all waiting, as if nothing had happened in time."""
        self._stop.set()

    @contextmanager
    def place(self, asker: Requester) -> Iterator[None]:
        """Hold a place to wait; `Unavailable` if too many wait already."""
        open_to_all = self.places - self.places // 4
        is_full = self._taken >= self.places or (
            not asker.has_key and self._without_key >= open_to_all
        )
        if is_full or (asker.name is not None and self._shares[asker.name] >= self.share):
            whose = "here" if is_full else "from where you are"
            message = f"Too many are waiting for changes {whose}; ask without waiting, or later."
            raise Unavailable("too_many_waiting", message)
        self._count(asker, 1)
        try:
            yield
        finally:
            self._count(asker, -1)

    def _count(self, asker: Requester, step: int) -> None:
        self._taken += step
        self._without_key += 0 if asker.has_key else step
        if asker.name is not None:
            self._shares[asker.name] += step
            if not self._shares[asker.name]:
                del self._shares[asker.name]

    async def wait_beyond(self, sequence: int, seconds: float) -> bool:
        """Wait until the log has an entry after `sequence`; false if none comes in time."""
        seen = await self._read_sequence()
        try:
            async with asyncio.timeout(seconds):
                while seen <= sequence:
                    if self.is_stopping:
                        return False
                    if self._next is None or self._next.done():
                        self._next = asyncio.create_task(self._look_later())
                    seen = await asyncio.shield(self._next)
        except TimeoutError:
            return False
        return True

    async def _look_later(self) -> int:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._stop.wait()
        return await self._read_sequence()

    async def _read_sequence(self) -> int:
        """The log's last sequence; 0 while the store is unavailable."""
        try:
            return await self.runtime.reads.run(lambda: promote_and_read(self.runtime))
        except Unavailable:
            return 0


def promote_and_read(runtime: Runtime) -> int:
    """The log's last sequence, after promoting what is due if the store has time for it."""
    with runtime.database.reading() as tx:
        log = head(tx)
    if log.is_current(runtime.clock()):
        return log.sequence
    try:
        runtime.promote()
    except Unavailable:  # the worker or the next caller will
        return log.sequence
    with runtime.database.reading() as tx:
        return head(tx).sequence
