"""What authors, committee members and sponsors have in common: links, and pictures of ours."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict, Field, with_config
from sqlmodel import col
from typing_extensions import TypedDict

from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import media_use
from app.editorial.content import Address, Line
from app.errors import Detail, Invalid
from app.kinds.media_owners import MEDIA_OWNERS
from app.models.media import PublicationMedia
from app.models.publication import Publication
from app.visibility import visible


@with_config(ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True))
class LinkInput(TypedDict):
    """An address where somebody is found elsewhere, with its name."""

    label: Line
    url: Address


Links = Annotated[tuple[LinkInput, ...], Field(max_length=20, strict=False)]


def require_picture(tx: WriteTx, media_id: UUID | None, pointer: str) -> None:
    """`Invalid` at the pointer unless the medium is a picture that is here and was not taken down.
    A lock keeps it until the transaction ends."""
    if media_id is None:
        return
    row = media_use.by_ids(tx, {media_id}, lock=True).get(media_id)
    if row is None:
        code, message = "unknown_media", "There is no such media; upload it first."
    elif row.kind != "image":
        code, message = "not_an_image", f"{row.name} ({row.id}) is no image; name a picture."
    elif row.taken_down_at is not None:
        code = "media_taken_down"
        message = f"{row.name} ({row.id}) was taken down; name another picture."
    else:
        return
    raise Invalid(code, message, (Detail(code, message, pointer=pointer),))


def names_of_owners(tx: ReadTx, media_id: UUID) -> list[str]:
    """The names of those who show a medium, whether or not they are public."""
    names: list[str] = []
    for owner in MEDIA_OWNERS:
        query = sa.select(owner.name).where(owner.shows(media_id), owner.exists())
        names += tx.execute(query.order_by(col(owner.table.id))).scalars()
    return names


def append_showing(tx: PublishTx, media_id: UUID) -> None:
    """Log the visible articles and the public things of other kinds that show a medium, because its
    files or its addresses have changed."""
    showing = sa.select(col(PublicationMedia.publication_id)).where(
        col(PublicationMedia.media_id) == media_id
    )
    articles: sa.Select[UUID] = sa.select(col(Publication.article_id).label("id")).where(
        col(Publication.id).in_(showing), visible(Publication, tx.moment)
    )
    tx.append_all("article", articles.subquery(), "media")
    append_owners(tx, [media_id])


def append_owners(tx: PublishTx, media_ids: Collection[UUID]) -> None:
    """Log the public things that show one of some media, because the media have changed."""
    tx.session.flush()
    for media_id in media_ids:
        for owner in MEDIA_OWNERS:
            query: sa.Select[UUID] = sa.select(col(owner.table.id).label("id")).where(
                owner.shows(media_id), owner.is_public(tx.moment)
            )
            tx.append_all(owner.kind, query.subquery(), "media")
