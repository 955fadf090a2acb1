"""Search follows the change log: what is visible is in the index, and nothing else.

Every portion is read in one snapshot and judged at the log's clock; the cursor enters the index
after the documents that it stands for. So a process may die anywhere, and any number may follow
beside each other: one whose portion is older moves the cursor back with it, and what came after is
read again. Now and then everything is held against the store; the settings of an index that
others can change are looked at every few seconds.
"""

import logging
from datetime import timedelta
from secrets import randbelow, token_hex
from time import monotonic
from typing import Final

from app import checks
from app.checks import Check
from app.published import changes
from app.runtime import Runtime
from app.search.held import Held
from app.search.protocol import Engine, IndexBusy
from app.worker import proving, rebuilding
from app.worker.following import follow

_TEND_SECONDS: Final = 3.0
_LOG = logging.getLogger("willay.search")

_REST: Final = 20
"""Holding everything against the store may take one part in so many of the time."""


class Indexing:
    """Keeps one engine true to the store; a `Follower`."""

    def __init__(self, runtime: Runtime, held: Held | None = None) -> None:
        self._runtime = runtime
        self._held = held or runtime.search.main
        self._proved_at = monotonic() + runtime.settings.search_check_seconds
        self._tended_at = 0.0
        self._turn = randbelow(1_000)
        self._me: Final = token_hex(8)
        self.name: Final = f"search ({self._held.name})"

    def step(self) -> bool:
        """Catch up by one portion; false when there was nothing to do, or another does it."""
        engine = self._held.to_write()
        try:
            has_changed_hands = engine.take()
            if not _follows(self._runtime, engine):
                # Without patience: who builds needs the lease that this one has just taken.
                rebuilding.rebuild(self._runtime, engine, patience=0.0)
                return True
            if has_changed_hands:
                # What another process wrote last may have come late, over what is newer.
                self._mend(engine)
            self._tend(engine)
            if follow(self._runtime, engine):
                return True
            engine.release()
            self._prove(engine)
        except IndexBusy:
            pass
        return False

    def close(self) -> None:
        """Let others write."""
        self._held.to_write().release()

    def _prove(self, engine: Engine) -> None:
        began = monotonic()
        if began < self._proved_at:
            return
        if not self._is_proved_by_another(engine):
            self._mend(engine)
        engine.release()
        took = monotonic() - began
        rest = max(self._runtime.settings.search_check_seconds, _REST * took)
        self._proved_at = monotonic() + rest

    def _mend(self, engine: Engine) -> None:
        """Prove it, one share of the contents after the other, and write down what was found."""
        found = proving.mend(self._runtime, engine, turn=self._turn)
        self._turn += 1
        told = Check(
            *(self._runtime.clock(), self._me, found.documents, len(found.differing)),
            mended=len(found.differing),
        )
        with self._runtime.database.writing() as tx:
            checks.keep(tx, engine.index, told)

    def _is_proved_by_another(self, engine: Engine) -> bool:
        """Several processes may have one folder; one of them looking at everything is enough."""
        now, every = self._runtime.clock(), self._runtime.settings.search_check_seconds
        with self._runtime.database.reading() as tx:
            known = checks.last(tx, engine.index, now)
        return (
            known.checked_at is not None
            and known.checked_by != self._me
            and known.checked_at > now - timedelta(seconds=every)
        )

    def _tend(self, engine: Engine) -> None:
        """Others may change the settings at any time, and then searches are refused."""
        now = monotonic()
        if now < self._tended_at + _TEND_SECONDS:
            return
        self._tended_at = now
        if wrong := engine.tend():
            _LOG.warning(
                "%s: settings that others had changed were put right: %s",
                *(engine.name, ", ".join(wrong)),
            )


def _follows(runtime: Runtime, engine: Engine) -> bool:
    """The engine's cursor is a place in this store's log."""
    cursor = engine.cursor()
    if cursor is None:
        return False
    with runtime.database.reading() as tx:
        return changes.is_mine(tx, cursor, runtime.settings.timezone)
