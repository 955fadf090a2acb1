"""The way of an article: draft, in review, approved, released, withdrawn; and the trash.

Who holds the right to publish may publish from any state. Every other step has its states.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.changes import PublishTx
from app.database import WriteTx
from app.editorial import articles, correcting, publishing, releases, states, translations
from app.editorial.acts import act, refuse_moved, refuse_trashed
from app.editorial.content import Actor, Draft, House
from app.editorial.correcting import Uncorrected
from app.editorial.states import State
from app.errors import Conflict, Detail, Invalid, PlannedRelease, WouldCancel
from app.kit.clock import TICK, rfc3339
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


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done: on what, what it cancelled, what it left uncorrected beside it."""

    article: Article
    cancelled: Sequence[PlannedRelease] = field(default=())
    uncorrected: Sequence[Uncorrected] = field(default=())

    @property
    def revision(self) -> int:
        """The article's number then."""
        return self.article.revision


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
    text_revision: int | None = None,
    cancels: bool = False,
) -> Done:
    """Make the newest text public, now or at a time to come, until another. `Conflict`
    (`text_moved`) when that is another than `text_revision`."""

    def release(article: Article) -> dict[str, object]:
        start = publishing.publish(
            tx, actor, article.id, article.revision, house, at=at, until=until
        )
        article.review_note = None
        return {"visible_from": start, "visible_until": until}

    newest = articles.locked(tx, article_id, revision).text_revision
    refuse_moved("The newest text", newest, text_revision)
    start = max(at or tx.moment, tx.moment)
    return _released(tx, actor, "published", article_id, revision, release, start, cancels)


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
    text_revision: int | None = None,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Done:
    """Publish what readers see again, or `draft` made of it, with a dated note; its `siblings` in
    these languages get the note too. What is scheduled stays so, unless it `cancels` that."""
    uncorrected: list[Uncorrected] = []

    def release(article: Article) -> dict[str, object]:
        is_first = article.id == article_id
        if cancels:
            publishing.cancel_from(tx, article, start + TICK)
        begins, kept = correcting.correct(
            *(tx, actor, article.id, article.revision, house, note),
            draft=draft if is_first else None,
            at=at,
            text_revision=text_revision if is_first else None,
        )
        uncorrected.extend(kept)
        return {"note": note, "visible_from": begins}

    start = max(at or tx.moment, tx.moment)
    ends = start + TICK if cancels else None
    done = _released(tx, actor, "corrected", article_id, revision, release, ends, cancels, siblings)
    return replace(done, uncorrected=uncorrected)


def unpublish(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    note: str | None = None,
    *,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Done:
    """Take it away, now."""

    def withdraw(article: Article) -> dict[str, object]:
        publishing.unpublish(tx, actor, article.id, note)
        return {"note": note}

    here = (tx, actor, "unpublished", article_id, revision)
    return _released(*here, withdraw, tx.moment, cancels, siblings)


def embargo(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    house: House,
    again: datetime,
    note: str | None = None,
    *,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Done:
    """Take it away, now, and make what readers saw public `again` at a time to come; a draft
    beside it stays one. Of what was only scheduled it is the first text."""
    if again <= tx.moment:
        said = "It can only be public again later; give a time to come."
        raise Invalid("not_later", said, (Detail("not_later", said, pointer="/visible_from"),))

    def withdraw(article: Article) -> dict[str, object]:
        shown = releases.shown_at(tx, article.id, tx.moment)
        planned = releases.planned(tx, article.id, tx.moment)
        number = shown.revision if shown else planned[0].revision if planned else None
        state = article.state
        publishing.unpublish(tx, actor, article.id, note)
        here = (tx, actor, article.id, article.revision, house)
        publishing.publish(*here, at=again, number=number)
        if number != article.text_revision:
            article.state = state if state in states.WAITING else "draft"
        return {"note": note, "visible_from": again}

    here = (tx, actor, "embargoed", article_id, revision)
    return _released(*here, withdraw, tx.moment, cancels, siblings)


def retract(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    reason: str,
    *,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Done:
    """Withdraw it for a reason that readers are told."""

    def withdraw(article: Article) -> dict[str, object]:
        publishing.retract(tx, actor, article.id, reason)
        return {"reason": reason}

    here = (tx, actor, "retracted", article_id, revision)
    return _released(*here, withdraw, tx.moment, cancels, siblings)


def cancel(tx: PublishTx, actor: Actor, article_id: UUID, revision: int) -> Done:
    """Cancel what is scheduled; what is live stays."""

    def withdraw(article: Article) -> dict[str, object]:
        publishing.cancel(tx, article.id)
        return {}

    return _released(tx, actor, "cancelled", article_id, revision, withdraw, tx.moment, True)


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


def _released(
    tx: PublishTx,
    actor: Actor,
    action: str,
    article_id: UUID,
    revision: int,
    work: Callable[[Article], Mapping[str, object]],
    start: datetime | None,
    cancels: bool,
    langs: Sequence[str] = (),
) -> Done:
    """An act on what is public or to be, and on its siblings in some languages: all or none.

    It ends what is scheduled from `start` on, if it `cancels` that; else it is refused. What
    `work` returns is for the audit.
    """
    first = articles.locked(tx, article_id, revision)
    refuse_trashed(first)
    chosen = [first, *translations.chosen(tx, first, langs)]
    ending = {article.id: _ending(tx, article, start) for article in chosen}
    cancelled = [release for own in ending.values() for release in own]
    if cancelled and not cancels:
        named = ", ".join(f"{it.slug} from {it.visible_from}" for it in cancelled)
        said = f"It would cancel what is scheduled ({named}); send cancels: true if it is to."
        raise WouldCancel("would_cancel", said, releases=tuple(cancelled))
    for article in chosen:
        told: dict[str, object] = {}
        if own := ending[article.id]:
            told["cancelled"] = [f"{it.revision} from {it.visible_from}" for it in own]
        with act(tx, actor, action, article.id, article.revision, tx.moment, told=told):
            told |= work(article)
    return Done(first, cancelled)


def _ending(tx: PublishTx, article: Article, start: datetime | None) -> list[PlannedRelease]:
    """What an act ends that cancels all from `start` on."""
    if start is None:
        return []
    return [
        PlannedRelease(
            id=article.id,
            lang=row.lang,
            revision=row.revision,
            slug=row.slug,
            visible_from=rfc3339(row.visible_from),
            visible_until=rfc3339(row.expires_at) if row.expires_at else None,
        )
        for row in releases.planned(tx, article.id, start)
    ]
