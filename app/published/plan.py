"""From which index a page is read: the rarest that the filter offers, found by counting a little.

A list is walked in its own order, and so are a tag's and an author's: that costs what the page
costs, however deep, as long as most of what is walked is wanted. What has few rows in another
order (what changed since yesterday, say, in the order of its dates) is gathered and sorted.
Counts stop early, and those of tags are remembered for one head. They only choose the index:
a count that is out of date costs time, never an article.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.models.publication import Publication, PublicationAuthor, PublicationTag
from app.published.cache import Tags
from app.published.query import ArticleFilter
from app.published.statements import Order, QueryPlan, Statement
from app.visibility import NOW, visible


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How far rows are counted; how many are gathered and sorted at most; and how many tags of a
    clause are walked side by side (SQLite unites at most 500 queries)."""

    counted: int = 5_000
    gathered: int = 2_000
    arms: int = 60


USUAL: Final = Thresholds()


def choose_plan(
    tx: ReadTx,
    tags: Tags,
    filters: ArticleFilter,
    order: Order,
    now: datetime,
    bounds: Thresholds = USUAL,
) -> tuple[ArticleFilter, QueryPlan]:
    """The filter with its rarest tag clause first, and where its page is read from."""
    if filters.ids:
        return filters, QueryPlan("ids", gathered=True)
    by_change = order == "updated"
    since = None if by_change else filters.updated_since
    offers = len(filters.all_of) + (filters.author is not None)
    if since is None and (
        not offers or (offers == 1 and not by_change and _is_narrow(filters, bounds))
    ):
        return filters, QueryPlan("tag" if filters.all_of else "author" if offers else "list")
    filters, plan, fewest = _rarest_clause(tx, tags, filters, bounds)
    if since is not None:
        most = min(bounds.gathered, fewest)
        if _count_rows(tx, _CHANGED, most, kind=filters.kind, since=since, now=now) < most:
            return filters, QueryPlan("changed", gathered=True)
    walkable = not by_change and (plan.source == "author" or _is_narrow(filters, bounds))
    if plan.source == "list" or walkable:
        return filters, plan
    return filters, replace(plan, gathered=True) if fewest <= bounds.gathered else QueryPlan("list")


def by_rarity(tx: ReadTx, tags: Tags, filters: ArticleFilter) -> tuple[ArticleFilter, QueryPlan]:
    """The filter with its rarest tag clause first, and where all that it finds is counted."""
    filters, plan, _ = _rarest_clause(tx, tags, filters, USUAL)
    return filters, plan


def _is_narrow(filters: ArticleFilter, bounds: Thresholds) -> bool:
    return not filters.all_of or len(filters.all_of[0]) <= bounds.arms


def _rarest_clause(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, bounds: Thresholds
) -> tuple[ArticleFilter, QueryPlan, int]:
    """The filter, the rarer of its tags and its author, and how many rows that has at most."""
    plan, fewest = QueryPlan("list"), bounds.counted
    if filters.all_of:
        sizes = {
            clause: _clause_size(tx, tags, clause, filters.kind, bounds)
            for clause in filters.all_of
        }
        clauses = tuple(sorted(filters.all_of, key=lambda clause: sizes[clause]))
        filters = replace(filters, all_of=clauses)
        plan, fewest = QueryPlan("tag"), sizes[clauses[0]]
    if filters.author is not None:
        written = _count_rows(tx, _AUTHOR, fewest, kind=filters.kind, author=filters.author)
        if plan.source == "list" or written < fewest:
            plan, fewest = QueryPlan("author"), written
    return filters, plan, fewest


def _clause_size(
    tx: ReadTx, tags: Tags, clause: tuple[UUID, ...], kind: str, bounds: Thresholds
) -> int:
    size = 0
    for tag_id in clause:
        tag_size = tags.sizes.get((tag_id, kind))
        if tag_size is None:
            tag_size = _count_rows(tx, _TAG, bounds.counted, kind=kind, tag_id=tag_id)
            tags.sizes[tag_id, kind] = tag_size
        size += tag_size
        if size >= bounds.counted:
            break
    return size


def _count_statement(table: Any, *conditions: Any) -> Statement:
    rows: Statement = sa.select(sa.literal_column("1")).select_from(table)
    rows = rows.where(col(table.kind) == sa.bindparam("kind"), *conditions)
    return sa.select(sa.func.count()).select_from(rows.limit(sa.bindparam("most")).subquery())


_TAG = _count_statement(PublicationTag, col(PublicationTag.tag_id) == sa.bindparam("tag_id"))
_AUTHOR = _count_statement(
    PublicationAuthor, col(PublicationAuthor.author_slug) == sa.bindparam("author")
)
_CHANGED = _count_statement(
    Publication, col(Publication.changed_at) >= sa.bindparam("since"), visible(Publication, NOW)
)


def _count_rows(tx: ReadTx, statement: Statement, most: int, **values: object) -> int:
    return int(tx.execute(statement, {**values, "most": most}).scalar_one())
