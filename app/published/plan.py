"""The choice of the index for a page: the rarest that the filter offers, found by short counts.

The index of the list, a tag or an author is walked in its own order. A page then costs its own
length, however deep it is, as long as most walked rows match. Few rows in another order (such as
yesterday's changes in the order of their dates) are collected and sorted. Counts stop early, and
those of tags are kept for one head. They only choose the index, so a stale count costs time and
never an article.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.models.publication import Publication, PublicationAuthor, PublicationTag
from app.published import kept_counts
from app.published.cache import Tags
from app.published.query import ArticleFilter
from app.published.statements import Order, QueryPlan, Statement
from app.visibility import NOW, visible


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits: rows counted, rows collected and sorted, and tags of a clause walked side by side
    (SQLite unites at most 500 queries)."""

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
    """The filter with its rarest tag clause first, and the plan of the page."""
    if filters.ids:
        return filters, QueryPlan("ids", gathered=True)
    walks_list = order in ("updated", "position")  # no tag's or author's index has this order
    since = None if order == "updated" else filters.updated_since
    offers = len(filters.all_of) + (filters.author is not None)
    if since is None and (
        not offers or (offers == 1 and not walks_list and _is_narrow(filters, bounds))
    ):
        return filters, QueryPlan("tag" if filters.all_of else "author" if offers else "list")
    filters, plan, fewest = _rarest_clause(tx, tags, filters, bounds)
    if since is not None and has_fewer_changes(tx, filters, now, min(bounds.gathered, fewest)):
        return filters, QueryPlan("changed", gathered=True)
    walkable = not walks_list and (plan.source == "author" or _is_narrow(filters, bounds))
    if plan.source == "list" or walkable:
        return filters, plan
    return filters, replace(plan, gathered=True) if fewest <= bounds.gathered else QueryPlan("list")


def has_fewer_changes(tx: ReadTx, filters: ArticleFilter, now: datetime, most: int) -> bool:
    """Whether the filter asks for changes since an instant, and there are fewer than `most`."""
    since = filters.updated_since
    if since is None:
        return False
    return _count_rows(tx, _CHANGED, most, kind=filters.kind, since=since, now=now) < most


def by_rarity(tx: ReadTx, tags: Tags, filters: ArticleFilter) -> tuple[ArticleFilter, QueryPlan]:
    """The filter with its rarest tag clause first, and the plan for counting all matches."""
    filters, plan, _ = _rarest_clause(tx, tags, filters, USUAL)
    return filters, plan


def _is_narrow(filters: ArticleFilter, bounds: Thresholds) -> bool:
    return not filters.all_of or len(filters.all_of[0]) <= bounds.arms


def _rarest_clause(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, bounds: Thresholds
) -> tuple[ArticleFilter, QueryPlan, int]:
    """The filter, the plan for the rarer of its tags and its author, and its row count at most."""
    plan, fewest = QueryPlan("list"), bounds.counted
    if filters.all_of:
        clauses = filters.all_of
        if len(clauses) > 1:
            totals = {clause: _kept_size(tx, tags, clause, filters.kind) for clause in clauses}
            clauses = tuple(sorted(clauses, key=lambda clause: totals[clause]))
        filters = replace(filters, all_of=clauses)
        plan, fewest = QueryPlan("tag"), _clause_size(tx, tags, clauses[0], filters.kind, bounds)
    if filters.author is not None:
        written = _count_rows(tx, _AUTHOR, fewest, kind=filters.kind, author=filters.author)
        if plan.source == "list" or written < fewest:
            plan, fewest = QueryPlan("author"), written
    return filters, plan, fewest


def _kept_size(tx: ReadTx, tags: Tags, clause: tuple[UUID, ...], kind: str) -> int:
    """The articles under a clause by the kept counts, which tell common tags apart; more when the
    clause has several tags above others."""
    size = tags.totals.get((clause, kind))
    if size is None:
        root = tags.root_of(clause)
        size = tags.totals[clause, kind] = kept_counts.sum_totals(
            tx, kind, [root] if root else clause
        )
    return size


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
