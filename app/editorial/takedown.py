"""The takedown of a medium, which removes it from everything that shows it."""

from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app import audit
from app.audit import By
from app.changes import PublishTx
from app.editorial import body_media
from app.editorial.media import lock_medium, state_of
from app.editorial.profiles import append_showing
from app.errors import Conflict
from app.kinds.media_owners import MEDIA_OWNERS, SPONSORS
from app.kit.addresses import media_folder
from app.models.media import Media, PublicationMedia
from app.models.publication import Publication, PublicationBody
from app.models.site import Site
from app.models.sponsor import Sponsor
from app.visibility import was_visible


def take_down(tx: PublishTx, by: By, media_id: UUID, revision: int | None, reason: str) -> Media:
    """Stop showing a medium, at once and everywhere, for a reason that readers are told.

    It leaves every publication that shows it, although publications never change otherwise. An
    address that answers "gone" would be a broken picture, and the caption itself may have to go.
    `Conflict` when it was taken down before.
    """
    row = lock_medium(tx, media_id, revision)
    if row.taken_down_at is not None:
        raise Conflict("media_taken_down", "It was taken down before.")
    before = state_of(row)
    row.taken_down_at, row.taken_down_reason = tx.moment, reason
    row.was_public = _was_public(tx, media_id)
    row.revision += 1
    row.updated_at = tx.moment
    showing = sa.select(col(PublicationMedia.publication_id)).where(
        col(PublicationMedia.media_id) == media_id
    )
    is_showing = col(Publication.id).in_(showing)
    publications = tx.session.execute(sa.select(Publication).where(is_showing)).scalars()
    for publication in publications.all():
        _remove_from_publication(tx, publication, media_id)
    tx.session.flush()
    append_showing(tx, media_id)
    for sponsor in tx.session.execute(sa.select(Sponsor).where(SPONSORS.shows(media_id))).scalars():
        if media_folder(media_id) in (sponsor.logo or ""):
            sponsor.logo = None
    for site in tx.session.execute(sa.select(Site).where(col(Site.logo_id) == media_id)).scalars():
        site.logo_id = None
        site.revision += 1
        site.updated_at = tx.moment
    audit.record(
        tx, by, tx.moment, "take_down", "media", row.id, before=before, after=state_of(row)
    )
    return row


def _remove_from_publication(tx: PublishTx, publication: Publication, media_id: UUID) -> None:
    item = from_json(publication.item)
    if item["image"] is not None and str(media_id) in item["image"]["url"]:
        publication.item = to_json({**item, "image": None}).decode()
    body = tx.session.get_one(PublicationBody, publication.id)
    if body.seo is not None:
        seo = from_json(body.seo)
        if "image" in seo and str(media_id) in seo.pop("image")["url"]:
            body.seo = to_json(seo).decode()
    body.body_html = body_media.remove_medium(body.body_html, media_id)


def _was_public(tx: PublishTx, media_id: UUID) -> bool:
    joined = col(PublicationMedia.publication_id) == col(Publication.id)
    statement = sa.select(col(Publication.id)).join(PublicationMedia, joined)
    statement = statement.where(
        col(PublicationMedia.media_id) == media_id, was_visible(Publication, tx.moment)
    )
    owners = (
        sa.select(col(owner.table.id)).where(owner.shows(media_id), owner.was_public(tx.moment))
        for owner in MEDIA_OWNERS
    )
    return any(tx.execute(query.limit(1)).first() for query in (statement, *owners))
