"""The state of a dependency that may fail; the log hears once when it fails and when it returns.

A repeated failure leaves one line for each cause. A dependency that fails and answers in turn is
logged as well again only after it has not failed for a while. Imports errors.
"""

import errno
import logging
from threading import Lock
from time import monotonic
from typing import Final

from app.errors import Unavailable

NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""The system's errors for a full disk, a full quota or a file at its size limit."""

_STEADY_SECONDS: Final = 5.0
"""Recovery is logged only after this long without a failure."""

_MOST_CAUSES: Final = 10
"""Different causes that one outage logs."""


class Outage:
    """The state of one dependency as this process sees it. Any thread may use it."""

    def __init__(self, name: str, logger: str = "willay") -> None:
        self.name: Final = name
        self._log = logging.getLogger(logger)
        self._lock = Lock()
        self._causes: set[str] = set()
        self._began = self._failed = 0.0
        self._resting_until = 0.0
        self._error: Unavailable | None = None
        self.is_on = False
        """Whether it failed and its recovery is not logged yet."""

    def begin(self, error: Unavailable, *, rest: float = 0.0) -> None:
        """Record a failure. For `rest` seconds nobody else need try: see `refuse`."""
        with self._lock:
            now = monotonic()
            if not self.is_on:
                self._began = now
            self.is_on, self._failed, self._error = True, now, error
            self._resting_until = now + rest
            message = error.cause or error.message.rstrip(".")
            if message in self._causes or len(self._causes) >= _MOST_CAUSES:
                return
            self._causes.add(message)
        self._log.warning("%s: %s [%s]", self.name, message, error.code)

    def end(self) -> None:
        """Record an answer; ask `is_on` first."""
        with self._lock:
            now = monotonic()
            self._error, self._resting_until = None, 0.0
            if not self.is_on or now - self._failed < _STEADY_SECONDS:
                return
            self.is_on = False
            self._causes.clear()
            lasted = now - self._began
        self._log.warning("%s: well again, after %.0f s", self.name, lasted)

    @property
    def error(self) -> Unavailable | None:
        """The last failure, or None if it answered since."""
        return self._error

    def refuse(self) -> None:
        """Raise the last failure during its rest, because another try would hold callers up."""
        error = self._error
        if error is not None and monotonic() < self._resting_until:
            raise Unavailable(error.code, error.message, cause=error.cause)
