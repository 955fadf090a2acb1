"""Media that are public now: those that some visible publication shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kit.clock import rfc3339
from app.models.media import Media, PublicationMedia, Rendition
from app.models.publication import Publication
from app.visibility import visible, was_visible

_ARTICLES_NAMED = 20


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file to serve. `name` is set when it is to be saved, not shown; `article_ids` are some of
    the articles that show it."""

    media_id: UUID
    name: str | None
    sha256: str
    media_type: str
    bytes: int
    article_ids: tuple[UUID, ...] = ()


def file(tx: ReadTx, media_id: UUID, rendition: str, now: datetime) -> PublicFile:
    """A rendition that the public may see at `now`. `Gone` for what it could see before; for all
    else `NotFound`, whether it exists or not."""
    found = kept(tx, media_id, rendition)
    taken = _taken_down(tx, media_id)
    showing = _shown_by(media_id)
    if found is not None and taken is None:
        shown = showing.where(visible(Publication, now)).distinct().limit(_ARTICLES_NAMED)
        articles = tuple(tx.execute(shown.order_by(col(Publication.article_id))).scalars())
        if articles:
            return PublicFile(
                media_id,
                found.name,
                found.sha256,
                found.media_type,
                found.bytes,
                articles,
            )
    # What was taken down may have lost its files; what was not has them.
    if found is not None or taken is not None:
        last = showing.with_only_columns(col(Publication.ended), col(Publication.visible_until))
        last = last.where(was_visible(Publication, now))
        row = tx.execute(last.order_by(col(Publication.visible_until).desc()).limit(1)).first()
        if row is not None:
            raise _gone(row, taken)
    raise NotFound("media_not_found", "There is no such file.")


def kept(tx: ReadTx, media_id: UUID, rendition: str) -> PublicFile | None:
    """A rendition whether it is public or not, without the articles that show it."""
    wanted = (
        sa.select(
            col(Media.kind),
            col(Media.name),
            col(Rendition.sha256),
            col(Rendition.media_type),
            col(Rendition.bytes),
        )
        .join(Rendition, col(Rendition.media_id) == col(Media.id))
        .where(col(Media.id) == media_id, col(Rendition.name) == rendition)
    )
    row = tx.execute(wanted).first()
    if row is None:
        return None
    name = row.name if row.kind == "document" else None
    return PublicFile(media_id, name, row.sha256, row.media_type, row.bytes)


def _shown_by(media_id: UUID) -> sa.Select[Any]:
    return (
        sa.select(col(Publication.article_id))
        .join(PublicationMedia, col(PublicationMedia.publication_id) == col(Publication.id))
        .where(col(PublicationMedia.media_id) == media_id)
    )


def _taken_down(tx: ReadTx, media_id: UUID) -> Any:
    state = sa.select(col(Media.taken_down_at), col(Media.taken_down_reason))
    state = state.where(col(Media.id) == media_id, col(Media.taken_down_at).is_not(None))
    return tx.execute(state).first()


def _gone(last: Any, taken: Any) -> Gone:
    if taken is not None:
        text = f"It was taken down. {taken.taken_down_reason}"
        return Gone("gone", text, reason="removed", at=rfc3339(taken.taken_down_at))
    text = "No article shows it any more."
    return Gone("gone", text, reason=last.ended or "removed", at=rfc3339(last.visible_until))
