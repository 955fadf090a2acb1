"""A follower that removes unreferenced files from the media storage."""

import logging
from datetime import datetime, timedelta
from typing import Final

from app.library import garbage
from app.runtime import Runtime

EVERY: Final = timedelta(hours=6)

_LOG = logging.getLogger("willay.worker")


class MediaCleanup:
    """Looks when the worker starts and every few hours. Several may run side by side."""

    name = "sweeping"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._due: datetime | None = None

    def step(self) -> bool:
        """See `Follower.step`."""
        now = self._runtime.clock()
        if self._due is None or now >= self._due:
            self._due = now + EVERY
            removed = garbage.collect_garbage(self._runtime)
            if removed:
                _LOG.info("removed %d media files that nothing names", removed)
        return False

    def close(self) -> None:
        """Nothing to release."""
