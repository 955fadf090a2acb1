"""The media that are here, as editors see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import NotFound
from app.models.media import Media, MediaUse, Rendition


@dataclass(frozen=True, slots=True)
class Shelved:
    """A medium with its files, and the articles whose working copies show it."""

    media: Media
    files: Sequence[Rendition]
    used_by: Sequence[UUID]


def read(tx: ReadTx, media_id: UUID) -> Shelved:
    """One medium; `NotFound` when there is none."""
    found = listed(tx, only=media_id)
    if not found:
        raise absent()
    return found[0]


def listed(
    tx: ReadTx,
    *,
    kind: str | None = None,
    before: UUID | None = None,
    limit: int = 1,
    only: UUID | None = None,
) -> list[Shelved]:
    """Media, the newest first, after one of them; what was erased is in no list."""
    wanted = sa.select(Media.__table__).order_by(col(Media.id).desc()).limit(limit)  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    if only is not None:
        wanted = wanted.where(col(Media.id) == only)
    else:
        wanted = wanted.where(col(Media.erased_at).is_(None))
    if kind is not None:
        wanted = wanted.where(col(Media.kind) == kind)
    if before is not None:
        wanted = wanted.where(col(Media.id) < before)
    media = [Media(**row) for row in tx.execute(wanted).mappings()]
    ids = [row.id for row in media]
    files = sa.select(Rendition.__table__).where(col(Rendition.media_id).in_(ids))  # type: ignore[attr-defined]  # as above
    files = files.order_by(col(Rendition.width), col(Rendition.name))
    kept = [Rendition(**row) for row in tx.execute(files).mappings()]
    uses = sa.select(col(MediaUse.media_id), col(MediaUse.article_id)).where(
        col(MediaUse.media_id).in_(ids)
    )
    users = tx.execute(uses.order_by(col(MediaUse.article_id))).all()
    return [
        Shelved(
            row,
            [file for file in kept if file.media_id == row.id],
            [article for media, article in users if media == row.id],
        )
        for row in media
    ]


def file_digests(tx: ReadTx) -> set[str]:
    """The SHA-256 of every file that some medium needs."""
    return set(tx.execute(sa.select(col(Rendition.sha256)).distinct()).scalars())


def absent() -> NotFound:
    """What is said of media that are not here."""
    return NotFound("media_not_found", "There is no such media.")
