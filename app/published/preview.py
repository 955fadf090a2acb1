"""Unpublished articles in the public shape, with tags, translations and related articles."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.models.publication import Publication
from app.public.articles import ArticleDetail, FrozenArticle, Related, TagReference, Translation
from app.published.addresses import former_paths
from app.published.articles import related_json
from app.published.cache import Tags
from app.visibility import visible

_RELATED = TypeAdapter(list[Related])


def preview_detail(
    tx: ReadTx,
    tags: Tags,
    item: FrozenArticle,
    body_html: str,
    tag_ids: Sequence[UUID],
    translation_group: UUID | None,
    now: datetime,
) -> ArticleDetail:
    """The detail that readers would get if these fields were published now."""
    carried = tags.resolve_ids(str(tag_id) for tag_id in tag_ids)
    references = [from_json(tags.reference(tag, item.lang)) for tag in carried]
    return ArticleDetail(
        **item.model_dump(),
        tags=[TagReference(**reference) for reference in references],
        translations=_translations(tx, item.id, translation_group, now),
        body_html=body_html,
        paths=former_paths(tx, tags, [item.id], now)[item.id],
        related=_RELATED.validate_json(related_json(tx, carried, item.lang, item.id, now)),
    )


def _translations(
    tx: ReadTx, article_id: UUID, group: UUID | None, now: datetime
) -> list[Translation]:
    if group is None:
        return []
    others = sa.select(col(Publication.lang), col(Publication.slug)).where(
        col(Publication.translation_group) == group,
        col(Publication.article_id) != article_id,
        visible(Publication, now),
    )
    rows = tx.execute(others.order_by(col(Publication.lang)))
    return [Translation(lang=lang, slug=slug) for lang, slug in rows]
