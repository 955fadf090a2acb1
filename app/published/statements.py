"""The SQL of lists of articles, each of which reads one narrow index.

A statement depends only on the filter's shape and on its plan; values are bound. So each statement
is built once, and a page costs only its index walk. The walk uses the list's index, or that of the
first tag clause (one arm per tag of the clause, each with its own limit, united), or the author's;
or a few keys are collected and sorted. `plan` chooses. Other conditions are probes by primary key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.models.publication import Publication, PublicationAuthor, PublicationTag
from app.published.month_columns import month_of, stamp_of
from app.visibility import NOW, visible

Order = Literal["newest", "oldest", "updated", "position"]
"""`position` is an order of pages; articles all have the same place."""
Statement = sa.Select[*tuple[Any, ...]]

SHOWN: Final = (
    col(Publication.id),
    col(Publication.article_id),
    col(Publication.lang),
    col(Publication.translation_group),
    col(Publication.tag_ids),
    col(Publication.item),
    col(Publication.parent_slug),
    col(Publication.related_ids),
)
"""The columns of an item."""


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """The source of a page: walked in the requested order, or collected whole and sorted.

    `list` is the index of the requested order, `tag` that of the filter's first tag clause;
    `changed` and `ids` are always collected.
    """

    source: Literal["list", "tag", "author", "changed", "ids"]
    gathered: bool = False


@dataclass(frozen=True, slots=True)
class QueryShape:
    """The parts of a filter, its order and its cursor that change the text of the statement."""

    plan: QueryPlan
    order: Order
    backwards: bool
    keyed: bool
    arms: int
    all_of: int
    none_of: int
    languages: int
    each_story_once: bool
    author: bool
    ids: bool
    any_kind: bool
    since: bool
    until: str
    gaps: int
    updated_since: bool
    syndicatable: bool


@lru_cache(maxsize=1_000)
def page_statement(shape: QueryShape) -> Statement:
    """One page: each publication's `id`, `article_id`, and `key_at`, by which it is sorted."""
    at = _key_condition(shape, Publication)
    statement: Statement = sa.select(
        col(Publication.id), col(Publication.article_id), at.label("key_at")
    )
    if shape.plan.gathered or shape.plan.source != "list":
        keys: sa.FromClause = _gather_keys(shape) if shape.plan.gathered else _walk_keys(shape)
        statement = statement.select_from(keys).join(
            Publication, keys.c.publication_id == Publication.id
        )
    if shape.plan.gathered or shape.plan.source == "list":
        statement = _apply_filter(statement, shape, Publication)
    return _order_by(statement, shape, Publication)


def _walk_keys(shape: QueryShape) -> sa.Subquery:
    """The keys of one page from the index of an author, or of each tag of a clause."""
    if shape.plan.source == "author":
        return walk_arm(shape, PublicationAuthor, "author").subquery()
    arms = [
        walk_arm(shape, PublicationTag, f"arm_{place}").subquery() for place in range(shape.arms)
    ]
    if len(arms) == 1:
        return arms[0]
    united = sa.union(*(sa.select(arm) for arm in arms)).subquery()
    # Cut to one page before the join, because rows that are sorted with their items cost reads.
    return _order_by(sa.select(united), shape, united.c).subquery()


def walk_arm(shape: QueryShape, source: Any, driver: str) -> Statement:
    """The publications of one tag or author, as many as one page needs."""
    driven = source.tag_id if source is PublicationTag else source.author_slug
    keys = (source.publication_id, source.published_at, source.article_id)
    statement: Statement = sa.select(*(col(key) for key in keys))
    statement = statement.where(col(driven) == sa.bindparam(driver))
    return _order_by(_apply_filter(statement, shape, source), shape, source)


def _gather_keys(shape: QueryShape) -> sa.CTE:
    """All keys of a small source; materialised, so that no planner walks a list instead."""
    source, _ = _plan_source(shape)
    key = _publication_id(source).label("publication_id")
    statement: Statement = sa.select(key).distinct().where(_is_of_kind(shape, source))
    if shape.plan.source == "tag":
        statement = statement.where(col(PublicationTag.tag_id).in_(_expanding_param("all_0")))
    elif shape.plan.source == "author":
        statement = statement.where(col(PublicationAuthor.author_slug) == sa.bindparam("author"))
    elif shape.plan.source == "ids":
        statement = statement.where(col(Publication.article_id).in_(_expanding_param("ids")))
    else:
        statement = statement.where(_changed_since(), visible(source, NOW))
    return statement.cte("gathered").prefix_with("MATERIALIZED")


