"""Media: create, describe, delete. Publications decide which media are public."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field, StringConstraints
from sqlmodel import col

from app import audit
from app.audit import By
from app.database import ReadTx, WriteTx
from app.editorial import profiles
from app.editorial.content import Line, SiteRules, Text
from app.editorial.media_list import media_not_found
from app.errors import Conflict
from app.inputs import Input, PatchInput, make_optional
from app.kit.ids import uuid7
from app.models.article import Article
from app.models.media import (
    Media,
    MediaName,
    MediaPath,
    MediaUse,
    PublicationMedia,
    Rendition,
)
from app.public.vocabulary import Lang
from app.revisions import refuse_stale

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Reason = Annotated[Line, StringConstraints(min_length=1)]


class FocalPointInput(Input):
    """What must stay in sight, as shares of width and height from the upper left corner."""

    x: Share
    y: Share


class MediaInput(Input):
    """The editors' description of a medium."""

    alt: dict[Lang, Line] = {}
    caption: dict[Lang, Text] = {}
    credit: Line | None = None
    focal_point: FocalPointInput | None = None


@make_optional
class MediaChange(PatchInput):
    """What to change of it, in the languages that are named."""

    alt: dict[Lang, Line | None] | None
    caption: dict[Lang, Text | None] | None
    credit: Line | None
    focal_point: FocalPointInput | None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a medium that is in storage already."""

    name: str
    sha256: str
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of an upload as it was read; no `files` when the same bytes are stored already."""

    kind: Literal["image", "document"]
    sha256: str
    name: str
    media_type: str
    bytes: int
    files: tuple[StoredFile, ...]
    width: int | None = None
    height: int | None = None
    colour: str | None = None
    caption: str | None = None
    credit: str | None = None
    notices: tuple[str, ...] = ()


def find_duplicate(tx: ReadTx, sha256: str) -> UUID | None:
    """The medium made of the same bytes; `Conflict` when it was taken down, because sending a file
    again must not bring it back."""
    statement = sa.select(col(Media.id), col(Media.taken_down_at)).where(
        col(Media.sha256) == sha256
    )
    row = tx.execute(statement).first()
    if row is not None and row.taken_down_at is not None:
        raise Conflict("media_taken_down", f"This file is media {row.id}, which was taken down.")
    return row.id if row is not None else None


def to_renditions(media_id: UUID, files: Iterable[StoredFile]) -> list[Rendition]:
    """The rows of a medium's files."""
    return [Rendition(media_id=media_id, **asdict(file)) for file in files]


def create(
    tx: WriteTx,
    by: By | None,
    upload: Upload,
    description: MediaInput,
    rules: SiteRules,
    now: datetime,
    media_id: UUID | None = None,
) -> tuple[Media, bool]:
    """A new medium, revision 1, and True; or the medium made of the same bytes, and False.

    A caption in the file counts as written in the site's first language. `by` is None for an
    import, which has a report instead of the audit.
    """
    existing = find_duplicate(tx, upload.sha256)
    if existing is not None:
        return tx.session.get_one(Media, existing), False
    if not upload.files:
        raise Conflict("media_deleted_meanwhile", "It was deleted just now; send it again.")
    caption = dict(description.caption)
    if upload.caption is not None:
        caption.setdefault(rules.languages[0], upload.caption)
    row = Media(
        id=media_id or uuid7(now),
        kind=upload.kind,
        sha256=upload.sha256,
        name=upload.name,
        media_type=upload.media_type,
        bytes=upload.bytes,
        width=upload.width,
        height=upload.height,
        colour=upload.colour,
        focal_x=description.focal_point.x if description.focal_point else None,
        focal_y=description.focal_point.y if description.focal_point else None,
        alt=dict(description.alt),
        caption=caption,
        credit=description.credit or upload.credit,
        created_by=by.account_id if by else None,
        revision=1,
        created_at=now,
        updated_at=now,
    )
    try:
        with tx.session.begin_nested():
            tx.session.add(row)
    except sa.exc.IntegrityError:  # sent twice at the same time
        again = find_duplicate(tx, upload.sha256)
        assert again is not None
        return tx.session.get_one(Media, again), False
    tx.session.add_all(to_renditions(row.id, upload.files))
    if by is not None:
        audit.record(tx, by, now, "create", "media", row.id, after=state_of(row))
    return row, True


