"""Sets of time, as comparisons with seconds since 1970 or with years make them."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import Final

from app.kit.calendar import Calendar, Edge
from app.kit.clock import EPOCH, FOREVER, LONG_AGO, TICK
from app.search.instant.grammar import Condition, invalid
from app.search.protocol import Period

Spans = tuple[tuple[int, int], ...]
"""Apart and in order; each from its first second up to, not including, its end."""

_OF_UTC: Final = Calendar()
_SHORT_OF_ONE: Final = timedelta(seconds=1) - TICK
_NUMBER: Final = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)
_FAR: Final = 10**12
"""Further than any date, in seconds and in years."""


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)


_FIRST, _LAST = _seconds(LONG_AGO), _seconds(FOREVER)
ALWAYS: Final[Spans] = ((-_FAR, _FAR),)


def spans(condition: Condition, calendar: Calendar = _OF_UTC) -> Spans:
    """When a condition on `published_at` or `year` holds. Raises `BadRequest`."""
    found = _whole_numbers(condition)
    if condition.attribute == "year":
        return union([_years(start, end, calendar) for start, end in found])
    return found


def union(parts: Sequence[Spans]) -> Spans:
    """Any of them."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for part in parts for span in part):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return tuple(joined)


def intersection(one: Spans, other: Spans) -> Spans:
    """Both of them."""
    both = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple((start, end) for start, end in both if start < end)


def periods(found: Spans) -> tuple[Period, ...] | None:
    """What is left of all time; none for all of it, None where nothing is left."""
    if found == ALWAYS:
        return ()
    here = intersection(found, ((_FIRST, _LAST),))
    return tuple((_moment(start), _moment(end)) for start, end in here) or None


def _whole_numbers(condition: Condition) -> Spans:
    found: Spans
    if not _NUMBER.fullmatch(condition.value):
        if condition.operator in ("=", "!="):  # no number is that text
            return () if condition.operator == "=" else ALWAYS
        raise invalid(
            f"`{condition.attribute}` is compared with a number, not `{condition.value[:60]}`."
        )
    value = max(-_FAR, min(_FAR, float(condition.value)))
    here, after = floor(value), floor(value) + 1
    match condition.operator:
        case ">=":
            found = ((ceil(value), _FAR),)
        case ">":
            found = ((after, _FAR),)
        case "<":
            found = ((-_FAR, ceil(value)),)
        case "<=":
            found = ((-_FAR, after),)
        case "=" | "!=" if here != value:
            found = () if condition.operator == "=" else ALWAYS
        case "=":
            found = ((here, after),)
        case "!=":
            found = ((-_FAR, here), (after, _FAR))
    return found


def _years(start: int, end: int, calendar: Calendar) -> Spans:
    """Whole years, from the first one to before the last; what is near their edges to a second."""
    first, after, gaps = -_FAR, _FAR, []
    if start > FOREVER.year or end < 1:
        return ()
    if start >= 1:
        edge = calendar.first(date(start, 1, 1))
        first, gaps = _seconds(edge.at), [*edge.gaps]
    if end <= FOREVER.year:
        edge = calendar.after(date(end, 1, 1) - timedelta(days=1)) if end > 1 else Edge(LONG_AGO)
        after, gaps = _seconds(edge.at + _SHORT_OF_ONE), [*gaps, *edge.gaps]
    whole: Spans = ((first, after),)
    for since, until in gaps:
        short = until - since == TICK
        begin = _seconds(since if short else since + _SHORT_OF_ONE)
        finish = _seconds(until + _SHORT_OF_ONE if short else until)
        whole = intersection(whole, ((-_FAR, begin), (finish, _FAR)))
    return whole


def _moment(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