def _order_by(statement: Statement, shape: QueryShape, source: Any) -> Statement:
    keys = (_key_condition(shape, source), col(source.article_id))
    directions = [key.asc() if is_ascending(shape) else key.desc() for key in keys]
    return statement.order_by(*directions).limit(sa.bindparam("limit"))


@lru_cache(maxsize=1_000)
def count_statement(shape: QueryShape) -> Statement:
    """The number of articles."""
    source, count = _plan_source(shape)
    return _drive_from(_apply_filter(sa.select(count).select_from(source), shape, source), shape)


@lru_cache(maxsize=1_000)
def months_statement(shape: QueryShape, sqlite: bool, zoned: bool) -> Statement:
    """The number of articles in each month."""
    source, count = _plan_source(shape)
    month = stamp_of(source, sqlite) if zoned else month_of(source, sqlite)
    statement = sa.select(month, count).select_from(source).group_by(month)
    return _drive_from(_apply_filter(statement, shape, source), shape)


def edges_statement(shape: QueryShape, edges: Sequence[tuple[datetime, ...]]) -> Statement:
    """The number of articles from each start up to its stop, without those of one instant."""
    source, count = _plan_source(shape)
    names = (sa.column(name, UTCDateTime()) for name in ("start", "stop", "without"))
    edge = sa.values(*names, name="edge").data(list(edges)).cte()
    at = col(source.published_at)
    counted = _drive_from(_apply_filter(sa.select(count).select_from(source), shape, source), shape)
    # A subquery for each edge, because SQLite would join the other way round.
    counted = counted.where(at >= edge.c.start, at < edge.c.stop, at != edge.c.without)
    return sa.select(edge.c.start, counted.correlate(edge).scalar_subquery())


def _plan_source(shape: QueryShape) -> tuple[Any, Any]:
    """The table of a plan's rows, and the expression that counts articles in it."""
    if shape.plan.source == "author":
        return PublicationAuthor, sa.func.count()
    if shape.plan.source != "tag":
        return Publication, sa.func.count()
    if shape.arms == 1:
        return PublicationTag, sa.func.count()
    return PublicationTag, sa.func.count(sa.distinct(col(PublicationTag.publication_id)))


def _drive_from(statement: Statement, shape: QueryShape) -> Statement:
    if shape.plan.source == "author":
        return statement.where(col(PublicationAuthor.author_slug) == sa.bindparam("author"))
    if shape.plan.source == "tag":
        return statement.where(col(PublicationTag.tag_id).in_(_expanding_param("all_0")))
    return statement


def _apply_filter(statement: Statement, shape: QueryShape, source: Any) -> Statement:
    key = _publication_id(source)
    conditions = [_is_of_kind(shape, source), visible(source, NOW)]
    if shape.order == "position":  # written out, because its index holds pages alone
        conditions.append(col(Publication.kind) == sa.literal_column("'page'"))
    conditions += _date_conditions(shape, source)
    wide = shape.ids or shape.updated_since or shape.syndicatable or shape.each_story_once
    if wide and source is not Publication:
        statement = statement.join(Publication, col(Publication.id) == key)
    if shape.languages == 1:
        conditions.append(col(source.lang) == sa.bindparam("lang_0"))
    elif shape.each_story_once:
        conditions.append(first_language(shape.languages))
    elif shape.languages:
        langs: list[Any] = [sa.bindparam(f"lang_{place}") for place in range(shape.languages)]
        conditions.append(col(source.lang).in_(langs))
    if shape.ids:
        conditions.append(col(Publication.article_id).in_(_expanding_param("ids")))
    if shape.updated_since:
        conditions.append(_changed_since(walked=shape.order != "updated"))
    if shape.syndicatable:
        conditions.append(col(Publication.syndicatable).is_(True))
    if shape.author and source is not PublicationAuthor:
        conditions.append(
            sa.exists().where(
                col(PublicationAuthor.publication_id) == key,
                col(PublicationAuthor.author_slug) == sa.bindparam("author"),
            )
        )
    first = 1 if source is PublicationTag else 0
    conditions += [_has_tag(key, f"all_{place}") for place in range(first, shape.all_of)]
    conditions += [~_has_tag(key, f"none_{place}") for place in range(shape.none_of)]
    return statement.where(*conditions)


