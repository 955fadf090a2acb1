"""Records in the store that a worker is at work, for readers on any machine."""

import os
import socket
from contextlib import suppress
from time import monotonic
from typing import Final

from app import milestones
from app.errors import Unavailable
from app.runtime import Runtime

_EVERY: Final = milestones.BEAT.total_seconds()


class Heartbeat:
    """Writes one row; several workers share it."""

    name = "heartbeat"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._by = f"{socket.gethostname()}:{os.getpid()}"
        self._due = 0.0

    def step(self) -> bool:
        """See `Follower.step`."""
        if monotonic() >= self._due:
            with self._runtime.database.writing() as tx:
                milestones.record(tx, "worker", self._by, self._runtime.clock())
            self._due = monotonic() + _EVERY
        return False

    def close(self) -> None:
        """Remove the record, so that nobody misses a worker that ended as it should."""
        if self._due:
            with suppress(Unavailable), self._runtime.database.writing() as tx:
                milestones.forget(tx, "worker", self._by)
