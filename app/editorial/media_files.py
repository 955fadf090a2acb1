"""A better file for a medium: a scan that is sharper, a document with a slip put right.

The medium keeps its id, its texts and the names of its files, so that no article has to change and
no address breaks. Articles show the new file at once; the size that a page reserves for a picture
follows when the article is published again.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.audit import By
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.media import Upload, find_duplicate, lock_medium, state_of, to_renditions
from app.editorial.profiles import append_showing
from app.errors import Conflict, Detail, Invalid
from app.models.media import Media, Rendition


def picture_widths(tx: ReadTx, media_id: UUID) -> list[int]:
    """The widths of a picture's files, the narrowest first; none of a document."""
    widths = sa.select(col(Rendition.width)).where(
        col(Rendition.media_id) == media_id, col(Rendition.width).is_not(None)
    )
    return sorted(tx.execute(widths.distinct()).scalars())


def replace_file(
    tx: PublishTx, by: By, media_id: UUID, revision: int, upload: Upload
) -> tuple[Media, tuple[str, ...]]:
    """Put another file in the place of a medium's; returns the medium, and what was lost.

    The upload was made in all widths that the medium has. `Stale` unless the medium is at
    `revision`. `Conflict` when it was taken down, or when another medium has these bytes. `Invalid`
    when a document would replace a picture, or when the new picture is narrower, because addresses
    name the widths of its files.
    """
    row = lock_medium(tx, media_id, revision)
    if row.taken_down_at is not None:
        raise Conflict("media_taken_down", "It was taken down; upload the file as a new medium.")
    if row.sha256 == upload.sha256:
        return row, ()
    if (other := find_duplicate(tx, upload.sha256)) is not None:
        raise Conflict("known_file", f"This file is media {other} already; use that in its place.")
    _refuse_misfit(tx, row, upload)
    before = state_of(row)
    tx.execute(sa.delete(Rendition).where(col(Rendition.media_id) == media_id))
    tx.session.add_all(to_renditions(media_id, upload.files))
    for name in ("sha256", "name", "media_type", "bytes", "width", "height", "colour"):
        setattr(row, name, getattr(upload, name))
    row.revision += 1
    row.updated_at = tx.moment
    tx.session.flush()
    append_showing(tx, media_id)
    audit.record(
        tx, by, tx.moment, "replace_file", "media", media_id, before=before, after=state_of(row)
    )
    return row, upload.notices


def _refuse_misfit(tx: ReadTx, row: Media, upload: Upload) -> None:
    if upload.kind != row.kind:
        message = f"It is {'a picture' if row.kind == 'image' else 'a document'}; send one."
        raise Invalid("other_kind", message, (Detail("other_kind", message),))
    lost = set(picture_widths(tx, row.id)) - {file.width for file in upload.files}
    if lost:
        message = f"Articles show it {max(lost)} pixels wide; send a picture at least so wide."
        raise Invalid("narrower_picture", message, (Detail("narrower_picture", message),))
