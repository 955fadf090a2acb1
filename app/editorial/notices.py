"""Notices to colleagues about an article, planned in the transaction of the act."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from app import audit, outbox
from app.database import WriteTx
from app.editorial.content import Actor
from app.kit.clock import rfc3339
from app.models.article import Article
from app.models.publication import Publication
from app.public.vocabulary import ArticleAct

Step = Literal["submit", "approve", "return"]
STEP_ACTS: Final[Mapping[Step, ArticleAct]] = {
    "submit": "submitted",
    "approve": "approved",
    "return": "returned",
}
ReleaseOutcome = Literal["cancelled", "failed"]

_ANSWERS: Final[dict[str, outbox.NoticeKind]] = {"approve": "approved", "return": "returned"}


def tell_step(
    tx: WriteTx, actor: Actor, step: Step, article: Article, now: datetime, note: str | None
) -> None:
    """Tell those who review of a submitted text, and who submitted it of their answer."""
    if step == "submit":
        _tell(tx, "submitted", outbox.reviewers(tx), actor, article, now, {"note": note})
        return
    author = audit.last_account(tx, "article", article.id, "article.submitted")
    readers = [author] if author is not None else []
    _tell(tx, _ANSWERS[step], readers, actor, article, now, {"note": note})


def tell_mention(
    tx: WriteTx,
    actor: Actor,
    readers: Sequence[UUID],
    article: Article,
    now: datetime,
    note: str,
    note_id: UUID,
) -> None:
    """Tell accounts that a note about an article names them."""
    _tell(tx, "mentioned", readers, actor, article, now, {"note": note}, subject=str(note_id))


def tell_release(
    tx: WriteTx,
    actor: Actor,
    article: Article,
    releases: Sequence[Publication],
    now: datetime,
    outcome: ReleaseOutcome,
) -> None:
    """Tell those who scheduled publications of an article that they will not take place."""
    for reader in {row.published_by_id for row in releases if row.published_by_id is not None}:
        moments = [rfc3339(row.visible_from) for row in releases if row.published_by_id == reader]
        facts = {"moments": moments, "outcome": outcome}
        _tell(tx, "release", [reader], actor, article, now, facts)


def _tell(
    tx: WriteTx,
    kind: outbox.NoticeKind,
    readers: Sequence[UUID],
    actor: Actor,
    article: Article,
    now: datetime,
    facts: Mapping[str, object],
    *,
    subject: str = "",
) -> None:
    outbox.plan_notice(
        *(tx, kind, readers, f"{article.id}:{subject or article.revision}", now),
        by=actor.account_id,
        facts={"title": article.title, "article": str(article.id), **facts},
    )
