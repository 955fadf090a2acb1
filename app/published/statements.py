"""The SQL of lists of articles, which reads one narrow index for each.

A statement depends on the filter's shape and on its plan alone; values are bound. So each is
built once, and a page costs what its index walk costs. The walk is of the list's index, or of the
first tag clause's (one arm per tag of the clause, each with its own limit, united), or of the
author's; or a few keys are gathered and then sorted. The other conditions are probes by primary
key. Which it is to be, `plan` chooses.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.models.publication import Publication, PublicationAuthor, PublicationTag
from app.visibility import NOW, visible

Order = Literal["newest", "oldest", "updated"]
Statement = sa.Select[*tuple[Any, ...]]

SHOWN: Final = (
    col(Publication.id),
    col(Publication.article_id),
    col(Publication.lang),
    col(Publication.translation_group),
    col(Publication.tag_ids),
    col(Publication.item),
)
"""What an item is made of."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a page is read from: walked in the order asked for, or gathered whole and sorted.

    `list` is the index of the order asked for, `tag` that of the filter's first tag clause;
    `changed` and `ids` are always gathered.
    """

    source: Literal["list", "tag", "author", "changed", "ids"]
    gathered: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a filter, its order and its cursor that changes the text of the statement."""

    plan: Plan
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
    since: bool
    until: str
    updated_since: bool
    syndicatable: bool


@lru_cache(maxsize=1_000)
def page_statement(shape: Shape) -> Statement:
    """One page: `id` of each publication, `article_id`, and `key_at` by which it is ordered."""
    at = _key(shape, Publication)
    statement: Statement = sa.select(
        col(Publication.id), col(Publication.article_id), at.label("key_at")
    )
    if shape.plan.gathered or shape.plan.source != "list":
        keys: sa.FromClause = _gathered(shape) if shape.plan.gathered else _walked(shape)
        statement = statement.select_from(keys).join(
            Publication, keys.c.publication_id == Publication.id
        )
    if shape.plan.gathered or shape.plan.source == "list":
        statement = _filtered(statement, shape, Publication)
    return _ordered(statement, shape, Publication)


def _walked(shape: Shape) -> sa.Subquery:
    """The keys of one page from the list of an author, or of each tag of a clause."""
    if shape.plan.source == "author":
        return _arm(shape, PublicationAuthor, "author").subquery()
    arms = [_arm(shape, PublicationTag, f"arm_{place}").subquery() for place in range(shape.arms)]
    if len(arms) == 1:
        return arms[0]
    united = sa.union(*(sa.select(arm) for arm in arms)).subquery()
    # Cut to one page before the join: what is sorted with its item is read for nothing.
    return _ordered(sa.select(united), shape, united.c).subquery()


def _arm(shape: Shape, source: Any, driver: str) -> Statement:
    """The publications of one tag or author, as far as one page needs them."""
    driven = source.tag_id if source is PublicationTag else source.author_slug
    keys = (source.publication_id, source.published_at, source.article_id)
    statement: Statement = sa.select(*(col(key) for key in keys))
    statement = statement.where(col(driven) == sa.bindparam(driver))
    return _ordered(_filtered(statement, shape, source), shape, source)


def _gathered(shape: Shape) -> sa.CTE:
    """All keys of a source that has few; materialised, so that no planner walks a list instead."""
    source, _ = _source(shape)
    kind = col(source.kind) == sa.bindparam("kind")
    key = _publication_id(source).label("publication_id")
    statement: Statement = sa.select(key).distinct().where(kind)
    if shape.plan.source == "tag":
        statement = statement.where(col(PublicationTag.tag_id).in_(_several("all_0")))
    elif shape.plan.source == "author":
        statement = statement.where(col(PublicationAuthor.author_slug) == sa.bindparam("author"))
    elif shape.plan.source == "ids":
        statement = statement.where(col(Publication.article_id).in_(_several("ids")))
    else:
        statement = statement.where(_changed_since(), visible(source, NOW))
    return statement.cte("gathered").prefix_with("MATERIALIZED")


def _ordered(statement: Statement, shape: Shape, source: Any) -> Statement:
    keys = (_key(shape, source), col(source.article_id))
    directions = [key.asc() if ascends(shape) else key.desc() for key in keys]
    return statement.order_by(*directions).limit(sa.bindparam("limit"))


@lru_cache(maxsize=1_000)
def count_statement(shape: Shape) -> Statement:
    """How many articles."""
    source, counted = _source(shape)
    return _driven(_filtered(sa.select(counted).select_from(source), shape, source), shape)


@lru_cache(maxsize=1_000)
def months_statement(shape: Shape, sqlite: bool) -> Statement:
    """How many articles in each UTC month."""
    source, counted = _source(shape)
    month = month_of(source, sqlite)
    statement = sa.select(month, counted).select_from(source).group_by(month)
    return _driven(_filtered(statement, shape, source), shape)


def month_of(source: Any, sqlite: bool) -> Any:
    """The UTC month of the date shown, `YYYY-MM`."""
    shown = col(source.published_at)
    month: Any = sa.func.substr(sa.type_coerce(shown, sa.String()), 1, 7)
    if not sqlite:
        month = sa.func.to_char(sa.func.timezone("UTC", shown), sa.literal_column("'YYYY-MM'"))
    return month.label("month")


