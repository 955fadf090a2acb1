"""Totals and months from the kept counts (`app.counts`), for the filters that have one.

These name at most two clauses, wanted or excluded, of one tag each; languages; rights; for a total
dates also. Exclusion is subtraction: with `a` and without `b` is those of `a` less those of both.
The functions answer None for other filters. They may be asked only when the log is current.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import combinations
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.counts import ANY
from app.database import ReadTx
from app.kit.clock import FOREVER, LONG_AGO
from app.models.count import PublicationCount, PublicationDay, PublicationMonth
from app.published.cache import Tags
from app.published.query import ArticleFilter

_CLAUSES_AT_MOST: Final = 2
_MONTH: Final = len("2012-07")

Terms = Sequence[tuple[int, tuple[UUID, UUID]]]
"""Signs with two tags, of which `ANY` stands for none; the counts add up to a total."""


def is_kept(tags: Tags, filters: ArticleFilter) -> bool:
    """Whether a filter without its dates has a kept total."""
    return _terms(tags, filters) is not None


def _terms(tags: Tags, filters: ArticleFilter) -> Terms | None:
    """The kept counts that add up to the total of a filter without its dates."""
    others = (filters.author, filters.ids, filters.updated_since, filters.each_story_once)
    if any(others) or len(filters.all_of) + len(filters.none_of) > _CLAUSES_AT_MOST:
        return None
    wanted = [root for family in filters.all_of if (root := tags.root_of(family))]
    excluded = [root for family in filters.none_of if (root := tags.root_of(family))]
    if len(wanted) < len(filters.all_of) or len(excluded) < len(filters.none_of):
        return None
    return [
        ((-1) ** size, _pair({*wanted, *some}))
        for size in range(len(excluded) + 1)
        for some in combinations(excluded, size)
    ]


def _pair(tags: Iterable[UUID]) -> tuple[UUID, UUID]:
    first, second = sorted((ANY, ANY, *tags))[-2:]
    return first, second


def total(tx: ReadTx, tags: Tags, filters: ArticleFilter) -> int | None:
    """The number of articles that match a filter, whatever its dates."""
    terms = _terms(tags, filters)
    if terms is None:
        return None
    statement = _total_statement(bool(filters.languages), filters.syndicatable)
    values = {"kind": filters.kind, "languages": filters.languages}
    return sum(
        sign * int(tx.execute(statement, values | {"first": first, "second": second}).scalar_one())
        for sign, (first, second) in terms
    )


def months(tx: ReadTx, tags: Tags, filters: ArticleFilter) -> Counter[str] | None:
    """The number of articles in each UTC month (`YYYY-MM`), whatever the dates of the filter."""
    terms = _terms(tags, filters)
    if terms is None or any(first != ANY for _, (first, _) in terms):
        return None
    statement = _months_statement(bool(filters.languages), filters.syndicatable)
    values = {"kind": filters.kind, "languages": filters.languages}
    numbers: Counter[str] = Counter()
    for sign, (_, tag) in terms:
        for month, n in tx.execute(statement, values | {"tag": tag}):
            numbers[month] += sign * int(n)
    return +numbers


def split_dates(filters: ArticleFilter) -> tuple[str, str, list[ArticleFilter]] | None:
    """The first UTC month that lies within the dates of a filter, the one after the last, and the
    filter for the rest before and after these; None when no month does."""
    begin = _next_month(filters.since) if filters.since else LONG_AGO
    end = _month(filters.until) if filters.until else FOREVER
    if begin >= end or any(start < end and stop > begin for start, stop in filters.gaps):
        return None
    rest = []
    if filters.since:
        rest.append(replace(filters, until=begin, until_inclusive=False))
    if filters.until:
        rest.append(replace(filters, since=end))
    return begin.isoformat()[:_MONTH], end.isoformat()[:_MONTH], rest


def tag_totals(tx: ReadTx, languages: Sequence[str] = ()) -> dict[UUID, int]:
    """The number of articles under each tag that has any, in these languages or in all."""
    table = PublicationCount
    statement = sa.select(col(table.second_tag_id), sa.func.sum(col(table.n))).where(
        col(table.kind) == "article", col(table.first_tag_id) == ANY
    )
    if languages:
        statement = statement.where(col(table.lang).in_(languages))
    rows = tx.execute(statement.group_by(col(table.second_tag_id)))
    return {tag_id: int(n) for tag_id, n in rows if tag_id != ANY}


def sum_totals(tx: ReadTx, kind: str, tag_ids: Sequence[UUID]) -> int:
    """The sum of the totals of some tags."""
    values = {"kind": kind, "tags": tag_ids}
    return int(tx.execute(_SUM_OF_TAGS, values).scalar_one())


def last_change(tx: ReadTx, kind: str, first: str, last: str) -> datetime | None:
    """The last change of what is shown under the UTC days from `first` to `last`."""
    values = {"kind": kind, "first": first, "last": last}
    at: datetime | None = tx.execute(_LAST_CHANGE, values).scalar()
    return at


def last_changes(tx: ReadTx) -> Sequence[tuple[str, datetime]]:
    """The last change of what is shown under the noted UTC days (`YYYY-MM-DD`)."""
    return [(day, at) for day, at in tx.execute(_LAST_CHANGES)]


_LAST_CHANGE: Final = sa.select(
    sa.func.max(col(PublicationDay.changed_at), type_=UTCDateTime())
).where(
    col(PublicationDay.kind) == sa.bindparam("kind"),
    col(PublicationDay.day).between(sa.bindparam("first"), sa.bindparam("last")),
)
_LAST_CHANGES: Final = sa.select(col(PublicationDay.day), col(PublicationDay.changed_at)).where(
    col(PublicationDay.kind) == "article"
)


def matches_nothing(tx: ReadTx, tags: Tags, filters: ArticleFilter) -> bool:
    """Whether the counts of each two clauses show that no article matches a filter."""
    wanted = [((family,), ()) for family in filters.all_of]
    clauses = [*wanted, *(((), (family,)) for family in filters.none_of)]
    if len(clauses) + bool(filters.languages) + filters.syndicatable < _CLAUSES_AT_MOST:
        return False
    plain = ArticleFilter(
        filters.kind, languages=filters.languages, syndicatable=filters.syndicatable
    )
    first = clauses[0] if clauses else ((), ())
    return any(
        total(tx, tags, replace(plain, all_of=first[0] + other[0], none_of=first[1] + other[1]))
        == 0
        for other in clauses[1:] or [((), ())]
    )


def _sum(*conditions: sa.ColumnElement[bool]) -> Any:
    n = sa.func.coalesce(sa.func.sum(col(PublicationCount.n)), 0)
    return sa.select(n).where(*conditions)


_SUM_OF_TAGS: Final = _sum(
    col(PublicationCount.kind) == sa.bindparam("kind"),
    *(
        col(PublicationCount.first_tag_id) == ANY,
        col(PublicationCount.second_tag_id).in_(sa.bindparam("tags", expanding=True)),
    ),
)


@lru_cache
def _total_statement(by_language: bool, syndicatable: bool) -> Any:
    statement = _sum(
        col(PublicationCount.first_tag_id) == sa.bindparam("first"),
        col(PublicationCount.second_tag_id) == sa.bindparam("second"),
    )
    return _restrict(statement, PublicationCount, by_language, syndicatable)


@lru_cache
def _months_statement(by_language: bool, syndicatable: bool) -> Any:
    table = PublicationMonth
    statement: Any = sa.select(col(table.month), sa.func.sum(col(table.n))).where(
        col(table.tag_id) == sa.bindparam("tag")
    )
    return _restrict(statement, table, by_language, syndicatable).group_by(col(table.month))


def _restrict(statement: Any, table: Any, by_language: bool, syndicatable: bool) -> Any:
    statement = statement.where(col(table.kind) == sa.bindparam("kind"))
    if by_language:
        statement = statement.where(col(table.lang).in_(sa.bindparam("languages", expanding=True)))
    return statement.where(col(table.syndicatable)) if syndicatable else statement


def _month(at: datetime) -> datetime:
    """The start of the UTC month of an instant."""
    return datetime(*at.astimezone(UTC).timetuple()[:2], 1, tzinfo=UTC)


def _next_month(at: datetime) -> datetime:
    """The first start of a UTC month at an instant or later."""
    month = _month(at)
    return at if at == month else _month(month + timedelta(days=31))
