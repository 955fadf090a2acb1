"""The addresses that articles and tags used to have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from app.database import ReadTx
from app.models.alias import Alias
from app.models.publication import Publication
from app.models.tag import FormerTag, TagSlug
from app.published.memory import Tags
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


@dataclass(frozen=True, slots=True)
class Departed:
    """What is left of a tag: where it was found, and the tag that it has become."""

    paths: list[str]
    merged_into: UUID | None


def of_tags(tx: ReadTx, tags: Tags, tag_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Paths that used to lead to tags that are there: aliases first, then their former slugs."""
    found: dict[UUID, list[str]] = {tag_id: [] for tag_id in tag_ids}
    aliases = sa.select(col(Alias.tag_id), col(Alias.path))
    aliases = aliases.where(col(Alias.tag_id).in_(tag_ids)).order_by(col(Alias.path))
    for tag_id, path in tx.execute(aliases):
        found[tag_id].append(path)
    slugs = sa.select(col(TagSlug.tag_id), col(TagSlug.slug))
    slugs = slugs.where(col(TagSlug.tag_id).in_(tag_ids)).order_by(col(TagSlug.slug))
    for tag_id, slug in tx.execute(slugs):
        if slug != tags.by_id[tag_id].slug:
            found[tag_id].append(f"/{slug}")
    return found


def of_former_tags(tx: ReadTx, tag_ids: Sequence[UUID]) -> dict[UUID, Departed]:
    """What is left of tags that are gone."""
    rows = sa.select(col(FormerTag.id), col(FormerTag.paths), col(FormerTag.tag_id))
    rows = rows.where(col(FormerTag.id).in_(tag_ids))
    return {key: Departed(paths, into) for key, paths, into in tx.execute(rows)}


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
