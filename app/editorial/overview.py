"""The editors' view of tags, with the parts that the public does not see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.editorial.tag_merge import carriers
from app.errors import NotFound
from app.models.tag import Tag, TagSlug
from app.public.vocabulary import TagStatus, TagType


@dataclass(frozen=True, slots=True)
class TagOverview:
    """A tag; `used_by` counts the articles that carry it directly, drafts and trash included."""

    id: UUID
    revision: int
    slug: str
    former_slugs: Sequence[str]
    type: TagType
    names: dict[str, str]
    descriptions: dict[str, str]
    synonyms: dict[str, list[str]]
    parent: str | None
    status: TagStatus
    used_by: int
    created_at: datetime
    updated_at: datetime


def tags(tx: ReadTx, now: datetime) -> list[TagOverview]:
    """All tags, in the order of their slugs."""
    return _tags(tx, now, None)


def tag(tx: ReadTx, tag_id: UUID, now: datetime) -> TagOverview:
    """One tag; `NotFound`."""
    tags = _tags(tx, now, tag_id)
    if not tags:
        raise NotFound("tag_not_found", "There is no such tag; it may have been merged.")
    return tags[0]


def _tags(tx: ReadTx, now: datetime, tag_id: UUID | None) -> list[TagOverview]:
    every = carriers(now)
    counts = sa.select(every.c.tag_id, sa.func.count()).group_by(every.c.tag_id)
    former = sa.select(col(TagSlug.tag_id), col(TagSlug.slug)).order_by(col(TagSlug.slug))
    columns: sa.Table = Tag.__table__  # type: ignore[attr-defined]  # SQLModel does not type it
    above = columns.alias()
    statement = sa.select(columns, above.c.slug.label("parent")).outerjoin(
        above, above.c.id == columns.c.parent_id
    )
    if tag_id is not None:
        counts = counts.where(every.c.tag_id == tag_id)
        former = former.where(col(TagSlug.tag_id) == tag_id)
        statement = statement.where(columns.c.id == tag_id)
    used: dict[UUID, int] = dict(tx.execute(counts).all())
    slugs: dict[UUID, list[str]] = {}
    for holder, slug in tx.execute(former):
        slugs.setdefault(holder, []).append(slug)
    return [
        TagOverview(
            id=row.id,
            revision=row.revision,
            slug=row.slug,
            former_slugs=[slug for slug in slugs[row.id] if slug != row.slug],
            type=row.type,
            names=row.names,
            descriptions=row.descriptions,
            synonyms=row.synonyms,
            parent=row.parent,
            status="accepted" if row.accepted else "proposed",
            used_by=used.get(row.id, 0),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in tx.execute(statement.order_by(columns.c.slug))
    ]
