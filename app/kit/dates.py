"""Dates from outside: whole days, or instants with an offset."""

import re
from datetime import UTC, date, datetime

from app.kit.calendar import Calendar, Edge
from app.kit.clock import FOREVER, LONG_AGO

_OF_UTC = Calendar()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def first_instant(text: str, calendar: Calendar = _OF_UTC) -> datetime:
    """The first instant of a day, or the instant. ValueError when it is no date."""
    return calendar.start_of(_day(text)) if _DAY.fullmatch(text) else _instant(text)


def first(text: str, calendar: Calendar) -> Edge:
    """Where a range that begins with `text` begins. ValueError when it is no date."""
    return calendar.first(_day(text)) if _DAY.fullmatch(text) else Edge(_instant(text))


def last(text: str, calendar: Calendar) -> tuple[Edge, bool]:
    """Where a range that ends with `text` ends, and whether that instant still belongs to it."""
    if _DAY.fullmatch(text):
        return calendar.after(_day(text)), False
    return Edge(_instant(text)), True


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _instant(text: str) -> datetime:
    # A "+" of an offset arrives as a blank when the client forgot to escape it.
    moment = datetime.fromisoformat(text.replace(" ", "+") if text.count(" ") == 1 else text)
    if moment.utcoffset() is None:
        raise ValueError("a date-time needs an offset, such as Z")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the date is out of range") from error
    if not LONG_AGO <= moment < FOREVER:
        raise ValueError("the date is out of range")
    return moment
