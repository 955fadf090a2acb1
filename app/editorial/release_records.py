"""The records of releases. All that happens to a release passes `record_event`: every text that is
scheduled, moved or cancelled, alone or with others, by its own act or by an act on its article."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit, revisions
from app.changes import PublishTx
from app.editorial.content import Actor
from app.errors import NotFound
from app.kit.ids import uuid7
from app.models.publication import Publication
from app.models.release import Release

Event = Literal["scheduled", "moved", "cancelled"]


def open_release(tx: PublishTx, actor: Actor, start: datetime, until: datetime | None) -> Release:
    """A new release, without texts."""
    release = Release(
        id=uuid7(tx.moment),
        revision=1,
        visible_from=start,
        expires_at=until,
        created_at=tx.moment,
        updated_at=tx.moment,
        changed_by=actor.name,
        changed_by_id=actor.account_id,
    )
    tx.session.add(release)
    return release


def attach(tx: PublishTx, actor: Actor, row: Publication) -> None:
    """Give a publication that is scheduled, or that has an end, a release of its own."""
    if row.visible_from <= tx.moment and row.expires_at is None:
        return
    release = open_release(tx, actor, row.visible_from, row.expires_at)
    row.release_id = release.id
    if row.visible_from > tx.moment:
        record_event(tx, actor, "scheduled", release, [row.article_id])


def lock_release(tx: PublishTx, release_id: UUID, revision: int) -> Release:
    """A release, at the revision that its editor has seen; `NotFound`, `Stale`. The head of the
    log, which this transaction holds, keeps others away."""
    release = tx.session.get(Release, release_id)
    if release is None:
        raise not_found()
    if release.revision != revision:
        raise revisions.stale_error(release.revision, release.changed_by, release.updated_at)
    return release


def not_found() -> NotFound:
    """The error for an id that no release has."""
    return NotFound("release_not_found", "There is no such release.")


def list_texts(tx: PublishTx, release_id: UUID) -> list[Publication]:
    """The publications of a release, those that were cancelled too, by article."""
    statement = sa.select(Publication).where(col(Publication.release_id) == release_id)
    ordered = statement.order_by(col(Publication.article_id), col(Publication.visible_from))
    return list(tx.session.execute(ordered).scalars())


def touch_release(tx: PublishTx, actor: Actor, release: Release) -> None:
    """Count a change, so that nobody acts on a release that they have not seen."""
    release.revision += 1
    release.updated_at = tx.moment
    release.changed_by, release.changed_by_id = actor.name, actor.account_id


def record_cancellation(tx: PublishTx, actor: Actor, rows: Sequence[Publication]) -> None:
    """Record that an act on an article cancelled some of its texts; others of a release stay."""
    for row in rows:
        if row.release_id is not None:
            release = tx.session.get_one(Release, row.release_id)
            touch_release(tx, actor, release)
            record_event(tx, actor, "cancelled", release, [row.article_id])


def record_event(
    tx: PublishTx,
    actor: Actor,
    event: Event,
    release: Release,
    article_ids: Sequence[UUID],
    *,
    was: datetime | None = None,
) -> None:
    """What happened to the texts of some articles in a release, which began at `was` before a move.
    An import, which has no account, leaves nothing in the audit."""
    if actor.by is None:
        return
    after = {
        "visible_from": release.visible_from,
        "visible_until": release.expires_at,
        "articles": len(article_ids),
    }
    before = {"visible_from": was} if was is not None else None
    audit.record(
        tx,
        actor.by,
        tx.moment,
        f"release.{event}",
        "release",
        release.id,
        before=before,
        after=after,
    )
