"""The filters of a list of articles, and the SQL that walks one narrow index for them.

The statement depends on the filter's shape alone; values are bound. So each shape is built once
and the list costs what its index walk costs. It is driven from the rarest tag clause (one arm per
tag of the clause, each with its own limit, united), else from the author, else from the list
index. The other conditions are probes by primary key.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.kit.paging import Cursor
from app.models.publication import Publication, PublicationAuthor, PublicationTag
from app.public.vocabulary import Kind
from app.visibility import NOW, visible

Order = Literal["newest", "oldest", "updated"]


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; tag clauses are families of ids, any of which satisfies its clause."""

    kind: Kind = "article"
    languages: tuple[str, ...] = ()
    all_of: tuple[tuple[UUID, ...], ...] = ()
    none_of: tuple[tuple[UUID, ...], ...] = ()
    author: str | None = None
    ids: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    until_inclusive: bool = False
    updated_since: datetime | None = None
    syndicatable: bool = False


@dataclass(frozen=True, slots=True)
class _Shape:
    order: Order
    backwards: bool
    keyed: bool
    arms: int
    all_of: int
    none_of: int
    languages: int
    author: bool
    ids: bool
    since: bool
    until: str
    updated_since: bool
    syndicatable: bool


def page_of(
    chosen: ArticleFilter, order: Order, cursor: Cursor | None, limit: int, now: datetime
) -> tuple[sa.Select[*tuple[Any, ...]], dict[str, Any]]:
    """The statement of one page and its parameters; `limit` rows in the order of the walk."""
    shape = _shape(chosen, order, cursor)
    values = _values(chosen, now) | {"limit": limit}
    if cursor is not None:
        values |= {"key_at": cursor.at, "key_id": cursor.id}
    return _page_statement(shape), values


def count_of(
    chosen: ArticleFilter, now: datetime
) -> tuple[sa.Select[*tuple[Any, ...]], dict[str, Any]]:
    """The statement of the total and its parameters."""
    return _count_statement(_shape(chosen, "newest", None)), _values(chosen, now)


def months_of(
    chosen: ArticleFilter, now: datetime, *, sqlite: bool
) -> tuple[sa.Select[*tuple[Any, ...]], dict[str, Any]]:
    """The statement of the totals per UTC month (`YYYY-MM`) and its parameters."""
    return _months_statement(_shape(chosen, "newest", None), sqlite), _values(chosen, now)


def _shape(chosen: ArticleFilter, order: Order, cursor: Cursor | None) -> _Shape:
    return _Shape(
        order=order,
        backwards=cursor is not None and cursor.backwards,
        keyed=cursor is not None,
        arms=len(chosen.all_of[0]) if chosen.all_of and order != "updated" else 0,
        all_of=len(chosen.all_of),
        none_of=len(chosen.none_of),
        languages=len(chosen.languages),
        author=chosen.author is not None,
        ids=bool(chosen.ids),
        since=chosen.since is not None,
        until="" if chosen.until is None else "<=" if chosen.until_inclusive else "<",
        updated_since=chosen.updated_since is not None,
        syndicatable=chosen.syndicatable,
    )


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


@lru_cache(maxsize=1_000)
def _page_statement(shape: _Shape) -> sa.Select[*tuple[Any, ...]]:
    at = _key(shape, Publication)
    directions = [
        c.asc() if _ascends(shape) else c.desc() for c in (at, col(Publication.article_id))
    ]
    statement: sa.Select[*tuple[Any, ...]] = sa.select(
        col(Publication.article_id),
        at,
        col(Publication.lang),
        col(Publication.translation_group),
        col(Publication.tag_ids),
        col(Publication.item),
        col(Publication.id),
    ).order_by(*directions)
    if shape.arms:
        arms = [_keys(shape, PublicationTag, f"arm_{place}") for place in range(shape.arms)]
        united = arms[0] if len(arms) == 1 else sa.union(*(sa.select(a.subquery()) for a in arms))
        keys = united.subquery()
    elif shape.author and shape.order != "updated":
        keys = _keys(shape, PublicationAuthor, "author").subquery()
    else:
        return _filtered(statement, shape, Publication).limit(sa.bindparam("limit"))
    return statement.join(keys, keys.c.key == Publication.id).limit(sa.bindparam("limit"))


