"""Everything that is or was public, in the order in which it last changed, for harvesters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.database import ReadTx
from app.kit.clock import FOREVER
from app.models.publication import Publication, PublicationTag
from app.published import articles
from app.published.memory import Tags
from app.visibility import visible, was_visible


@dataclass(frozen=True, slots=True)
class Harvested:
    """An article as it is, or (`item` is None) as one that has gone since `stamp`."""

    id: UUID
    stamp: datetime
    tag_ids: tuple[UUID, ...]
    item: bytes | None


@dataclass(frozen=True, slots=True)
class Range:
    """From an instant until before another one, under any of some tags, after a place."""

    since: datetime | None = None
    until: datetime | None = None
    tags: tuple[UUID, ...] = ()
    after: tuple[datetime, UUID] | None = None


def harvest(tx: ReadTx, tags: Tags, asked: Range, now: datetime, most: int) -> list[Harvested]:
    """The first articles of a range. One that changes meanwhile comes again, later."""
    kind: Any = col(Publication.kind)
    live = _arm(col(Publication.changed_at), asked).where(
        kind == "article", visible(Publication, now)
    )
    later = aliased(Publication)
    superseded = sa.exists().where(
        col(later.article_id) == col(Publication.article_id),
        was_visible(later, now),
        col(later.visible_from) > col(Publication.visible_from),
    )
    gone = _arm(col(Publication.visible_until), asked).where(
        # Not by an index of kinds, which SQLite would walk whole: by the one of ends.
        sa.func.coalesce(kind, kind) == "article",
        was_visible(Publication, now),
        col(Publication.visible_until) <= now,
        # Named for SQLite, which else would not know that its partial index serves.
        col(Publication.visible_until) < FOREVER,
        ~superseded,
    )
    arms = [sa.select(arm.limit(most).subquery()) for arm in (live, gone)]
    both = sa.union_all(*arms).subquery()
    ordered = sa.select(both).order_by(both.c.stamp, both.c.article_id).limit(most)
    return _whole(tx, tags, tx.execute(ordered).all(), now)


def one(tx: ReadTx, tags: Tags, article_id: UUID, now: datetime) -> Harvested | None:
    """One article that is or was public."""
    found = (
        sa.select(*_COLUMNS, col(Publication.changed_at), col(Publication.visible_until))
        .where(
            col(Publication.article_id) == article_id,
            col(Publication.kind) == "article",
            was_visible(Publication, now),
        )
        .order_by(col(Publication.visible_from).desc())
        .limit(1)
    )
    row: Any = tx.execute(found).first()
    if row is None:
        return None
    item = articles.by_ids(tx, tags, [article_id], now).get(article_id)
    stamp = row.visible_until if item is None else row.changed_at
    return Harvested(article_id, stamp, _ids(row.tag_ids), item)


_COLUMNS = (col(Publication.article_id), col(Publication.tag_ids))


def _arm(changed: Any, asked: Range) -> Any:
    stamp = sa.type_coerce(changed, UTCDateTime()).label("stamp")
    arm = sa.select(*_COLUMNS, stamp)
    if asked.since is not None:
        arm = arm.where(changed >= asked.since)
    if asked.until is not None:
        arm = arm.where(changed < asked.until)
    if asked.after is not None:
        here = sa.tuple_(changed, col(Publication.article_id))
        there = (
            sa.literal(asked.after[0], UTCDateTime()),
            sa.literal(asked.after[1], sa.Uuid()),
        )
        arm = arm.where(here > sa.tuple_(*there))
    if asked.tags:
        carries = sa.exists().where(
            col(PublicationTag.publication_id) == col(Publication.id),
            col(PublicationTag.tag_id).in_(asked.tags),
        )
        arm = arm.where(carries)
    return arm.order_by(changed, col(Publication.article_id))


def _whole(tx: ReadTx, tags: Tags, rows: Sequence[Any], now: datetime) -> list[Harvested]:
    items = articles.by_ids(tx, tags, [row.article_id for row in rows], now)
    return [
        Harvested(row.article_id, row.stamp, _ids(row.tag_ids), items.get(row.article_id))
        for row in rows
    ]


def _ids(text: str) -> tuple[UUID, ...]:
    return tuple(UUID(key) for key in from_json(text))
