"""The common part of every act on an article. The act applies to the revision that its
editor has seen, increments the number, records who did it and when, and enters the audit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit, desk_events
from app.database import ReadTx, WriteTx
from app.editorial import articles
from app.editorial.content import Actor
from app.errors import Conflict, Detail, Forbidden
from app.models.article import Article, Revision
from app.public.vocabulary import ArticleAct

ArticleAction = ArticleAct | Literal["saved", "created", "duplicated", "text_restored"]
"""Every act on an article; the timeline tells of the last four by the saved texts."""


@contextmanager
def command(
    tx: WriteTx,
    actor: Actor,
    action: ArticleAction,
    article_id: UUID,
    revision: int,
    now: datetime,
    *,
    on_trashed: bool = False,
    details: Mapping[str, object] | None = None,
) -> Iterator[Article]:
    """An act on an article; `Stale` unless it is at `revision`.

    `Conflict` when it is in the trash (or, with `on_trashed`, when it is not). `details` goes into
    the audit.
    """
    article = articles.lock_article(tx, article_id, revision)
    refuse_foreign(tx, actor, article)
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
    """`Conflict` when the article is in the trash."""
    if article.trashed_at is not None:
        raise Conflict("in_trash", "It is in the trash; restore it first.")


def refuse_foreign(tx: ReadTx, actor: Actor, article: Article) -> None:
    """`Forbidden` when the actor may change only own articles and another began this one."""
    if not actor.own_drafts_only:
        return
    first = (
        sa.select(col(Revision.saved_by_id))
        .where(col(Revision.article_id) == article.id)
        .order_by(col(Revision.number))
        .limit(1)
    )
    if actor.account_id is None or tx.execute(first).scalar() != actor.account_id:
        message = "Writers here change only the articles that they began; ask an editor."
        raise Forbidden("not_own_article", message)


def refuse_moved(subject: str, current: int, expected: int | None) -> None:
    """`Conflict` when the text is not the expected one."""
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
    action: ArticleAction,
    article: Article,
    now: datetime,
    *,
    before: Mapping[str, object] | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Record an act in the audit and tell webhooks of it, unless it is an import, which has no
    account."""
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
        desk_events.record_act(tx, action, article, actor.account_id, now, details or {})


def audit_state(article: Article) -> dict[str, object]:
    """An article as the audit shows it."""
    names = ("kind", "lang", "slug", "title", "state", "revision")
    return {name: getattr(article, name) for name in names}
