"""Discard the draft beside a live text: the working copy is what readers see again."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import WriteTx
from app.editorial import article_slugs, articles, releases
from app.editorial.article_status import is_pending
from app.editorial.commands import command
from app.editorial.content import Actor
from app.errors import Conflict
from app.models.article import Article
from app.models.publication import Publication


def discard(tx: WriteTx, actor: Actor, article_id: UUID, revision: int, now: datetime) -> Article:
    """Make the public text the newest again, with its state. The draft stays among the saved texts,
    and can be restored. `Conflict` when nothing is public, or nothing is beside it."""
    details: dict[str, object] = {}
    with command(tx, actor, "discarded", article_id, revision, now, details=details) as article:
        visible = releases.shown_at(tx, article_id, head(tx).moment(now))
        if visible is None:
            message = (
                "Nothing of it is public, so there is no text to go back to; trash it instead."
            )
            raise Conflict("not_public", message)
        if visible.revision == article.text_revision:
            message = "Its newest text is what readers see; there is nothing to discard."
            raise Conflict("nothing_to_discard", message)
        if _is_scheduled(tx, article, now):
            raise Conflict("still_scheduled", "Its newest text is scheduled; cancel that first.")
        details["note"] = f"text {article.text_revision}"
        articles.return_to_text(tx, article, visible.revision, visible.slug)
        article_slugs.release_slugs(tx, article)
        article.state, article.review_note = "published", None
    return article


def _is_scheduled(tx: WriteTx, article: Article, now: datetime) -> bool:
    """Whether the newest text is to become public."""
    pending = sa.exists().where(
        col(Publication.article_id) == article.id,
        col(Publication.revision) == article.text_revision,
        is_pending(head(tx).moment(now)),
    )
    return bool(tx.execute(sa.select(pending)).scalar())
