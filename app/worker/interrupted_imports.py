"""A follower that ends what imports left undone when they were cut off."""

import logging
from datetime import datetime, timedelta
from typing import Final

from app.interchange.completion import complete_interrupted
from app.runtime import Runtime

EVERY: Final = timedelta(minutes=1)

_LOG = logging.getLogger("willay.worker")


class InterruptedImports:
    """Looks when the worker starts and every minute. Several may run side by side."""

    name = "interrupted imports"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._due: datetime | None = None

    def step(self) -> bool:
        """See `Follower.step`."""
        now = self._runtime.clock()
        if self._due is not None and now < self._due:
            return False
        if complete_interrupted(self._runtime):
            _LOG.info("an import was cut off; webhooks and caches are told of what it brought")
        self._due = now + EVERY
        return False

    def close(self) -> None:
        """Nothing to release."""