def describe(
    tx: WriteTx, by: By, media_id: UUID, revision: int, change: MediaChange, now: datetime
) -> Media:
    """Change the description of a medium. Publications keep the old one until they are published
    again. `Stale` unless it is at `revision`."""
    row = lock_medium(tx, media_id, revision)
    before = state_of(row)
    current = {name: getattr(row, name) for name in ("alt", "caption", "credit")}
    current["focal_point"] = _focal_point(row)
    after = change.apply_to(current)
    if after == current:
        return row
    row.alt, row.caption, row.credit = after["alt"], after["caption"], after["credit"]
    focal_point: FocalPointInput | None = after["focal_point"]
    row.focal_x = focal_point.x if focal_point else None
    row.focal_y = focal_point.y if focal_point else None
    row.revision += 1
    row.updated_at = now
    audit.record(tx, by, now, "update", "media", row.id, before=before, after=state_of(row))
    return row


def delete(tx: WriteTx, by: By, media_id: UUID, revision: int, now: datetime) -> None:
    """Delete a medium; `library.garbage` deletes its files when nothing else needs them.

    `Conflict` (`media_in_use`) while a working copy shows it, or when it was ever published: then
    it must be taken down first. A medium that was taken down loses its files and texts, but its row
    stays, so that its address still says so and the same file is refused when it is sent again.
    """
    row = lock_medium(tx, media_id, revision)
    users = used_by(tx, media_id)
    if row.taken_down_at is None:
        published = sa.select(col(PublicationMedia.media_id)).where(
            col(PublicationMedia.media_id) == media_id
        )
        if users:
            names = ", ".join(users[:5])
            raise Conflict("media_in_use", f"These show it: {names}. Take it down first.")
        if tx.execute(published.limit(1)).first() is not None:
            raise Conflict("media_in_use", "It was published; take it down first.")
    audit.record(tx, by, now, "delete", "media", row.id, before=state_of(row))
    delete_parts(tx, media_id)
    if row.taken_down_at is None:
        tx.session.delete(row)
        return
    row.alt, row.caption, row.credit, row.name = {}, {}, None, "erased"
    row.erased_at = row.updated_at = now
    row.revision += 1


def delete_parts(tx: WriteTx, media_id: UUID) -> None:
    """Delete the renditions of a medium; its names and old addresses are free for another."""
    for table in (Rendition, MediaName, MediaPath):
        tx.execute(sa.delete(table).where(col(table.media_id) == media_id))


def used_by(tx: ReadTx, media_id: UUID) -> list[str]:
    """The slugs of articles whose working copies show it, the names of sponsors, committee members
    and authors, and the site."""
    statement = (
        sa.select(col(Article.slug))
        .join(MediaUse, col(MediaUse.article_id) == col(Article.id))
        .where(col(MediaUse.media_id) == media_id)
    )
    articles = tx.execute(statement.order_by(col(Article.id))).scalars()
    return [*articles, *profiles.names_of_owners(tx, media_id)]


def lock_medium(tx: WriteTx, media_id: UUID, revision: int | None) -> Media:
    """The medium, locked until the transaction ends; `Stale` unless it is at `revision`."""
    row = tx.get_locked(Media, media_id)
    if row is None or row.erased_at is not None:
        raise media_not_found()
    refuse_stale(tx, "media", row, revision)
    return row


def _focal_point(row: Media) -> FocalPointInput | None:
    if row.focal_x is None or row.focal_y is None:
        return None
    return FocalPointInput(x=row.focal_x, y=row.focal_y)


def state_of(row: Media) -> Mapping[str, object]:
    """The state for the audit."""
    return {
        "name": row.name,
        "media_type": row.media_type,
        "bytes": row.bytes,
        "alt": row.alt,
        "caption": row.caption,
        "credit": row.credit,
        "reason": row.taken_down_reason,
    }
