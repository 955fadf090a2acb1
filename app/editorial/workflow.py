"""The states of an article: draft, in review, approved, released, withdrawn; and the trash.

An actor with the right to publish may publish from any state. Other steps require a state.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.changes import PublishTx
from app.database import WriteTx
from app.editorial import (
    article_status,
    articles,
    correcting,
    notices,
    publishing,
    releases,
    translations,
)
from app.editorial.article_status import State
from app.editorial.commands import command, refuse_moved, refuse_trashed
from app.editorial.content import Actor, Draft, SiteRules
from app.editorial.correcting import UncorrectedText
from app.editorial.notices import STEP_ACTS, Step
from app.errors import Conflict, Detail, Invalid, ScheduledRelease
from app.kit.clock import TICK, rfc3339
from app.models.article import Article
from app.models.publication import Publication
from app.public.vocabulary import ArticleAct

FROM: Final[Mapping[str, frozenset[State]]] = {
    "submit": frozenset(("draft", "unpublished", "retracted", "expired")),
    "approve": frozenset(("in_review",)),
    "return": frozenset(("in_review", "approved")),
}
"""The states in which each step of the review is possible."""

_HINTS: Final = {
    "submit": "only a text that is not released and not in review can be submitted",
    "approve": "only what is in review can be approved; submit it first",
    "return": "only what is in review or approved can be sent back",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """The result of an act: the article, cancelled releases, and the texts left uncorrected."""

    article: Article
    cancelled: Sequence[ScheduledRelease] = field(default=())
    uncorrected: Sequence[UncorrectedText] = field(default=())

    @property
    def revision(self) -> int:
        """The article's number after the act."""
        return self.article.revision


def submit(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    now: datetime,
    note: str | None = None,
) -> Article:
    """Ask for a review. A step's note stays in the audit, and with the article until the next
    step."""
    return _step(tx, actor, "submit", article_id, revision, now, "in_review", note)


def approve(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    now: datetime,
    note: str | None = None,
) -> Article:
    """Allow the publication of the text as it is. A later change makes it a draft again."""
    return _step(tx, actor, "approve", article_id, revision, now, "approved", note)


def send_back(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, now: datetime, note: str | None
) -> Article:
    """Make it a draft again."""
    return _step(tx, actor, "return", article_id, revision, now, "draft", note)


def publish(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    rules: SiteRules,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
    text_revision: int | None = None,
    cancels: bool = False,
    release_id: UUID | None = None,
) -> Effect:
    """Make the newest text public, from `at` (default: now) until `until`. `Conflict`
    (`text_moved`) when the newest text is not `text_revision`."""

    def release(article: Article) -> dict[str, object]:
        here = (tx, actor, article.id, article.revision, rules)
        start = publishing.publish(*here, at=at, until=until, release_id=release_id)
        article.review_note = None
        return {"visible_from": start, "visible_until": until}

    newest = articles.lock_article(tx, article_id, revision).text_revision
    refuse_moved("The newest text", newest, text_revision)
    start = max(at or tx.moment, tx.moment)
    return _apply(tx, actor, "published", article_id, revision, release, start, cancels)


