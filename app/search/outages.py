"""What search needs and what comes and goes: one line of log for each going and each coming."""

import logging
from threading import Lock
from time import monotonic

_LOG = logging.getLogger("willay.search")


class Outage:
    """Of one thing, by its name; shared by threads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._since: float | None = None

    def began(self, what: str) -> None:
        """It is not there, or not as it should be."""
        with self._lock:
            if self._since is not None:
                return
            self._since = monotonic()
        _LOG.warning("%s: %s", self._name, what)

    def ended(self) -> None:
        """It is as it should be."""
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            _LOG.info("%s: all is well again, after %.0f s", self._name, monotonic() - since)
