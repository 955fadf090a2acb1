"""Reports how late the engine on this machine is, if following takes longer than it should."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from app.errors import Unavailable
from app.outage import Outage
from app.search.lazy import EngineHandle

NEAR_LATE: Final = 10.0
"""A near engine this many seconds behind the log counts as late: following takes about one."""
NEAR_ENGINE_LATE: Final = "near_engine_late"
_LOOKED_AT: Final = 1.0

Behind = Callable[[str | None], tuple[int, float]]
"""The lag of a cursor: in changes, and in seconds since the oldest of them."""


class Lateness:
    """The lateness of one engine, or none. The store is asked rarely, and for each new cursor."""

    def __init__(self, near: EngineHandle | None, behind: Behind) -> None:
        self._near = near
        self._behind = behind
        self._cached: tuple[float, str | None, float] | None = None
        self._outage = Outage("The search index on this machine", "willay.search")

    def is_told(self) -> bool:
        """Whether the engine is late; the log records the begin and the end."""
        if self._near is None:
            return False
        is_late = self._seconds(self._near) > NEAR_LATE
        if is_late:
            message = f"It is more than {NEAR_LATE:.0f} s behind the change log."
            self._outage.begin(Unavailable(NEAR_ENGINE_LATE, message))
        elif self._outage.is_on:
            self._outage.end()
        return is_late

    def seconds(self, cursor: str | None) -> float:
        """The lag of a cursor in seconds."""
        try:
            return self._behind(cursor)[1]
        except Unavailable:  # the store is away, which its callers report
            return 0.0

    def _seconds(self, near: EngineHandle) -> float:
        try:
            cursor = near.get().progress().cursor
        except Unavailable:
            cursor = None
        cached, now = self._cached, monotonic()
        if cached is not None and cached[1] == cursor and now < cached[0]:
            return cached[2]
        seconds = self.seconds(cursor)
        self._cached = now + _LOOKED_AT, cursor, seconds
        return seconds
