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
from app.published.memory import Tags
from app.published.query import ArticleFilter
from app.published.statements import Order, Plan, Statement
from app.visibility import NOW, visible


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How far rows are counted; how many are gathered and sorted at most; and how many tags of a
    clause are walked side by side (SQLite unites at most 500 queries)."""

    counted: int = 5_000
    gathered: int = 2_000
    arms: int = 60


USUAL: Final = Thresholds()


def planned(
    tx: ReadTx,
    tags: Tags,
    chosen: ArticleFilter,
    order: Order,
    now: datetime,
    bounds: Thresholds = USUAL,
) -> tuple[ArticleFilter, Plan]:
    """The filter with its rarest tag clause first, and where its page is read from."""
    if chosen.ids:
        return chosen, Plan("ids", gathered=True)
    by_change = order == "updated"
    since = None if by_change else chosen.updated_since
    offers = len(chosen.all_of) + (chosen.author is not None)
    if since is None and (
        not offers or (offers == 1 and not by_change and _narrow(chosen, bounds))
    ):
        return chosen, Plan("tag" if chosen.all_of else "author" if offers else "list")
    chosen, plan, fewest = _rarest(tx, tags, chosen, bounds)
    if since is not None:
        most = min(bounds.gathered, fewest)
        if _count(tx, _CHANGED, most, kind=chosen.kind, since=since, now=now) < most:
            return chosen, Plan("changed", gathered=True)
    walkable = not by_change and (plan.source == "author" or _narrow(chosen, bounds))
    if plan.source == "list" or walkable:
        return chosen, plan
    return chosen, replace(plan, gathered=True) if fewest <= bounds.gathered else Plan("list")


def by_rarity(tx: ReadTx, tags: Tags, chosen: ArticleFilter) -> tuple[ArticleFilter, Plan]:
    """The filter with its rarest tag clause first, and where all that it finds is counted."""
    chosen, plan, _ = _rarest(tx, tags, chosen, USUAL)
    return chosen, plan


def _narrow(chosen: ArticleFilter, bounds: Thresholds) -> bool:
    return not chosen.all_of or len(chosen.all_of[0]) <= bounds.arms


def _rarest(
    tx: ReadTx, tags: Tags, chosen: ArticleFilter, bounds: Thresholds
) -> tuple[ArticleFilter, Plan, int]:
    """The filter, the rarer of its tags and its author, and how many rows that has at most."""
    plan, fewest = Plan("list"), bounds.counted
    if chosen.all_of:
        sizes = {clause: _size(tx, tags, clause, chosen.kind, bounds) for clause in chosen.all_of}
        clauses = tuple(sorted(chosen.all_of, key=lambda clause: sizes[clause]))
        chosen = replace(chosen, all_of=clauses)
        plan, fewest = Plan("tag"), sizes[clauses[0]]
    if chosen.author is not None:
        written = _count(tx, _AUTHOR, fewest, kind=chosen.kind, author=chosen.author)
        if plan.source == "list" or written < fewest:
            plan, fewest = Plan("author"), written
    return chosen, plan, fewest


def _size(tx: ReadTx, tags: Tags, clause: tuple[UUID, ...], kind: str, bounds: Thresholds) -> int:
    size = 0
    for tag_id in clause:
        known = tags.sizes.get((tag_id, kind))
        if known is None:
            known = _count(tx, _TAG, bounds.counted, kind=kind, tag_id=tag_id)
            tags.sizes[tag_id, kind] = known
        size += known
        if size >= bounds.counted:
            break
    return size


def _counted(table: Any, *conditions: Any) -> Statement:
    rows: Statement = sa.select(sa.literal_column("1")).select_from(table)
    rows = rows.where(col(table.kind) == sa.bindparam("kind"), *conditions)
    return sa.select(sa.func.count()).select_from(rows.limit(sa.bindparam("most")).subquery())


_TAG = _counted(PublicationTag, col(PublicationTag.tag_id) == sa.bindparam("tag_id"))
_AUTHOR = _counted(PublicationAuthor, col(PublicationAuthor.author_slug) == sa.bindparam("author"))
_CHANGED = _counted(
    Publication, col(Publication.changed_at) >= sa.bindparam("since"), visible(Publication, NOW)
)


def _count(tx: ReadTx, statement: Statement, most: int, **values: object) -> int:
    return int(tx.execute(statement, {**values, "most": most}).scalar_one())
