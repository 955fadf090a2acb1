"""Queries for archived feeds: months that have articles, their versions, and takedowns."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col
from typing_extensions import override

from app.database import ReadTx
from app.kit.calendar import Calendar, Edge
from app.kit.clock import FOREVER, TICK
from app.kit.paging import count_parts, part_from_end
from app.models.publication import Publication
from app.published import kept_counts
from app.published.cache import HeadCache, Tags
from app.published.plan import choose_plan
from app.published.query import ArticleFilter, page_of
from app.visibility import visible, was_visible

RECENT: Final = timedelta(days=30)
"""The time for which the current feed names takedowns."""

PART: Final = 100
"""The articles of one document of an archive: a month that has more comes in parts."""


@dataclass(frozen=True, slots=True, order=True)
class CalendarMonth:
    """A month of a calendar."""

    year: int
    month: int
    calendar: Calendar = field(compare=False)

    @classmethod
    def of(cls, moment: datetime, calendar: Calendar) -> "CalendarMonth":
        """The month of a date."""
        day = calendar.day_of(moment)
        return cls(day.year, day.month, calendar)

    @classmethod
    def parse(cls, text: str, calendar: Calendar) -> "CalendarMonth | None":
        """The month that `YYYY-MM` names."""
        if re.fullmatch(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])", text) is None:
            return None
        return cls(int(text[:4]), int(text[5:]), calendar)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return self._days[0]

    @property
    def begin(self) -> Edge:
        """The instant at which the month begins."""
        return self.calendar.day_start(self._days[0])

    @property
    def end(self) -> Edge:
        """The instant at which the month ends."""
        return self.calendar.day_end(self._days[1])

    @property
    def older_edge(self) -> Edge:
        """The end of everything older than the month."""
        return self.calendar.day_end(max(self._days[0], date(1, 1, 2)) - timedelta(days=1))

    @property
    def newer_edge(self) -> Edge:
        """The start of everything newer than the month."""
        return self.calendar.day_start(min(self._days[1], date(9999, 1, 1)) + timedelta(days=1))

    @property
    def _days(self) -> tuple[date, date]:
        return (
            date(self.year, self.month, 1),
            date(self.year, self.month, monthrange(self.year, self.month)[1]),
        )

    @override
    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def within_month(filters: ArticleFilter, month: CalendarMonth) -> ArticleFilter:
    """The filter, restricted to dates within the month."""
    return _before_edge(on_or_after(filters, month.begin), month.end)


def on_or_after(filters: ArticleFilter, edge: Edge) -> ArticleFilter:
    """The filter, restricted to dates on or after an edge."""
    since = max(edge.at, filters.since) if filters.since else edge.at
    return replace(filters, since=since, gaps=(*filters.gaps, *edge.gaps))


def _before_edge(filters: ArticleFilter, edge: Edge) -> ArticleFilter:
    """The filter, restricted to dates before an edge."""
    filters = replace(filters, gaps=(*filters.gaps, *edge.gaps))
    if filters.until is not None and filters.until < edge.at:
        return filters
    return replace(filters, until=edge.at, until_inclusive=False)


def list_ids(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime
) -> list[tuple[int, UUID]]:
    """All matches of a filter, newest first: each publication's key and its article's id."""
    filters, plan = choose_plan(tx, tags, filters, "newest", now)
    statement, values = page_of(filters, plan, "newest", None, 1_000_000, now)
    return [(row.id, row.article_id) for row in tx.execute(statement, values)]


@dataclass(frozen=True, slots=True)
class MonthPart:
    """A part of a month. Part 1 has its oldest articles, so that new ones leave the earlier parts
    as they are; `ids` are its articles, newest first."""

    number: int
    of: int
    ids: list[UUID]

    @property
    def is_newest(self) -> bool:
        """Whether no later part of the month follows."""
        return self.number == self.of


def list_part(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, month: CalendarMonth, number: int, now: datetime
) -> MonthPart:
    """A part of a month; the newest for 0, or for a number beyond it."""
    ids = [key for _, key in list_ids(tx, tags, within_month(filters, month), now)]
    parts = count_parts(len(ids), PART)
    number = min(number or parts, parts)
    return MonthPart(number, parts, part_from_end(ids, number, PART))


def has_parts(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, month: CalendarMonth, now: datetime
) -> bool:
    """Whether a month has more articles than one document holds."""
    filters, plan = choose_plan(tx, tags, within_month(filters, month), "newest", now)
    statement, values = page_of(filters, plan, "newest", None, PART + 1, now)
    return len(tx.execute(statement, values).all()) > PART


def month_version(
    tx: ReadTx, kind: str, month: CalendarMonth, now: datetime, recall: HeadCache
) -> str:
    """A version that changes whenever an article of the month comes, goes or changes, whatever the
    filter. Caches keep months by their version, and must not keep articles that were corrected,
    renamed or erased. Until the log has caught up, no version is given twice."""
    first, last = (f"{at:%Y-%m-%d}" for at in (month.begin.at, month.end.at - TICK))
    state = (kept_counts.last_change(tx, kind, first, last), None if recall.current else now)
    return blake2b(repr(state).encode(), digest_size=6).hexdigest()


def newest_month(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime, calendar: Calendar
) -> CalendarMonth | None:
    """The newest month that has articles."""
    return _edge_month(tx, tags, filters, "newest", now, calendar)


def previous_month(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, month: CalendarMonth, now: datetime
) -> CalendarMonth | None:
    """The next older month that has articles."""
    return _edge_month(
        tx, tags, _before_edge(filters, month.older_edge), "newest", now, month.calendar
    )


def next_month(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, month: CalendarMonth, now: datetime
) -> CalendarMonth | None:
    """The next newer month that has articles."""
    return _edge_month(
        tx, tags, on_or_after(filters, month.newer_edge), "oldest", now, month.calendar
    )


def _edge_month(
    tx: ReadTx,
    tags: Tags,
    filters: ArticleFilter,
    order: Literal["newest", "oldest"],
    now: datetime,
    calendar: Calendar,
) -> CalendarMonth | None:
    filters, plan = choose_plan(tx, tags, filters, order, now)
    row: Any = tx.execute(*page_of(filters, plan, order, None, 1, now)).first()
    return CalendarMonth.of(row.key_at, calendar) if row is not None else None


@dataclass(frozen=True, slots=True)
class GoneArticle:
    """An article that was public, with the time and the reason of its end; the note is public."""

    id: UUID
    at: datetime
    reason: str
    note: str | None


def gone_since(
    tx: ReadTx, kind: str, since: datetime, now: datetime, most: int
) -> list[GoneArticle]:
    """Articles that were taken down or expired since an instant, the latest first."""
    end, its_kind = col(Publication.visible_until), col(Publication.kind)
    # Written for SQLite, so that it uses the partial index of ends and no index of kinds.
    ended = (end > since, end <= now, end < FOREVER, sa.func.coalesce(its_kind, its_kind) == kind)
    latest = end.desc()
    return _list_gone(tx, ended, now, (latest, col(Publication.article_id)), most)


def gone_of(tx: ReadTx, kind: str, month: CalendarMonth, now: datetime) -> list[GoneArticle]:
    """Articles of a month that were taken down or expired."""
    dated = (
        col(Publication.kind) == kind,
        col(Publication.published_at) >= month.begin.at,
        col(Publication.published_at) < month.end.at,
        *(
            sa.or_(col(Publication.published_at) < start, col(Publication.published_at) >= end)
            for start, end in (*month.begin.gaps, *month.end.gaps)
        ),
    )
    keys = (col(Publication.published_at).desc(), col(Publication.article_id))
    return _list_gone(tx, dated, now, keys, 1_000_000)


def _list_gone(
    tx: ReadTx,
    conditions: Sequence[sa.ColumnElement[bool]],
    now: datetime,
    order: Sequence[Any],
    most: int,
) -> list[GoneArticle]:
    """The last publication of each article that has no visible one."""
    later = aliased(Publication)
    begun_later = sa.exists().where(
        col(later.article_id) == col(Publication.article_id),
        was_visible(later, now),
        col(later.visible_from) > col(Publication.visible_from),
    )
    statement = sa.select(
        col(Publication.article_id),
        col(Publication.visible_until),
        col(Publication.ended),
        col(Publication.ended_note),
    ).where(
        was_visible(Publication, now),
        ~visible(Publication, now),
        ~begun_later,
        *conditions,
    )
    rows = tx.execute(statement.order_by(*order).limit(most))
    return [GoneArticle(key, at, ended or "expired", note) for key, at, ended, note in rows]
