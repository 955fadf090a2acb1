"""The stored media, as editors see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import NotFound
from app.models.media import Media, MediaUse, Rendition


@dataclass(frozen=True, slots=True)
class MediumDetail:
    """A medium with its files, and the articles whose working copies show it."""

    media: Media
    files: Sequence[Rendition]
    used_by: Sequence[UUID]


def get_medium(tx: ReadTx, media_id: UUID) -> MediumDetail:
    """One medium; `NotFound` when there is none."""
    media = list_media(tx, only=media_id)
    if not media:
        raise media_not_found()
    return media[0]


def list_media(
    tx: ReadTx,
    *,
    kind: str | None = None,
    before: UUID | None = None,
    limit: int = 1,
    only: UUID | None = None,
) -> list[MediumDetail]:
    """Media, the newest first, after the id `before`; lists leave out erased media."""
    statement = sa.select(Media.__table__).order_by(col(Media.id).desc()).limit(limit)  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    if only is not None:
        statement = statement.where(col(Media.id) == only)
    else:
        statement = statement.where(col(Media.erased_at).is_(None))
    if kind is not None:
        statement = statement.where(col(Media.kind) == kind)
    if before is not None:
        statement = statement.where(col(Media.id) < before)
    media = [Media(**row) for row in tx.execute(statement).mappings()]
    ids = [row.id for row in media]
    files = sa.select(Rendition.__table__).where(col(Rendition.media_id).in_(ids))  # type: ignore[attr-defined]  # as above
    files = files.order_by(col(Rendition.width), col(Rendition.name))
    renditions = [Rendition(**row) for row in tx.execute(files).mappings()]
    uses = sa.select(col(MediaUse.media_id), col(MediaUse.article_id)).where(
        col(MediaUse.media_id).in_(ids)
    )
    users = tx.execute(uses.order_by(col(MediaUse.article_id))).all()
    return [
        MediumDetail(
            row,
            [file for file in renditions if file.media_id == row.id],
            [article for media, article in users if media == row.id],
        )
        for row in media
    ]


def file_digests(tx: ReadTx) -> set[str]:
    """The SHA-256 of every file that a medium needs."""
    return set(tx.execute(sa.select(col(Rendition.sha256)).distinct()).scalars())


def media_not_found() -> NotFound:
    """The error for media that do not exist."""
    return NotFound("media_not_found", "There is no such media.")
