"""The day, month and year of a date, in the site's own time zone.

A date that is known only to the day, month or year belongs to no zone. It is stored at `date_only`,
noon UTC and a tick, which is within its day almost everywhere. In the zones furthest east it is
not: there the range of a day extends to it, with a gap for the time between.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from app.kit.clock import FOREVER, LONG_AGO, TICK

Gap = tuple[datetime, datetime]
"""From the first instant up to, not including, the second."""


def date_only(moment: datetime) -> datetime:
    """The instant at which the day of a date without a time is stored."""
    return _stored_midnight(moment.astimezone(UTC).date())


def sorted_at(moment: datetime, precision: str) -> datetime:
    """The instant by which lists sort a date: itself, or where a date without a time is stored."""
    return moment if precision == "time" else date_only(moment)


@dataclass(frozen=True, slots=True)
class Edge:
    """The start or end of a range of days; `gaps` near it are not part of the range."""

    at: datetime
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a zone; `name` tells zones apart."""

    zone: tzinfo = UTC
    name: str = "UTC"

    def start_of(self, day: date) -> datetime:
        """The first instant of a day, as the clocks of the zone show it."""
        if not LONG_AGO.date() <= day < FOREVER.date():
            return LONG_AGO if day < FOREVER.date() else FOREVER
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def instant_of(self, local: datetime) -> datetime:
        """The instant at which the clocks of the zone show a time. `ValueError` unless they show it
        exactly once."""
        first, second = (
            local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)
        )
        shown = local.isoformat(timespec="minutes")
        if first > second:  # Python gives both the offsets around the gap, the earlier one first
            message = f"the clocks of {self.name} never show {shown}: they go forward over it"
            raise ValueError(message)
        if first < second:
            offsets = " or ".join(
                (local.replace(tzinfo=self.zone, fold=fold)).isoformat() for fold in (0, 1)
            )
            message = f"the clocks of {self.name} show {shown} twice: write {offsets}"
            raise ValueError(message)
        return first

    def day_start(self, day: date) -> Edge:
        """The start of a range of days."""
        if not LONG_AGO.date() < day < FOREVER.date():
            return Edge(self.start_of(day))
        start = self.start_of(day)
        own, before = _stored_midnight(day), _stored_midnight(day, -1)
        if own < start:  # furthest west
            return Edge(own, ((own + TICK, start),))
        return Edge(start, ((before, before + TICK),) if before >= start else ())

    def day_end(self, day: date) -> Edge:
        """The end of a range of days: the first instant after it."""
        if not LONG_AGO.date() <= day < FOREVER.date():
            return Edge(self.start_of(day))
        end = self.start_of(day + timedelta(days=1))
        own, following = _stored_midnight(day), _stored_midnight(day, 1)
        if own >= end:  # furthest east
            return Edge(own + TICK, ((end, own),))
        return Edge(end, ((following, following + TICK),) if following < end else ())

    def day_of(self, moment: datetime) -> date:
        """The day that a date belongs to."""
        plain = moment.astimezone(UTC)
        if plain == date_only(plain):
            return plain.date()
        day = moment.astimezone(self.zone).date()
        # Where clocks go back over midnight, a day is the time between its two first instants.
        if plain < self.start_of(day):
            return day - timedelta(days=1)
        following = day + timedelta(days=1)
        return following if plain >= self.start_of(following) else day


def _stored_midnight(day: date, days: int = 0) -> datetime:
    day += timedelta(days=days)
    return datetime(day.year, day.month, day.day, 12, microsecond=1, tzinfo=UTC)
