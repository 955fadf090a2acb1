"""Sets of time that result from comparisons with seconds since 1970 or with years."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import Final

from app.kit.calendar import Calendar, Edge
from app.kit.clock import EPOCH, FOREVER, LONG_AGO, TICK
from app.search.instant.grammar import Condition, invalid_filter
from app.search.protocol import Period

Spans = tuple[tuple[int, int], ...]
"""Separate and in order, each from its first second up to, not including, its end."""

_OF_UTC: Final = Calendar()
_SHORT_OF_ONE: Final = timedelta(seconds=1) - TICK
_NUMBER: Final = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)
_FAR: Final = 10**12
"""Beyond any date, in seconds and in years."""


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)


_FIRST, _LAST = _seconds(LONG_AGO), _seconds(FOREVER)
ALWAYS: Final[Spans] = ((-_FAR, _FAR),)


def spans(condition: Condition, calendar: Calendar = _OF_UTC) -> Spans:
    """The times at which a condition on `published_at` or `year` holds. Raises `BadRequest`."""
    intervals = _whole_numbers(condition)
    if condition.attribute == "year":
        return union([_years(start, end, calendar) for start, end in intervals])
    return intervals


def union(parts: Sequence[Spans]) -> Spans:
    """The times in any of them."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for part in parts for span in part):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return tuple(joined)


def intersection(left: Spans, other: Spans) -> Spans:
    """The times in both of them."""
    both = ((max(a, c), min(b, d)) for a, b in left for c, d in other)
    return tuple((start, end) for start, end in both if start < end)


def periods(spans: Spans) -> tuple[Period, ...] | None:
    """The periods of these times; empty if they are all of time, None if they are none."""
    if spans == ALWAYS:
        return ()
    within = intersection(spans, ((_FIRST, _LAST),))
    return tuple((_moment(start), _moment(end)) for start, end in within) or None


def _whole_numbers(condition: Condition) -> Spans:
    intervals: Spans
    if not _NUMBER.fullmatch(condition.value):
        if condition.operator in ("=", "!="):  # no number equals that text
            return () if condition.operator == "=" else ALWAYS
        raise invalid_filter(
            f"`{condition.attribute}` is compared with a number, not `{condition.value[:60]}`."
        )
    value = max(-_FAR, min(_FAR, float(condition.value)))
    floor_value, after = floor(value), floor(value) + 1
    match condition.operator:
        case ">=":
            intervals = ((ceil(value), _FAR),)
        case ">":
            intervals = ((after, _FAR),)
        case "<":
            intervals = ((-_FAR, ceil(value)),)
        case "<=":
            intervals = ((-_FAR, after),)
        case "=" | "!=" if floor_value != value:
            intervals = () if condition.operator == "=" else ALWAYS
        case "=":
            intervals = ((floor_value, after),)
        case "!=":
            intervals = ((-_FAR, floor_value), (after, _FAR))
    return intervals


def _years(start: int, end: int, calendar: Calendar) -> Spans:
    """The times from the first year up to the year `end`, exact to a second at their edges."""
    first, after, gaps = -_FAR, _FAR, []
    if start > FOREVER.year or end < 1:
        return ()
    if start >= 1:
        edge = calendar.day_start(date(start, 1, 1))
        first, gaps = _seconds(edge.at), [*edge.gaps]
    if end <= FOREVER.year:
        edge = calendar.day_end(date(end, 1, 1) - timedelta(days=1)) if end > 1 else Edge(LONG_AGO)
        after, gaps = _seconds(edge.at + _SHORT_OF_ONE), [*gaps, *edge.gaps]
    interval: Spans = ((first, after),)
    for since, until in gaps:
        short = until - since == TICK
        begin = _seconds(since if short else since + _SHORT_OF_ONE)
        finish = _seconds(until + _SHORT_OF_ONE if short else until)
        interval = intersection(interval, ((-_FAR, begin), (finish, _FAR)))
    return interval


def _moment(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
