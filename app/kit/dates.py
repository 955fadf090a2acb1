"""Dates from outside: whole days, or instants with an offset, in one form each.

Libraries guess: they take digits for seconds since 1970, and any sign for the `T`. A wrong guess
would publish an embargoed text, so any other form is refused.
"""

import re
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from app.kit.calendar import Calendar, Edge
from app.kit.clock import FOREVER, LONG_AGO, TICK

_OF_UTC: Final = Calendar()
_LAST_DAY: Final = date.max.toordinal()
Date = TypeVar("Date", date, datetime)

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK: Final = r"([01]\d|2[0-3]):[0-5]\d"
_LOCAL: Final = re.compile(rf"{_DAY.pattern}[Tt]{_CLOCK}(:[0-5]\d)?", re.ASCII)
_MOMENT: Final = re.compile(
    rf"{_DAY.pattern}[Tt]{_CLOCK}:[0-5]\d(\.\d{{1,9}})?([Zz]|[+-]{_CLOCK})", re.ASCII
)


def moment_of(text: str) -> datetime:
    """An RFC 3339 instant, in UTC. `ValueError` if the text is none or out of range."""
    if not _MOMENT.fullmatch(text):
        raise ValueError("write a moment with its offset, such as 2030-01-31T09:00:00Z")
    return in_range(_parse_date(datetime, text.upper()))


def local_moment_of(text: str, calendar: Calendar) -> datetime:
    """An RFC 3339 instant, or without an offset the instant at which the clocks of a zone show that
    time. `ValueError` if the text is neither, or if they show it never or twice."""
    if not _LOCAL.fullmatch(text):
        return moment_of(text)
    local = _parse_date(datetime, text.upper())
    if not LONG_AGO.date() < local.date() < FOREVER.date():
        raise ValueError("the date is out of range")
    return calendar.instant_of(local)


def day_of(text: str) -> date:
    """An RFC 3339 day. `ValueError` if the text is none."""
    if not _DAY.fullmatch(text):
        raise ValueError("write a day, such as 2030-01-31")
    return _parse_date(date, text)


def day_or_moment_of(text: str) -> date:
    """A day, or an instant (a `datetime`). `ValueError` if the text is neither."""
    return day_of(text) if _DAY.fullmatch(text) else moment_of(text)


def in_range(moment: datetime) -> datetime:
    """The moment in UTC. `ValueError` unless every time zone can express it."""
    if not LONG_AGO <= moment < FOREVER:
        raise ValueError("the date is out of range")
    return moment.astimezone(UTC)


def period_start(moment: datetime, precision: str) -> datetime:
    """The start of a date's UTC day, month or year, whichever is known. For an `unknown` precision
    it is the day, which is all that an import gives."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match precision:
        case "time":
            return moment
        case "month":
            return midnight.replace(day=1)
        case "year":
            return midnight.replace(month=1, day=1)
        case _:
            return midnight


def plain_date(moment: datetime, precision: str) -> date | None:
    """The date without a zone, or the first day of its month or year when no more is known. None
    for a `time`, whose day depends on a zone, and for an `unknown` date."""
    if precision in ("time", "unknown"):
        return None
    return period_start(moment, precision).date()


def first_instant(text: str, calendar: Calendar = _OF_UTC) -> datetime:
    """The first instant of a day, or the instant itself. `ValueError` if the text is no date."""
    return calendar.start_of(day_of(text)) if _DAY.fullmatch(text) else _parse_instant(text)


def first_instant_after(text: str, calendar: Calendar) -> datetime:
    """The first instant after a day, or after the instant itself. `ValueError` if it is no date."""
    if _DAY.fullmatch(text):
        return calendar.start_of(date.fromordinal(min(day_of(text).toordinal() + 1, _LAST_DAY)))
    return _parse_instant(text) + TICK


def range_start(text: str, calendar: Calendar) -> Edge:
    """The start of a range that begins with `text`. `ValueError` if the text is no date."""
    return calendar.day_start(day_of(text)) if _DAY.fullmatch(text) else Edge(_parse_instant(text))


def range_end(text: str, calendar: Calendar) -> tuple[Edge, bool]:
    """The end of a range that ends with `text`, and whether that instant still belongs to it."""
    if _DAY.fullmatch(text):
        return calendar.day_end(day_of(text)), False
    return Edge(_parse_instant(text)), True


def _parse_instant(text: str) -> datetime:
    # A "+" of an offset arrives as a blank if the client forgot to escape it.
    return moment_of(text[:-6] + text[-6:].replace(" ", "+"))


def _parse_date(kind: type[Date], text: str) -> Date:
    try:
        return kind.fromisoformat(text)
    except ValueError as error:
        raise ValueError("the calendar has no such day") from error
