"""The only module that reads the machine's clock; all others get a `Clock`."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Means "no end". Not the calendar's last day, which overflows in eastern time zones."""

LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
"""Means "no beginning". A day after the calendar's first, because of western time zones."""

TICK = timedelta(microseconds=1)
"""The finest step of time that both databases keep."""


def system_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def start_of(day: date) -> datetime:
    """The first instant of a UTC day, as far as every time zone can express it."""
    return min(max(datetime.combine(day, time(), UTC), LONG_AGO), FOREVER)


def end_of(day: date) -> datetime:
    """The first instant after a UTC day."""
    return FOREVER if day >= FOREVER.date() else start_of(day + timedelta(days=1))


def rfc3339(moment: datetime) -> str:
    """An instant in UTC with `Z`, and with microseconds if it has any, as pydantic writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