def _keys(shape: _Shape, source: Any, driver: str) -> sa.Select[*tuple[Any, ...]]:
    """The publications of one tag or author, as far as one page needs them."""
    at = _key(shape, source)
    directions = [c.asc() if _ascends(shape) else c.desc() for c in (at, col(source.article_id))]
    driven = source.tag_id if source is PublicationTag else source.author_slug
    statement: sa.Select[*tuple[Any, ...]] = sa.select(
        col(source.publication_id).label("key")
    ).where(col(driven) == sa.bindparam(driver))
    return _filtered(statement, shape, source).order_by(*directions).limit(sa.bindparam("limit"))


@lru_cache(maxsize=1_000)
def _count_statement(shape: _Shape) -> sa.Select[*tuple[Any, ...]]:
    source, counted = _counted(shape)
    return _driven(_filtered(sa.select(counted).select_from(source), shape, source), shape)


@lru_cache(maxsize=1_000)
def _months_statement(shape: _Shape, sqlite: bool) -> sa.Select[*tuple[Any, ...]]:
    source, counted = _counted(shape)
    shown = col(source.published_at)
    month: Any = sa.func.substr(sa.type_coerce(shown, sa.String()), 1, 7)
    if not sqlite:
        month = sa.func.to_char(sa.func.timezone("UTC", shown), sa.literal_column("'YYYY-MM'"))
    month = month.label("month")
    statement = sa.select(month, counted).select_from(source).group_by(month)
    return _driven(_filtered(statement, shape, source), shape)


def _counted(shape: _Shape) -> tuple[Any, Any]:
    """Where to count and what: a tag's own rows when there is a clause to drive from."""
    if shape.arms:
        return PublicationTag, sa.func.count(sa.distinct(col(PublicationTag.publication_id)))
    return Publication, sa.func.count()


def _driven(statement: sa.Select[*tuple[Any, ...]], shape: _Shape) -> sa.Select[*tuple[Any, ...]]:
    if shape.arms:
        return statement.where(col(PublicationTag.tag_id).in_(_several("all_0")))
    return statement


def _filtered(
    statement: sa.Select[*tuple[Any, ...]], shape: _Shape, source: Any
) -> sa.Select[*tuple[Any, ...]]:
    key = source.id if source is Publication else source.publication_id
    conditions = [col(source.kind) == sa.bindparam("kind"), visible(source, NOW)]
    conditions += _dates(shape, source)
    wide = shape.ids or shape.updated_since or shape.syndicatable or shape.languages > 1
    if wide and source is not Publication:
        statement = statement.join(Publication, col(Publication.id) == key)
    if shape.languages == 1:
        conditions.append(col(source.lang) == sa.bindparam("lang_0"))
    elif shape.languages:
        conditions.append(_fallback(shape.languages))
    if shape.ids:
        conditions.append(col(Publication.article_id).in_(_several("ids")))
    if shape.updated_since:
        since = sa.bindparam("updated_since", type_=UTCDateTime())
        conditions.append(col(Publication.changed_at) >= since)
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


def _tagged(key: Any, clause: str) -> ColumnElement[bool]:
    probe = aliased(PublicationTag)
    return sa.exists().where(
        col(probe.publication_id) == key, col(probe.tag_id).in_(_several(clause))
    )


def _dates(shape: _Shape, source: Any) -> list[ColumnElement[bool]]:
    shown = col(source.published_at)
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
        conditions.append(here > there if _ascends(shape) else here < there)
    return conditions


def _fallback(languages: int) -> ColumnElement[bool]:
    """Each story once: in the first of the languages in which it is visible."""
    choices = []
    for place in range(languages):
        better = aliased(Publication)
        taken = sa.exists().where(
            col(better.translation_group) == col(Publication.translation_group),
            col(better.lang).in_([sa.bindparam(f"lang_{n}") for n in range(place)]),
            visible(better, NOW),
        )
        chosen = col(Publication.lang) == sa.bindparam(f"lang_{place}")
        choices.append(sa.and_(chosen, ~taken) if place else chosen)
    return sa.or_(*choices)


def _key(shape: _Shape, source: Any) -> Any:
    return col(Publication.changed_at if shape.order == "updated" else source.published_at)


def _ascends(shape: _Shape) -> bool:
    return (shape.order == "oldest") != shape.backwards


def _several(name: str) -> Any:
    return sa.bindparam(name, expanding=True)
