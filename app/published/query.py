"""The filters of a list of articles, and the shape and values of their SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kit.calendar import Gap
from app.kit.paging import Cursor
from app.public.vocabulary import Kind
from app.published.statements import (
    Order,
    QueryPlan,
    QueryShape,
    Statement,
    count_statement,
    edges_statement,
    is_ascending,
    months_statement,
    page_statement,
)


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """A filter of articles; tag clauses are families of ids, any of which satisfies its clause."""

    kind: Kind = "article"
    any_kind: bool = False  # of a filter with `ids`: articles and pages
    languages: tuple[str, ...] = ()
    each_story_once: bool = False  # in the first of the languages; else in any of them
    all_of: tuple[tuple[UUID, ...], ...] = ()
    none_of: tuple[tuple[UUID, ...], ...] = ()
    author: str | None = None
    ids: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    until_inclusive: bool = False
    gaps: tuple[Gap, ...] = ()  # excluded intervals between the two
    updated_since: datetime | None = None
    syndicatable: bool = False


def page_of(
    filters: ArticleFilter,
    plan: QueryPlan,
    order: Order,
    cursor: Cursor | None,
    limit: int,
    now: datetime,
) -> tuple[Statement, dict[str, Any]]:
    """The statement of one page and its parameters; `limit` rows in the order of the walk.

    A row has the publication's `id`, its `article_id`, and `key_at`, the instant (or the position)
    by which the list is ordered.
    """
    values = query_values(filters, now) | {"limit": limit}
    if cursor is not None:
        values |= {"key_at": _start_key(order, cursor), "key_id": cursor.id}
    return page_statement(query_shape(filters, plan, order, cursor)), values


def _start_key(order: Order, cursor: Cursor) -> datetime | int:
    return cursor.number if order == "position" else cursor.at


def count_of(
    filters: ArticleFilter, plan: QueryPlan, now: datetime
) -> tuple[Statement, dict[str, Any]]:
    """The statement of the total and its parameters."""
    order: Order = "updated" if plan.source == "changed" else "newest"
    return count_statement(query_shape(filters, plan, order, None)), query_values(filters, now)


def months_of(
    filters: ArticleFilter, plan: QueryPlan, now: datetime, *, sqlite: bool, zoned: bool
) -> tuple[Statement, dict[str, Any]]:
    """The statement of the totals by UTC month (`YYYY-MM`), or with `zoned` by `stamp_of`."""
    shape = query_shape(filters, plan, "newest", None)
    return months_statement(shape, sqlite, zoned), query_values(filters, now)


def edges_of(
    filters: ArticleFilter, plan: QueryPlan, now: datetime, edges: Sequence[tuple[datetime, ...]]
) -> tuple[Statement, dict[str, Any]]:
    """The statement of the totals from each start up to its stop, without those of one instant."""
    shape = query_shape(filters, plan, "newest", None)
    return edges_statement(shape, edges), query_values(filters, now)


def query_shape(
    filters: ArticleFilter, plan: QueryPlan, order: Order, cursor: Cursor | None
) -> QueryShape:
    """The parts of a filter that decide the text of a statement."""
    shape = QueryShape(
        plan=plan,
        order=order,
        backwards=cursor is not None and cursor.backwards,
        keyed=cursor is not None,
        arms=len(filters.all_of[0]) if plan.source == "tag" else 0,
        all_of=len(filters.all_of),
        none_of=len(filters.none_of),
        languages=len(filters.languages),
        each_story_once=filters.each_story_once,
        author=filters.author is not None,
        ids=bool(filters.ids),
        any_kind=filters.any_kind,
        since=filters.since is not None,
        until="" if filters.until is None else "<=" if filters.until_inclusive else "<",
        gaps=len(filters.gaps),
        updated_since=filters.updated_since is not None,
        syndicatable=filters.syndicatable,
    )
    return shape if cursor is None else _drop_passed_bound(shape, filters, cursor)


def _drop_passed_bound(shape: QueryShape, filters: ArticleFilter, cursor: Cursor) -> QueryShape:
    """The shape without the bound that the cursor has passed already.

    With two bounds on one side, SQLite may seek to the wrong one and walk from there.
    """
    if shape.order == "position":
        return shape
    if shape.order == "updated":
        past = filters.updated_since is not None and cursor.at > filters.updated_since
        return replace(shape, updated_since=False) if past and is_ascending(shape) else shape
    if is_ascending(shape):
        past = filters.since is not None and cursor.at > filters.since
        return replace(shape, since=False) if past else shape
    past = filters.until is not None and cursor.at < filters.until
    return replace(shape, until="") if past else shape


def query_values(filters: ArticleFilter, now: datetime) -> dict[str, Any]:
    """The values of a filter, by the names that statements give them."""
    values: dict[str, Any] = {"now": now, "kind": filters.kind}
    for place, lang in enumerate(filters.languages):
        values[f"lang_{place}"] = lang
    for place, clause in enumerate(filters.all_of):
        values[f"all_{place}"] = list(clause)
    for place, tag_id in enumerate(filters.all_of[0] if filters.all_of else ()):
        values[f"arm_{place}"] = tag_id
    for place, clause in enumerate(filters.none_of):
        values[f"none_{place}"] = list(clause)
    values |= {"author": filters.author, "ids": list(filters.ids)}
    values |= {"since": filters.since, "until": filters.until}
    for place, (start, end) in enumerate(filters.gaps):
        values |= {f"gap_{place}": start, f"gap_end_{place}": end}
    return values | {"updated_since": filters.updated_since}
