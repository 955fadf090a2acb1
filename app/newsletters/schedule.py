"""When a newsletter goes: its hour on the wall of the site's zone, over changes of clocks."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.public.vocabulary import Rhythm
from app.settings import Settings

CATCH_UP = timedelta(hours=12)
"""A newsletter that is later than this is skipped."""

HOLD = timedelta(minutes=2)
"""How long a text is public before instant letters tell of it, so that a slip can be undone."""

_DAY = timedelta(days=1)


def next_due(rhythm: Rhythm, after: datetime, settings: Settings) -> datetime | None:
    """The first instant after another at which the newsletter goes; None for an instant one.

    Where clocks go forward over the hour, it goes as much later as they skip. Where they go back
    over it, it goes at the first of the two.
    """
    if rhythm == "instant":
        return None
    zone, hour = ZoneInfo(settings.timezone), settings.newsletter_hour
    weekday = settings.weekday_number if rhythm == "weekly" else None
    return next(due for due in _dues(after, zone, hour, weekday) if due > after)


def _dues(after: datetime, zone: ZoneInfo, hour: time, weekday: int | None) -> Iterator[datetime]:
    day = after.astimezone(zone).date() - _DAY
    while True:
        if weekday is None or day.weekday() == weekday:
            yield datetime.combine(day, hour, zone).astimezone(UTC)
        day += _DAY


def is_far(rhythm: Rhythm, due: datetime, now: datetime) -> bool:
    """Whether a due instant is more than one turn away, as after a clock that ran ahead."""
    return due - now > (8 * _DAY if rhythm == "weekly" else 2 * _DAY)
