"""The archive by year and month, with counts."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.counts import MIDDLE
from app.database import ReadTx
from app.kit.calendar import Calendar, date_only
from app.kit.clock import TICK
from app.models.publication import Publication
from app.public.archive import Month, Year
from app.published import kept_counts
from app.published.cache import HeadCache, Tags
from app.published.feed_archive import CalendarMonth, on_or_after
from app.published.month_columns import month_of, stamp_of
from app.published.plan import by_rarity
from app.published.query import ArticleFilter, edges_of, months_of
from app.published.statements import QueryPlan
from app.published.totals import STEPS_AT_MOST, find_cut
from app.visibility import visible

_OF_UTC: Final = Calendar()
_MONTH: Final = len("2012-07")


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """Years with their months, newest first; `older_until` is the last day of older ones that were
    not counted, None if all were."""

    years: list[Year]
    older_until: date | None


def list_years(
    tx: ReadTx,
    tags: Tags,
    filters: ArticleFilter,
    now: datetime,
    recall: HeadCache,
    calendar: Calendar = _OF_UTC,
    most: int = STEPS_AT_MOST,
) -> ArchivePage:
    """Only years and months that have articles. What has no kept counts is counted as far as that
    is cheap, and by whole months, so that the next page begins with the month before."""
    counts, older_until = None, None
    if recall.current and filters.since is None and filters.until is None:
        counts = _kept_months(tx, tags, filters, now, calendar)
    if counts is None:
        filters, plan = by_rarity(tx, tags, filters)
        cut = find_cut(tx, filters, plan, most)
        if cut is not None:
            month = CalendarMonth.of(cut, calendar)
            newest = on_or_after(filters, month.begin)
            if newest.since != filters.since:
                filters, older_until = newest, month.first_day - timedelta(days=1)
        counts = _count_months(tx, filters, plan, now, calendar)
    rows = sorted(((int(m[:4]), int(m[5:]), n) for m, n in counts.items()), reverse=True)
    years = [
        Year(
            year=year,
            count=sum(n for _, _, n in months),
            months=[Month(month=month, count=n) for _, month, n in months],
        )
        for year, months in ((year, list(group)) for year, group in groupby(rows, lambda r: r[0]))
    ]
    return ArchivePage(years, older_until)


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month (`YYYY-MM`) that has articles: how many, and its latest change or release, if any was
    noted."""

    month: str
    count: int
    changed_at: datetime | None


def month_states(
    tx: ReadTx, tags: Tags, now: datetime, recall: HeadCache, calendar: Calendar
) -> list[MonthState]:
    """Each month that has articles, newest first."""
    counts = _kept_months(tx, tags, ArticleFilter(), now, calendar) if recall.current else None
    changes: dict[str, datetime] = {}
    if counts is None:
        counts = Counter()
        for month, at, n in _count_by_month(tx, now, calendar):
            counts[month] += n
            changes[month] = max(at, changes.get(month, at))
    else:
        for month, at in _noted_by_month(tx, calendar):
            changes[month] = max(at, changes.get(month, at))
    states = [MonthState(month, n, changes.get(month)) for month, n in counts.items()]
    return sorted(states, key=lambda state: state.month, reverse=True)


def _noted_by_month(tx: ReadTx, calendar: Calendar) -> Iterator[tuple[str, datetime]]:
    """The last changes of the noted UTC days, for every month that shares an instant with a day."""
    for day, at in kept_counts.last_changes(tx):
        yield day[:_MONTH], at
        if calendar != _OF_UTC and not day.endswith(MIDDLE):
            start = datetime.fromisoformat(day).replace(tzinfo=UTC)
            for edge in (start, start + timedelta(days=1) - TICK):
                yield f"{calendar.day_of(edge):%Y-%m}", at


def _count_by_month(
    tx: ReadTx, now: datetime, calendar: Calendar
) -> Iterator[tuple[str, datetime, int]]:
    grouped = month_of if calendar == _OF_UTC else stamp_of
    month = grouped(Publication, tx.is_sqlite)
    latest = sa.func.max(col(Publication.changed_at), type_=UTCDateTime())
    statement = sa.select(month, latest, sa.func.count()).where(
        col(Publication.kind) == "article", visible(Publication, now)
    )
    for stamp, at, n in tx.execute(statement.group_by(month)):
        yield _month_of(stamp, calendar), at, int(n)


def _count_months(
    tx: ReadTx, filters: ArticleFilter, plan: QueryPlan, now: datetime, calendar: Calendar
) -> Counter[str]:
    statement, values = months_of(
        filters, plan, now, sqlite=tx.is_sqlite, zoned=calendar != _OF_UTC
    )
    counts: Counter[str] = Counter()
    for stamp, n in tx.execute(statement, values):
        counts[_month_of(stamp, calendar)] += int(n)
    return counts


def _kept_months(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime, calendar: Calendar
) -> Counter[str] | None:
    """The kept counts by UTC month; what lies between the start of such a month and that of the
    calendar's month is counted, and moved to where it belongs."""
    counts = kept_counts.months(tx, tags, filters)
    if counts is None or calendar == _OF_UTC:
        return counts
    if edges := _edges(counts, calendar):
        statement, values = edges_of(*by_rarity(tx, tags, filters), now, edges)
        for start, n in tx.execute(statement, values).all():
            counts[f"{start:%Y-%m}"] -= int(n)
            counts[f"{calendar.day_of(start):%Y-%m}"] += int(n)
    return +counts


def _edges(months: Iterable[str], calendar: Calendar) -> list[tuple[datetime, ...]]:
    """The intervals between the starts of UTC months and of the calendar's, as start, stop, and the
    instant of dates without a time, which belong to their UTC day everywhere."""
    days = {date(int(month[:4]), int(month[5:]), 1) for month in months}
    days |= {(day + timedelta(days=31)).replace(day=1) for day in days}
    edges: list[tuple[datetime, ...]] = []
    for day in days:
        start, stop = sorted((_OF_UTC.start_of(day), calendar.start_of(day)))
        if start < stop:
            edges.append((start, stop, date_only(start)))
    return edges


def _month_of(stamp: str, calendar: Calendar) -> str:
    """The month of a stamp, which is a month or an instant near the edge of one."""
    if len(stamp) == _MONTH:
        return stamp
    return f"{calendar.day_of(datetime.fromisoformat(stamp).replace(tzinfo=UTC)):%Y-%m}"
