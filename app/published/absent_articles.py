"""Slugs and ids that show no article: where each has moved to, or why nothing is there."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Moved, NotFound
from app.kit.ids import is_uuid
from app.models.alias import Alias
from app.models.publication import Publication
from app.published import gone_articles
from app.visibility import NOW, visible, was_visible


def absent_error(tx: ReadTx, slug: str, now: datetime) -> Exception:
    """The answer for a slug that shows nothing. An id is answered as an old slug is, so nobody
    learns from it whether there is a draft."""
    article_id = slug_holder(tx, slug, now)
    if article_id is None and is_uuid(slug):
        article_id = UUID(slug)
    if article_id is not None:
        current = _current_slug(tx, article_id, now)
        if current is not None:
            return Moved("moved", "It has another slug now.", slug=current)
        ended = gone_articles.gone_error(tx, article_id, now)
        if ended is not None:
            return ended
    return NotFound("article_not_found", "There is no article with this slug.")


def slug_holder(tx: ReadTx, slug: str, now: datetime) -> UUID | None:
    """The article that is or was public under a slug, here or where it was imported from."""
    statement = (
        sa.select(col(Publication.article_id))
        .where(col(Publication.slug) == slug, was_visible(Publication, NOW))
        .limit(1)
    )
    before = sa.select(col(Alias.article_id)).where(col(Alias.path) == f"/{slug}")
    answer: UUID | None = (
        tx.execute(statement, {"now": now}).scalar() or tx.execute(before).scalar()
    )
    return answer


def _current_slug(tx: ReadTx, article_id: UUID, now: datetime) -> str | None:
    """The slug under which an article is visible."""
    statement = sa.select(col(Publication.slug)).where(
        col(Publication.article_id) == article_id, visible(Publication, NOW)
    )
    slug: str | None = tx.execute(statement, {"now": now}).scalar()
    return slug
