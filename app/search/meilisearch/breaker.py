"""Stops asking a server that does not answer; now and then one call tests it."""

from threading import Lock
from time import monotonic

from app.search.meilisearch.failures import ServerAway

FAILURES = 3
"""This many failures in a row open the circuit."""
REST = 5.0
"""Seconds until one call may try again."""


class Breaker:
    """A circuit breaker, shared by the threads that search."""

    def __init__(self, failures: int = FAILURES, rest: float = REST) -> None:
        self._most, self._rest = failures, rest
        self._lock = Lock()
        self._failures = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused at the moment."""
        return self._failures >= self._most and monotonic() < self._until

    def enter(self) -> None:
        """Raise `ServerAway` while the circuit is open."""
        with self._lock:
            if self._failures < self._most:
                return
            now = monotonic()
            if now < self._until:
                raise ServerAway(
                    "search_unreachable", "The search server did not answer just now; resting."
                )
            self._until = now + self._rest  # this call tries, the others wait for its result

    def note_success(self) -> None:
        """Record that the server answered, whatever its answer."""
        with self._lock:
            self._failures = 0

    def note_failure(self) -> None:
        """Record that the server did not answer."""
        with self._lock:
            self._failures += 1
            self._until = monotonic() + self._rest
