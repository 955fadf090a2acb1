"""What search needs and what comes and goes: one line of log for each going and each coming."""

import logging
from threading import Lock
from time import monotonic
from typing import Final

from app.errors import Unavailable

_LOG: Final = logging.getLogger("willay.search")
_STEADY_SECONDS: Final = 3.0
"""Only after so long without a failure is it told that all is well."""


class Outage:
    """The state of one thing as this process sees it; shared by threads."""

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self._lock = Lock()
        self._began = self._failed = 0.0
        self.is_on = False

    def begin(self, error: Unavailable) -> None:
        """It failed."""
        with self._lock:
            was_on, self.is_on = self.is_on, True
            self._failed = monotonic()
            if was_on:
                return
            self._began = self._failed
        _LOG.warning("%s: %s [%s]", self.name, error.message, error.code)

    def end(self) -> None:
        """It answered."""
        if not self.is_on:
            return
        with self._lock:
            now = monotonic()
            if not self.is_on or now - self._failed < _STEADY_SECONDS:
                return
            self.is_on = False
        _LOG.warning("%s: well again, after %.0f s", self.name, now - self._began)
