"""Everything that is or was public, in the order of its last change, for harvesters."""

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
from app.published.cache import Tags
from app.visibility import visible, was_visible


@dataclass(frozen=True, slots=True)
class HarvestedArticle:
    """An article as it is; or with `item` None, an article that is gone since `stamp`."""

    id: UUID
    stamp: datetime
    tag_ids: tuple[UUID, ...]
    item: bytes | None


@dataclass(frozen=True, slots=True)
class HarvestRange:
    """Articles from an instant until before another, under any of some tags, after a place."""

    since: datetime | None = None
    until: datetime | None = None
    tags: tuple[UUID, ...] = ()
    after: tuple[datetime, UUID] | None = None


def list_harvested(
    tx: ReadTx, tags: Tags, harvest_range: HarvestRange, now: datetime, most: int
) -> list[HarvestedArticle]:
    """The first articles of a range. An article that changes meanwhile occurs again, later."""
    kind: Any = col(Publication.kind)
    live = _changed_arm(col(Publication.changed_at), harvest_range).where(
        kind == "article", visible(Publication, now)
    )
    shown = tx.execute(live.limit(most)).all()
    later = aliased(Publication)
    superseded = sa.exists().where(
        col(later.article_id) == col(Publication.article_id),
        was_visible(later, now),
        col(later.visible_from) > col(Publication.visible_from),
    )
    endings = _changed_arm(col(Publication.visible_until), harvest_range).where(
        # SQLite would read the whole index of kinds; this makes it use the index of ends.
        sa.func.coalesce(kind, kind) == "article",
        was_visible(Publication, now),
        # What ended after the last one that is shown comes on a later page. Most ends are those of
        # texts that were superseded, and they are passed over one by one.
        col(Publication.visible_until) <= (shown[-1].stamp if len(shown) == most else now),
        # SQLite uses its partial index only when its condition is written out.
        col(Publication.visible_until) < FOREVER,
        ~superseded,
    )
    gone = tx.execute(endings.limit(most)).all()
    rows = sorted((*shown, *gone), key=lambda row: (row.stamp, row.article_id))[:most]
    return _to_harvested(tx, tags, rows, now)


def get_harvested(
    tx: ReadTx, tags: Tags, article_id: UUID, now: datetime
) -> HarvestedArticle | None:
    """One article that is or was public."""
    statement = (
        sa.select(*_COLUMNS, col(Publication.changed_at), col(Publication.visible_until))
        .where(
            col(Publication.article_id) == article_id,
            col(Publication.kind) == "article",
            was_visible(Publication, now),
        )
        .order_by(col(Publication.visible_from).desc())
        .limit(1)
    )
    row: Any = tx.execute(statement).first()
    if row is None:
        return None
    item = articles.by_ids(tx, tags, [article_id], now).get(article_id)
    stamp = row.visible_until if item is None else row.changed_at
    return HarvestedArticle(article_id, stamp, _parse_ids(row.tag_ids), item)


_COLUMNS = (col(Publication.article_id), col(Publication.tag_ids))


def _changed_arm(change_time: Any, harvest_range: HarvestRange) -> Any:
    stamp = sa.type_coerce(change_time, UTCDateTime()).label("stamp")
    arm = sa.select(*_COLUMNS, stamp)
    if harvest_range.since is not None:
        arm = arm.where(change_time >= harvest_range.since)
    if harvest_range.until is not None:
        arm = arm.where(change_time < harvest_range.until)
    if harvest_range.after is not None:
        place = sa.tuple_(change_time, col(Publication.article_id))
        start = (
            sa.literal(harvest_range.after[0], UTCDateTime()),
            sa.literal(harvest_range.after[1], sa.Uuid()),
        )
        arm = arm.where(place > sa.tuple_(*start))
    if harvest_range.tags:
        carries = sa.exists().where(
            col(PublicationTag.publication_id) == col(Publication.id),
            col(PublicationTag.tag_id).in_(harvest_range.tags),
        )
        arm = arm.where(carries)
    return arm.order_by(change_time, col(Publication.article_id))


def _to_harvested(
    tx: ReadTx, tags: Tags, rows: Sequence[Any], now: datetime
) -> list[HarvestedArticle]:
    items = articles.by_ids(tx, tags, [row.article_id for row in rows], now)
    return [
        HarvestedArticle(
            row.article_id, row.stamp, _parse_ids(row.tag_ids), items.get(row.article_id)
        )
        for row in rows
    ]


def _parse_ids(text: str) -> tuple[UUID, ...]:
    return tuple(UUID(key) for key in from_json(text))
