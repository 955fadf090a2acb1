"""The total of a list: from the kept counts, or counted as far as that is cheap.

Filters without a kept count are counted up to a number of rows, so that no question takes long.
A total that was cut there says that it is not exact: at least as many match.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kit.clock import TICK
from app.models.publication import Publication, PublicationAuthor, PublicationTag
from app.published import kept_counts
from app.published.cache import HeadCache, Tags
from app.published.plan import USUAL, by_rarity, has_fewer_changes
from app.published.query import ArticleFilter, count_of
from app.published.statements import QueryPlan

STEPS_AT_MOST: Final = 40_000
"""The steps of one count: some 20 ms."""

_PROBE: Final = 3
"""The steps that a probe by key costs; to walk on to the next row costs one."""


@dataclass(frozen=True, slots=True)
class ArticleTotal:
    """A number of articles, or at least so many."""

    number: int
    is_exact: bool = True


def count_articles(
    tx: ReadTx,
    tags: Tags,
    filters: ArticleFilter,
    now: datetime,
    recall: HeadCache,
    most: int = STEPS_AT_MOST,
) -> ArticleTotal:
    """The number of articles that match a filter."""
    if not kept_counts.is_kept(tags, filters):
        return _count_newest(tx, tags, filters, now, most)
    number = _kept_total(tx, tags, filters, now) if recall.current else None
    if number is None:
        number = _count(tx, tags, filters, now)
    return ArticleTotal(number)


def _kept_total(tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime) -> int | None:
    if filters.since is None and filters.until is None:
        return kept_counts.total(tx, tags, filters)
    months, dates = kept_counts.months(tx, tags, filters), kept_counts.split_dates(filters)
    if months is None or dates is None:
        return None
    begin, end, rest = dates
    whole = sum(n for month, n in months.items() if begin <= month < end)
    return whole + sum(_count(tx, tags, part, now) for part in rest)


def _count(tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime) -> int:
    statement, values = count_of(*by_rarity(tx, tags, filters), now)
    return int(tx.execute(statement, values).scalar_one())


def find_cut(tx: ReadTx, filters: ArticleFilter, plan: QueryPlan, most: int) -> datetime | None:
    """The date after which a count walks at most so many steps; None if the whole count does."""
    return None if filters.ids else _date_of_row(tx, filters, plan, _rows(filters, plan, most))


def _rows(filters: ArticleFilter, plan: QueryPlan, most: int) -> int:
    return most // _steps_of_row(filters, plan)


def _count_newest(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime, most: int
) -> ArticleTotal:
    """The number of matches among as many of the newest rows as may be walked."""
    filters, plan = by_rarity(tx, tags, filters)
    cut, rows = find_cut(tx, filters, plan, most), _rows(filters, plan, most)
    if cut is not None and has_fewer_changes(tx, filters, now, rows):
        cut, plan = None, QueryPlan("changed")
    is_exact = cut is None or (filters.since is not None and filters.since >= cut)
    if not is_exact:
        filters = replace(filters, since=cut)
    statement, values = count_of(filters, plan, now)
    return ArticleTotal(int(tx.execute(statement, values).scalar_one()), is_exact)


def _steps_of_row(filters: ArticleFilter, plan: QueryPlan) -> int:
    """The steps of the row itself, and of a probe for each condition that its index cannot tell."""
    tag_clauses = (*filters.all_of[plan.source == "tag" :], *filters.none_of)
    is_in_tag_list = plan.source != "list"
    probes = (
        *(len(family) for family in tag_clauses),
        filters.author is not None and plan.source != "author",
        (len(filters.languages) if filters.each_story_once else 0),
        is_in_tag_list and (filters.syndicatable or filters.updated_since is not None),
    )
    return 1 + _PROBE * sum(probes)


def _date_of_row(
    tx: ReadTx, filters: ArticleFilter, plan: QueryPlan, number: int
) -> datetime | None:
    """The date after which at most so many rows of the plan's source are; None if all are."""
    source: Any = Publication
    owners: list[sa.ColumnElement[bool]] = [sa.true()]
    if plan.source == "author":
        source, owners = PublicationAuthor, [col(PublicationAuthor.author_slug) == filters.author]
    elif plan.source == "tag" and len(filters.all_of[0]) <= USUAL.arms:
        source = PublicationTag
        owners = [col(PublicationTag.tag_id) == tag_id for tag_id in filters.all_of[0]]
    dates = []
    for owner in owners:
        date_column = col(source.published_at)
        rows = sa.select(date_column).where(owner, col(source.kind) == filters.kind)
        if filters.until is not None:
            rows = rows.where(date_column <= filters.until)
        last = rows.order_by(date_column.desc()).offset(number // len(owners)).limit(1)
        dates.append(tx.execute(last).scalar())
    return max((date + TICK for date in dates if date is not None), default=None)