def correct(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    rules: SiteRules,
    note: str,
    *,
    draft: Draft | None = None,
    at: datetime | None = None,
    text_revision: int | None = None,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Effect:
    """Publish the public text again, or `draft` made of it, with a dated note; its `siblings` in
    these languages get the note too. The schedule stays unless `cancels` is true."""
    uncorrected: list[UncorrectedText] = []

    def release(article: Article) -> dict[str, object]:
        is_first = article.id == article_id
        if cancels:
            publishing.cancel_from(tx, actor, article, start + TICK)
        begins, left_uncorrected = correcting.correct(
            *(tx, actor, article.id, article.revision, rules, note),
            draft=draft if is_first else None,
            at=at,
            text_revision=text_revision if is_first else None,
        )
        uncorrected.extend(left_uncorrected)
        return {"note": note, "visible_from": begins}

    start = max(at or tx.moment, tx.moment)
    ends = start + TICK if cancels else None
    effect = _apply(tx, actor, "corrected", article_id, revision, release, ends, cancels, siblings)
    return replace(effect, uncorrected=uncorrected)


def unpublish(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    note: str | None = None,
    *,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Effect:
    """Take it away, now."""

    def withdraw(article: Article) -> dict[str, object]:
        publishing.unpublish(tx, actor, article.id, note)
        return {"note": note}

    work = (article_id, revision, withdraw)
    return _apply(tx, actor, "unpublished", *work, tx.moment, cancels, siblings)


def embargo(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    rules: SiteRules,
    again: datetime,
    note: str | None = None,
    *,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Effect:
    """Withdraw it now, and make its public text public `again` at a future time; a draft beside it
    stays a draft. If nothing was public, the first scheduled text is taken."""
    if again <= tx.moment:
        text = "It can only be public again later; give a time to come."
        raise Invalid("not_later", text, (Detail("not_later", text, pointer="/visible_from"),))

    def withdraw(article: Article) -> dict[str, object]:
        visible = releases.shown_at(tx, article.id, tx.moment)
        planned = releases.planned_publications(tx, article.id, tx.moment)
        number = visible.revision if visible else planned[0].revision if planned else None
        state = article.state
        publishing.unpublish(tx, actor, article.id, note)
        args = (tx, actor, article.id, article.revision, rules)
        publishing.publish(*args, at=again, number=number)
        if number != article.text_revision:
            article.state = state if state in article_status.WAITING else "draft"
        return {"note": note, "visible_from": again}

    work = (article_id, revision, withdraw)
    return _apply(tx, actor, "embargoed", *work, tx.moment, cancels, siblings)


def retract(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    reason: str,
    *,
    cancels: bool = False,
    siblings: Sequence[str] = (),
) -> Effect:
    """Withdraw it for a reason that readers are told."""

    def withdraw(article: Article) -> dict[str, object]:
        publishing.retract(tx, actor, article.id, reason)
        return {"reason": reason}

    work = (article_id, revision, withdraw)
    return _apply(tx, actor, "retracted", *work, tx.moment, cancels, siblings)


def cancel(tx: PublishTx, actor: Actor, article_id: UUID, revision: int) -> Effect:
    """Cancel the schedule; a live publication stays."""

    def withdraw(article: Article) -> dict[str, object]:
        publishing.cancel(tx, actor, article.id)
        return {}

    return _apply(tx, actor, "cancelled", article_id, revision, withdraw, tx.moment, True)


def trash(tx: WriteTx, actor: Actor, article_id: UUID, revision: int, now: datetime) -> Article:
    """Move it to the trash, with everything that a restore needs. It keeps its slugs, so a restore
    brings its address back. `Conflict` while it is public or scheduled."""
    with command(tx, actor, "trashed", article_id, revision, now) as article:
        live, pending = article_status.is_public(tx, article_id, now)
        if live:
            raise Conflict("still_public", "It is public; unpublish or retract it first.")
        if pending:
            raise Conflict("still_scheduled", "It is scheduled; cancel that first.")
        article.trashed_at = now
    return article


def restore(tx: WriteTx, actor: Actor, article_id: UUID, revision: int, now: datetime) -> Article:
    """Take it out of the trash, as it was."""
    with command(tx, actor, "restored", article_id, revision, now, on_trashed=True) as article:
        article.trashed_at = None
    return article


def _step(
    tx: WriteTx,
    actor: Actor,
    step: Step,
    article_id: UUID,
    revision: int,
    now: datetime,
    becomes: State,
    note: str | None,
) -> Article:
    details = {"note": note} if note else {}
    with command(tx, actor, STEP_ACTS[step], article_id, revision, now, details=details) as article:
        state = article_status.workflow_state(tx, article_id, now)
        if state not in FROM[step]:
            raise Conflict("wrong_state", f"It is {state.replace('_', ' ')}; {_HINTS[step]}.")
        article.state, article.review_note = becomes, note
        notices.tell_step(tx, actor, step, article, now, note)
    return article


def _apply(
    tx: PublishTx,
    actor: Actor,
    action: ArticleAct,
    article_id: UUID,
    revision: int,
    work: Callable[[Article], Mapping[str, object]],
    start: datetime | None,
    cancels: bool,
    langs: Sequence[str] = (),
) -> Effect:
    """Perform an act on an article and on its siblings in some languages: all or none.

    It cancels publications scheduled from `start` on if `cancels` is true, else it is refused. The
    result of `work` goes into the audit.
    """
    first = articles.lock_article(tx, article_id, revision)
    refuse_trashed(first)
    targets = [first, *translations.lock_siblings(tx, first, langs)]
    ending = {article.id: _to_cancel(tx, article, start) for article in targets}
    cancelled = [releases.to_scheduled(row) for own in ending.values() for row in own]
    if cancelled and not cancels:
        raise releases.cancellation_error(cancelled)
    for article in targets:
        details: dict[str, object] = {}
        if own := ending[article.id]:
            details["cancelled"] = [f"{it.revision} from {rfc3339(it.visible_from)}" for it in own]
            notices.tell_release(tx, actor, article, own, tx.moment, "cancelled")
        with command(tx, actor, action, article.id, article.revision, tx.moment, details=details):
            details |= work(article)
    return Effect(first, cancelled)


def _to_cancel(tx: PublishTx, article: Article, start: datetime | None) -> list[Publication]:
    """The scheduled publications from `start` on."""
    return releases.planned_publications(tx, article.id, start) if start is not None else []
