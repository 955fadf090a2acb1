"""The way of an article: draft, in review, approved, released, withdrawn; and the trash.

Who holds the right to publish may publish from any state. Every other step has its states.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from app.changes import PublishTx
from app.database import WriteTx
from app.editorial import publishing, states
from app.editorial.acts import act
from app.editorial.content import Actor, Draft, House
from app.editorial.states import State
from app.errors import Conflict, Detail, Invalid
from app.models.article import Article

FROM: Final[Mapping[str, frozenset[State]]] = {
    "submit": frozenset(("draft", "unpublished", "retracted", "expired")),
    "approve": frozenset(("in_review",)),
    "return": frozenset(("in_review", "approved")),
}
"""The states in which each step of the review may be taken."""

_TOLD: Final = {"submit": "submitted", "approve": "approved", "return": "returned"}
_HINTS: Final = {
    "submit": "only a text that is not released and not in review can be submitted",
    "approve": "only what is in review can be approved; submit it first",
    "return": "only what is in review or approved can be sent back",
}


def submit(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    now: datetime,
    note: str | None = None,
) -> Article:
    """Ask for a review. The note of a step stays with the article until the next one, and in the
    audit."""
    return _step(tx, actor, "submit", article_id, revision, now, "in_review", note)


def approve(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    now: datetime,
    note: str | None = None,
) -> Article:
    """The text as it stands may be published. Whoever changes it then makes it a draft again."""
    return _step(tx, actor, "approve", article_id, revision, now, "approved", note)


def send_back(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, now: datetime, note: str | None
) -> Article:
    """It is a draft again."""
    return _step(tx, actor, "return", article_id, revision, now, "draft", note)


def publish(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    house: House,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
) -> Article:
    """Make the newest text public, now or at a time to come, until another."""
    told: dict[str, object] = {"visible_until": until}
    with act(tx, actor, "published", article_id, revision, tx.moment, told=told) as article:
        told["visible_from"] = publishing.publish(
            tx, actor, article_id, revision, house, at=at, until=until
        )
        article.review_note = None
    return article


def correct(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    house: House,
    note: str,
    *,
    draft: Draft | None = None,
    at: datetime | None = None,
) -> Article:
    """Publish the newest text, or another, with a dated note that readers see."""
    told: dict[str, object] = {"note": note}
    with act(tx, actor, "corrected", article_id, revision, tx.moment, told=told) as article:
        told["visible_from"] = publishing.correct(
            tx, actor, article_id, revision, house, note, draft=draft, at=at
        )
        article.review_note = None
    return article


def unpublish(
    tx: PublishTx, actor: Actor, article_id: UUID, revision: int, note: str | None = None
) -> Article:
    """Take it away, now; what was scheduled is cancelled."""
    told = {"note": note}
    with act(tx, actor, "unpublished", article_id, revision, tx.moment, told=told) as article:
        publishing.unpublish(tx, actor, article_id, note)
    return article


def embargo(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    house: House,
    again: datetime,
    note: str | None = None,
) -> Article:
    """Take it away, now, and make its newest text public `again` at a time to come."""
    if again <= tx.moment:
        said = "It can only be public again later; give a time to come."
        raise Invalid("not_later", said, (Detail("not_later", said, pointer="/visible_from"),))
    told = {"note": note, "visible_from": again}
    with act(tx, actor, "embargoed", article_id, revision, tx.moment, told=told) as article:
        publishing.unpublish(tx, actor, article_id, note)
        publishing.publish(tx, actor, article_id, revision, house, at=again)
    return article


def retract(tx: PublishTx, actor: Actor, article_id: UUID, revision: int, reason: str) -> Article:
    """Withdraw it for a reason that readers are told."""
    told = {"reason": reason}
    with act(tx, actor, "retracted", article_id, revision, tx.moment, told=told) as article:
        publishing.retract(tx, actor, article_id, reason)
    return article


def cancel(tx: PublishTx, actor: Actor, article_id: UUID, revision: int) -> Article:
    """Cancel what is scheduled; what is live stays."""
    with act(tx, actor, "cancelled", article_id, revision, tx.moment) as article:
        publishing.cancel(tx, article_id)
    return article


def trash(tx: WriteTx, actor: Actor, article_id: UUID, revision: int, now: datetime) -> Article:
    """Put it away, restorable with everything. It keeps its slugs, so that it comes back under
    the same address. What is public or scheduled must be withdrawn first: `Conflict`."""
    with act(tx, actor, "trashed", article_id, revision, now) as article:
        live, pending = states.is_public(tx, article_id, now)
        if live:
            raise Conflict("still_public", "It is public; unpublish or retract it first.")
        if pending:
            raise Conflict("still_scheduled", "It is scheduled; cancel that first.")
        article.trashed_at = now
    return article


def restore(tx: WriteTx, actor: Actor, article_id: UUID, revision: int, now: datetime) -> Article:
    """Take it out of the trash, as it was."""
    with act(tx, actor, "restored", article_id, revision, now, on_trashed=True) as article:
        article.trashed_at = None
    return article


def _step(
    tx: WriteTx,
    actor: Actor,
    step: str,
    article_id: UUID,
    revision: int,
    now: datetime,
    becomes: State,
    note: str | None,
) -> Article:
    told = {"note": note} if note else {}
    with act(tx, actor, _TOLD[step], article_id, revision, now, told=told) as article:
        here = states.state(tx, article_id, now)
        if here not in FROM[step]:
            raise Conflict("wrong_state", f"It is {here.replace('_', ' ')}; {_HINTS[step]}.")
        article.state, article.review_note = becomes, note
    return article
