"""Search follows the change log, so that the index holds what is visible and nothing else.

Each portion is read in one snapshot and judged at the log's clock, and the cursor enters the index
after the portion's documents. So a process may die at any point, and several may follow side by
side: one with an older portion moves the cursor back, and later entries are read again. Now and
then the index is compared with the store. An index whose settings others can change has these
checked every few seconds.
"""

import logging
from datetime import timedelta
from secrets import randbelow, token_hex
from threading import Event
from time import monotonic
from typing import Final

from app import checks
from app.checks import IndexCheck
from app.published import changes
from app.runtime import Runtime
from app.search.lazy import EngineHandle
from app.search.protocol import Engine, IndexBusy
from app.worker import rebuilding, verification
from app.worker.catch_up import catch_up

_TEND_SECONDS: Final = 3.0
_LOG = logging.getLogger("willay.search")

_REST: Final = 20
"""Comparing everything with the store may take one part in this many of the time."""


class IndexFollower:
    """Keeps one engine in step with the store; a `Follower`."""

    def __init__(self, runtime: Runtime, handle: EngineHandle | None = None) -> None:
        self._runtime = runtime
        self._handle = handle or runtime.search.main
        self._proved_at = monotonic() + runtime.settings.search_check_seconds
        self._tended_at = 0.0
        self._turn = randbelow(1_000)
        self._me: Final = token_hex(8)
        self._is_interrupted = Event()
        self.name: Final = f"search ({self._handle.name})"

    def step(self) -> bool:
        """Catch up by one portion; false if there was nothing to do, or another process does it."""
        engine = self._handle.to_write()
        try:
            has_changed_hands = engine.take()
            if not _is_cursor_known(self._runtime, engine):
                # Without patience: the builder needs the lease that this process has just taken.
                advance = rebuilding.progress_log(self._runtime, engine, self._go_on)
                rebuilding.rebuild(self._runtime, engine, advance, patience=0.0)
                return True
            if has_changed_hands:
                # The last write of the other process may have come late, over a newer one.
                self._repair_share(engine)
            self._repair_settings(engine)
            if catch_up(self._runtime, engine):
                return True
            engine.release()
            self._check_index(engine)
        except IndexBusy:
            pass
        return False

    def interrupt(self) -> None:
        """Let a build or a comparison give up; whoever follows next begins it again."""
        self._is_interrupted.set()

    def _go_on(self, _count: int) -> None:
        if self._is_interrupted.is_set():
            raise IndexBusy("index_busy", "This process ends.")

    def close(self) -> None:
        """Give up the lease, so that others can write."""
        self._handle.to_write().release()

    def _check_index(self, engine: Engine) -> None:
        began = monotonic()
        if began < self._proved_at:
            return
        if not self._is_proved_by_another(engine):
            self._repair_share(engine)
        engine.release()
        took = monotonic() - began
        rest = max(self._runtime.settings.search_check_seconds, _REST * took)
        self._proved_at = monotonic() + rest

    def _repair_share(self, engine: Engine) -> None:
        """Compare and mend the next share of the contents, and store the result."""
        comparison = verification.repair(
            self._runtime, engine, turn=self._turn, advance=self._go_on
        )
        self._turn += 1
        index_check = IndexCheck(
            *(self._runtime.clock(), self._me, comparison.documents, len(comparison.differing)),
            mended=len(comparison.differing),
        )
        with self._runtime.database.writing() as tx:
            checks.save_check(tx, engine.index, index_check)

    def _is_proved_by_another(self, engine: Engine) -> bool:
        """Whether another process that shares the index has checked it lately."""
        now, every = self._runtime.clock(), self._runtime.settings.search_check_seconds
        with self._runtime.database.reading() as tx:
            index_check = checks.last_check(tx, engine.index, now)
        return (
            index_check.checked_at is not None
            and index_check.checked_by != self._me
            and index_check.checked_at > now - timedelta(seconds=every)
        )

    def _repair_settings(self, engine: Engine) -> None:
        """Put the settings right: others may change them, and then searches are refused."""
        now = monotonic()
        if now < self._tended_at + _TEND_SECONDS:
            return
        self._tended_at = now
        if wrong := engine.repair_settings():
            _LOG.warning(
                "%s: settings that others had changed were put right: %s",
                *(engine.name, ", ".join(wrong)),
            )


def _is_cursor_known(runtime: Runtime, engine: Engine) -> bool:
    """Whether the engine's cursor is a place in this store's log."""
    cursor = engine.cursor()
    if cursor is None:
        return False
    with runtime.database.reading() as tx:
        return changes.is_mine(tx, cursor, runtime.settings.timezone)