def _source(shape: Shape) -> tuple[Any, Any]:
    """The table of a plan's rows, and how to count articles in it."""
    if shape.plan.source == "author":
        return PublicationAuthor, sa.func.count()
    if shape.plan.source != "tag":
        return Publication, sa.func.count()
    if shape.arms == 1:
        return PublicationTag, sa.func.count()
    return PublicationTag, sa.func.count(sa.distinct(col(PublicationTag.publication_id)))


def _driven(statement: Statement, shape: Shape) -> Statement:
    if shape.plan.source == "author":
        return statement.where(col(PublicationAuthor.author_slug) == sa.bindparam("author"))
    if shape.plan.source == "tag":
        return statement.where(col(PublicationTag.tag_id).in_(_several("all_0")))
    return statement


def _filtered(statement: Statement, shape: Shape, source: Any) -> Statement:
    key = _publication_id(source)
    conditions = [col(source.kind) == sa.bindparam("kind"), visible(source, NOW)]
    conditions += _dates(shape, source)
    wide = shape.ids or shape.updated_since or shape.syndicatable or shape.each_story_once
    if wide and source is not Publication:
        statement = statement.join(Publication, col(Publication.id) == key)
    if shape.languages == 1:
        conditions.append(col(source.lang) == sa.bindparam("lang_0"))
    elif shape.each_story_once:
        conditions.append(_fallback(shape.languages))
    elif shape.languages:
        spoken: list[Any] = [sa.bindparam(f"lang_{place}") for place in range(shape.languages)]
        conditions.append(col(source.lang).in_(spoken))
    if shape.ids:
        conditions.append(col(Publication.article_id).in_(_several("ids")))
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
    conditions += [_tagged(key, f"all_{place}") for place in range(first, shape.all_of)]
    conditions += [~_tagged(key, f"none_{place}") for place in range(shape.none_of)]
    return statement.where(*conditions)


def _publication_id(source: Any) -> Any:
    return col(source.id if source is Publication else source.publication_id)


def _changed_since(*, walked: bool = False) -> ColumnElement[bool]:
    """With `walked` no index of `changed_at` serves it: SQLite would sort all that it finds."""
    changed: Any = col(Publication.changed_at)
    since = sa.bindparam("updated_since", type_=UTCDateTime())
    return (sa.func.coalesce(changed, changed) if walked else changed) >= since


def _tagged(key: Any, clause: str) -> ColumnElement[bool]:
    probe = aliased(PublicationTag)
    return sa.exists().where(
        col(probe.publication_id) == key, col(probe.tag_id).in_(_several(clause))
    )


def _dates(shape: Shape, source: Any) -> list[ColumnElement[bool]]:
    shown = _unindexed(shape, col(source.published_at))
    conditions: list[ColumnElement[bool]] = []
    if shape.since:
        conditions.append(shown >= sa.bindparam("since", type_=UTCDateTime()))
    if shape.until:
        until = sa.bindparam("until", type_=UTCDateTime())
        conditions.append(shown <= until if shape.until == "<=" else shown < until)
    if shape.keyed:
        here = sa.tuple_(_key(shape, source), col(source.article_id))
        there = sa.tuple_(
            sa.bindparam("key_at", type_=UTCDateTime()), sa.bindparam("key_id", type_=sa.Uuid())
        )
        conditions.append(here > there if ascends(shape) else here < there)
    return conditions


def _fallback(languages: int) -> ColumnElement[bool]:
    """Each story once: in the first of the languages in which it is visible."""
    choices = []
    for place in range(languages):
        better = aliased(Publication)
        zero, one = (sa.literal_column(number, sa.Integer()) for number in ("0", "1"))
        probe: Statement = sa.select(one).select_from(better)
        probe = probe.where(
            col(better.translation_group) == col(Publication.translation_group),
            col(better.lang).in_([sa.bindparam(f"lang_{n}") for n in range(place)]),
            visible(better, NOW),
        ).correlate(Publication)
        # Below an OR, PostgreSQL would first gather all translations that there are, for each
        # page; a subquery with an offset it has to ask for each row that it comes to.
        taken = sa.exists(probe.limit(one).offset(zero))
        chosen = col(Publication.lang) == sa.bindparam(f"lang_{place}")
        choices.append(sa.and_(chosen, ~taken) if place else chosen)
    return sa.or_(*choices)


def _key(shape: Shape, source: Any) -> Any:
    by_change = shape.order == "updated"
    return _unindexed(shape, col(Publication.changed_at if by_change else source.published_at))


def _unindexed(shape: Shape, column: Any) -> Any:
    """Of what is gathered, no index serves the order: SQLite would walk the list and ask at each
    step whether it was gathered, millions of steps from a cursor to the last rows of a rare tag."""
    return sa.func.coalesce(column, column) if shape.plan.gathered else column


def ascends(shape: Shape) -> bool:
    """The walk goes from the oldest to the newest."""
    return (shape.order == "oldest") != shape.backwards


def _several(name: str) -> Any:
    return sa.bindparam(name, expanding=True)
