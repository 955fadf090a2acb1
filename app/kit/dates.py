"""Dates from outside: whole UTC days, or instants with an offset."""

import re
from datetime import UTC, date, datetime

from app.kit.clock import FOREVER, LONG_AGO, end_of, start_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def first_instant(text: str) -> datetime:
    """Where a range that begins with `text` begins. ValueError when it is no date."""
    return start_of(_day(text)) if _DAY.fullmatch(text) else _instant(text)


def last_instant(text: str) -> tuple[datetime, bool]:
    """Where a range that ends with `text` ends, and whether that instant still belongs to it."""
    return (end_of(_day(text)), False) if _DAY.fullmatch(text) else (_instant(text), True)


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
