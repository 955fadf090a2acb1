"""Opens everything that a process needs, from settings: one context for API, CLI, worker, tests."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

from app import changes, schema
from app.changes import PublishTx
from app.database import Database
from app.editorial.content import House
from app.errors import Unavailable
from app.kit.clock import Clock, system_clock
from app.published.memory import Memory
from app.search.held import HeldEngine
from app.settings import Settings

Answer = TypeVar("Answer")

WAITING_AT_MOST = 500
"""Requests that may wait for one lane; more are answered 503 at once rather than late."""


class Lane:
    """A few threads of our own with a bounded queue: the one hop that a request makes."""

    def __init__(self, name: str, threads: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._waiting = 0

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Run in a thread; `Unavailable` when too many wait already."""
        if self._waiting >= WAITING_AT_MOST:
            raise Unavailable("overloaded", "Too many requests are waiting; try again in a moment.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Wait for what runs and drop what waits."""
        self._executor.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a process has open."""

    settings: Settings
    database: Database
    clock: Clock
    house: House
    memory: Memory
    search: HeldEngine
    reads: Lane
    counts: Lane

    def publishing(self) -> AbstractContextManager[PublishTx]:
        """A transaction that may change what is public."""
        return changes.publishing(self.database, self.clock, guard=self.clock is system_clock)

    def promote(self) -> bool:
        """Append what has become due to the log."""
        return changes.promote(self.database, self.clock, guard=self.clock is system_clock)


@contextmanager
def opened(
    settings: Settings, clock: Clock = system_clock, *, checked: bool = True
) -> Iterator[Runtime]:
    """A runtime, closed at the end; refuses a stale schema unless `checked` is false."""
    # Counting has a lane of its own, so that slow counts never starve reads.
    database = Database(settings.store_url, readers=settings.read_threads + 1)
    search = HeldEngine(settings.data_dir / "search", settings.languages)
    reads, counts = Lane("read", settings.read_threads), Lane("count", 1)
    try:
        if checked:
            schema.check(database)
        house = House(settings.languages, settings.default_licence, settings.embed_hosts)
        memory = Memory(settings.languages)
        yield Runtime(settings, database, clock, house, memory, search, reads, counts)
    finally:
        search.close()
        reads.close()
        counts.close()
        database.close()
