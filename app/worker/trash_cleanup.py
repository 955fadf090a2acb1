"""A follower that empties the trash after the time that the settings say."""

import logging
from datetime import datetime, timedelta
from typing import Final

from app.editorial import trash
from app.runtime import Runtime

EVERY: Final = timedelta(hours=1)

_LOG = logging.getLogger("willay.worker")


class TrashCleanup:
    """Looks when the worker starts and every hour, one portion a step. Several may run side by
    side."""

    name = "trash"

    def __init__(self, runtime: Runtime, days: int) -> None:
        self._runtime = runtime
        self._age = timedelta(days=days)
        self._due: datetime | None = None

    def step(self) -> bool:
        """See `Follower.step`."""
        now = self._runtime.clock()
        if self._due is not None and now < self._due:
            return False
        with self._runtime.database.writing() as tx:
            deleted = trash.empty_trash(tx, now - self._age, now)
        if deleted:
            _LOG.info("deleted %d articles that were long in the trash", deleted)
            return True
        self._due = now + EVERY
        return False

    def close(self) -> None:
        """Nothing to release."""
