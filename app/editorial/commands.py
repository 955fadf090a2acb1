"""What every act at the editors' desk has in common: it is done to what its editor has seen, it
moves the article's number on, it says who did it and when, and the audit tells.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from app import audit
from app.database import WriteTx
from app.editorial import articles
from app.editorial.content import Actor
from app.errors import Conflict, Detail
from app.models.article import Article


@contextmanager
def command(
    tx: WriteTx,
    actor: Actor,
    action: str,
    article_id: UUID,
    revision: int,
    now: datetime,
    *,
    on_trashed: bool = False,
    details: Mapping[str, object] | None = None,
) -> Iterator[Article]:
    """An act on an article that is still at `revision`; `Stale` when it is not.

    `Conflict` when it is in the trash (or, `on_trashed`, when it is not). `details` is for the
    audit.
    """
    article = articles.lock_article(tx, article_id, revision)
    if on_trashed and article.trashed_at is None:
        raise Conflict("not_in_trash", "It is not in the trash.")
    if not on_trashed:
        refuse_trashed(article)
    before = audit_state(article)
    yield article
    if article.revision == revision:
        article.revision += 1
    article.updated_at = now
    article.changed_by, article.changed_by_id = actor.name, actor.account_id
    record_article_audit(tx, actor, action, article, now, before=before, details=details)


def refuse_trashed(article: Article) -> None:
    """`Conflict` when it is in the trash."""
    if article.trashed_at is not None:
        raise Conflict("in_trash", "It is in the trash; restore it first.")


def refuse_moved(subject: str, current: int, expected: int | None) -> None:
    """`Conflict` when a text was asked for and there is another in its place."""
    if expected is not None and expected != current:
        message = (
            f"{subject} is text {current} by now; read that, and name it or none as text_revision."
        )
        raise Conflict(
            "text_moved", message, (Detail("text_moved", message, pointer="/text_revision"),)
        )


def record_article_audit(
    tx: WriteTx,
    actor: Actor,
    action: str,
    article: Article,
    now: datetime,
    *,
    before: Mapping[str, object] | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Tell the audit of an act; an import is nobody's."""
    if actor.by is not None:
        after = {**audit_state(article), **(details or {})}
        audit.record(
            tx,
            actor.by,
            now,
            f"article.{action}",
            "article",
            article.id,
            before=before,
            after=after,
        )


def audit_state(article: Article) -> dict[str, object]:
    """An article as the audit shows it."""
    names = ("kind", "lang", "slug", "title", "state", "revision")
    return {name: getattr(article, name) for name in names}
