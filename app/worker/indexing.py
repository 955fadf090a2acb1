"""Search follows the change log: what is visible is in the index, and nothing else.

Every portion is read in one snapshot and judged at the log's clock; the cursor enters the index
after the documents that it stands for. So a process may die anywhere, and any number may follow
beside each other: one whose portion is older moves the cursor back with it, and what came after is
read again. Now and then everything is held against the store.
"""

from time import monotonic
from typing import Final

from app.published import changes
from app.runtime import Runtime
from app.search.held import Held
from app.search.protocol import Engine, IndexBusy
from app.worker import proving, rebuilding
from app.worker.following import follow

_REST: Final = 20
"""Holding everything against the store may take one part in so many of the time."""


class Indexing:
    """Keeps one engine true to the store; a `Follower`."""

    def __init__(self, runtime: Runtime, held: Held | None = None) -> None:
        self._runtime = runtime
        self._held = held or runtime.search.main
        self._proved_at = monotonic() + runtime.settings.search_check_seconds
        self.name: Final = f"search ({self._held.name})"

    def step(self) -> bool:
        """Catch up by one portion; false when there was nothing to do, or another does it."""
        engine = self._held.to_write()
        try:
            has_changed_hands = engine.take()
            if not _follows(self._runtime, engine):
                rebuilding.rebuild(self._runtime, engine)
                return True
            if has_changed_hands:
                # What another process wrote last may have come late, over what is newer.
                proving.mend(self._runtime, engine)
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
        proving.mend(self._runtime, engine)
        engine.release()
        took = monotonic() - began
        rest = max(self._runtime.settings.search_check_seconds, _REST * took)
        self._proved_at = monotonic() + rest


def _follows(runtime: Runtime, engine: Engine) -> bool:
    """The engine's cursor is a place in this store's log."""
    cursor = engine.cursor()
    if cursor is None:
        return False
    with runtime.database.reading() as tx:
        return changes.is_mine(tx, cursor, runtime.settings.timezone)
