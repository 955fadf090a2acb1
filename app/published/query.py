"""The filters of a list of articles: what is asked for, and the shape and values of its SQL."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kit.paging import Cursor
from app.public.vocabulary import Kind
from app.published.statements import (
    Order,
    Plan,
    Shape,
    Statement,
    ascends,
    count_statement,
    months_statement,
    page_statement,
)


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; tag clauses are families of ids, any of which satisfies its clause."""

    kind: Kind = "article"
    languages: tuple[str, ...] = ()
    each_story_once: bool = False  # in the first of the languages; else in any of them
    all_of: tuple[tuple[UUID, ...], ...] = ()
    none_of: tuple[tuple[UUID, ...], ...] = ()
    author: str | None = None
    ids: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    until_inclusive: bool = False
    updated_since: datetime | None = None
    syndicatable: bool = False


def page_of(
    chosen: ArticleFilter,
    plan: Plan,
    order: Order,
    cursor: Cursor | None,
    limit: int,
    now: datetime,
) -> tuple[Statement, dict[str, Any]]:
    """The statement of one page and its parameters; `limit` rows in the order of the walk.

    A row has the publication's `id`, its `article_id`, and `key_at`, the instant by which the list
    is ordered.
    """
    values = _values(chosen, now) | {"limit": limit}
    if cursor is not None:
        values |= {"key_at": cursor.at, "key_id": cursor.id}
    return page_statement(_shape(chosen, plan, order, cursor)), values


def count_of(chosen: ArticleFilter, plan: Plan, now: datetime) -> tuple[Statement, dict[str, Any]]:
    """The statement of the total and its parameters."""
    return count_statement(_shape(chosen, plan, "newest", None)), _values(chosen, now)


def months_of(
    chosen: ArticleFilter, plan: Plan, now: datetime, *, sqlite: bool
) -> tuple[Statement, dict[str, Any]]:
    """The statement of the totals per UTC month (`YYYY-MM`) and its parameters."""
    return months_statement(_shape(chosen, plan, "newest", None), sqlite), _values(chosen, now)


def _shape(chosen: ArticleFilter, plan: Plan, order: Order, cursor: Cursor | None) -> Shape:
    shape = Shape(
        plan=plan,
        order=order,
        backwards=cursor is not None and cursor.backwards,
        keyed=cursor is not None,
        arms=len(chosen.all_of[0]) if plan.source == "tag" else 0,
        all_of=len(chosen.all_of),
        none_of=len(chosen.none_of),
        languages=len(chosen.languages),
        each_story_once=chosen.each_story_once,
        author=chosen.author is not None,
        ids=bool(chosen.ids),
        since=chosen.since is not None,
        until="" if chosen.until is None else "<=" if chosen.until_inclusive else "<",
        updated_since=chosen.updated_since is not None,
        syndicatable=chosen.syndicatable,
    )
    return shape if cursor is None else _beyond(shape, chosen, cursor)


def _beyond(shape: Shape, chosen: ArticleFilter, cursor: Cursor) -> Shape:
    """Without the bound that the cursor is past already.

    Of two bounds on one side SQLite may seek to the wrong one, and walk from there.
    """
    if shape.order == "updated":
        past = chosen.updated_since is not None and cursor.at > chosen.updated_since
        return replace(shape, updated_since=False) if past and ascends(shape) else shape
    if ascends(shape):
        past = chosen.since is not None and cursor.at > chosen.since
        return replace(shape, since=False) if past else shape
    past = chosen.until is not None and cursor.at < chosen.until
    return replace(shape, until="") if past else shape


def _values(chosen: ArticleFilter, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"now": now, "kind": chosen.kind}
    for place, lang in enumerate(chosen.languages):
        values[f"lang_{place}"] = lang
    for place, clause in enumerate(chosen.all_of):
        values[f"all_{place}"] = list(clause)
    for place, tag_id in enumerate(chosen.all_of[0] if chosen.all_of else ()):
        values[f"arm_{place}"] = tag_id
    for place, clause in enumerate(chosen.none_of):
        values[f"none_{place}"] = list(clause)
    values |= {"author": chosen.author, "ids": list(chosen.ids)}
    values |= {"since": chosen.since, "until": chosen.until}
    return values | {"updated_since": chosen.updated_since}
