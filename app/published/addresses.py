"""The addresses that articles used to have."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from app.database import ReadTx
from app.models.alias import Alias
from app.models.publication import Publication
from app.visibility import NOW, visible, was_visible


def every(tx: ReadTx, article_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[str]]:
    """All paths that ever led to articles: aliases first, then the slugs they were public under."""
    return _paths(tx, article_ids, now, was_visible(Publication, NOW))


def former(tx: ReadTx, article_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[str]]:
    """Paths that lead to articles visible now: aliases first, then the slugs they once had."""
    live = aliased(Publication)
    current = sa.select(col(live.slug)).where(
        col(live.article_id) == col(Publication.article_id), visible(live, NOW)
    )
    other = col(Publication.slug) != current.scalar_subquery()
    return _paths(tx, article_ids, now, sa.and_(other, was_visible(Publication, NOW)))


def _paths(
    tx: ReadTx, article_ids: Sequence[UUID], now: datetime, wanted: ColumnElement[bool]
) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {article_id: [] for article_id in article_ids}
    aliases = sa.select(col(Alias.article_id), col(Alias.path))
    aliases = aliases.where(col(Alias.article_id).in_(article_ids)).order_by(col(Alias.path))
    for article_id, path in tx.execute(aliases):
        found[article_id].append(path)
    slugs = sa.select(col(Publication.article_id), col(Publication.slug)).where(
        col(Publication.article_id).in_(article_ids), wanted
    )
    slugs = slugs.distinct().order_by(col(Publication.slug))
    for article_id, slug in tx.execute(slugs, {"now": now}):
        found[article_id].append(f"/{slug}")
    return found