def _is_of_kind(shape: QueryShape, source: Any) -> ColumnElement[bool]:
    return sa.true() if shape.any_kind else col(source.kind) == sa.bindparam("kind")


def _publication_id(source: Any) -> Any:
    return col(source.id if source is Publication else source.publication_id)


def _changed_since(*, walked: bool = False) -> ColumnElement[bool]:
    """The condition; `walked`: without the index of `changed_at`, by which SQLite would sort."""
    changed: Any = col(Publication.changed_at)
    since = sa.bindparam("updated_since", type_=UTCDateTime())
    return (sa.func.coalesce(changed, changed) if walked else changed) >= since


def _has_tag(key: Any, clause: str) -> ColumnElement[bool]:
    probe = aliased(PublicationTag)
    return sa.exists().where(
        col(probe.publication_id) == key, col(probe.tag_id).in_(_expanding_param(clause))
    )


def _date_conditions(shape: QueryShape, source: Any) -> list[ColumnElement[bool]]:
    date_column = _without_index(shape, col(source.published_at))
    conditions: list[ColumnElement[bool]] = []
    if shape.since:
        conditions.append(date_column >= sa.bindparam("since", type_=UTCDateTime()))
    if shape.until:
        until = sa.bindparam("until", type_=UTCDateTime())
        conditions.append(date_column <= until if shape.until == "<=" else date_column < until)
    for place in range(shape.gaps):
        before = sa.bindparam(f"gap_{place}", type_=UTCDateTime())
        after = sa.bindparam(f"gap_end_{place}", type_=UTCDateTime())
        conditions.append(sa.or_(date_column < before, date_column >= after))
    if shape.keyed:
        row_key = sa.tuple_(_key_condition(shape, source), col(source.article_id))
        start_key = sa.tuple_(
            sa.bindparam("key_at", type_=_key_type(shape)), sa.bindparam("key_id", type_=sa.Uuid())
        )
        conditions.append(row_key > start_key if is_ascending(shape) else row_key < start_key)
    return conditions


def _key_type(shape: QueryShape) -> Any:
    return sa.BigInteger() if shape.order == "position" else UTCDateTime()


def first_language(languages: int) -> ColumnElement[bool]:
    """Whether this is the first of the languages in which its story is visible."""
    choices = []
    for place in range(languages):
        better = aliased(Publication)
        zero, first = (sa.literal_column(number, sa.Integer()) for number in ("0", "1"))
        probe: Statement = sa.select(first).select_from(better)
        probe = probe.where(
            col(better.translation_group) == col(Publication.translation_group),
            col(better.lang).in_([sa.bindparam(f"lang_{n}") for n in range(place)]),
            visible(better, NOW),
        ).correlate(Publication)
        # Below an OR, PostgreSQL would collect all translations first, for each page. It must
        # evaluate a subquery with an offset for each row instead.
        taken = sa.exists(probe.limit(first).offset(zero))
        condition = col(Publication.lang) == sa.bindparam(f"lang_{place}")
        choices.append(sa.and_(condition, ~taken) if place else condition)
    return sa.or_(*choices)


def _key_condition(shape: QueryShape, source: Any) -> Any:
    by_order: dict[Order, Any] = {
        "updated": Publication.changed_at,
        "position": Publication.position,
    }
    return _without_index(shape, col(by_order.get(shape.order, source.published_at)))


def _without_index(shape: QueryShape, column: Any) -> Any:
    """A sort key that no index serves for collected rows: SQLite would walk the list and probe
    them, with millions of steps from a cursor to the last rows of a rare tag."""
    return sa.func.coalesce(column, column) if shape.plan.gathered else column


def is_ascending(shape: QueryShape) -> bool:
    """Whether the walk goes from the oldest to the newest, or from the first place to the last."""
    return (shape.order in ("oldest", "position")) != shape.backwards


def _expanding_param(name: str) -> Any:
    return sa.bindparam(name, expanding=True)
