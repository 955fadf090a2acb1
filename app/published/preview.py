"""Unpublished articles in the public shape, with tags, translations and related articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.kit.outline import outline_body
from app.models.publication import Publication
from app.public.articles import (
    ArticleDetail,
    FrozenArticle,
    Related,
    Seo,
    TagReference,
    Translation,
    to_outline,
)
from app.published.addresses import former_paths
from app.published.cache import Tags
from app.published.detail import whole_seo
from app.published.editors_choice import parents_by_slug
from app.published.related import related_json
from app.visibility import visible

_RELATED = TypeAdapter(list[Related])


@dataclass(frozen=True, slots=True)
class UnpublishedArticle:
    """What a publication would freeze; `seo` is the JSON of the members that editors wrote."""

    item: FrozenArticle
    body_html: str
    seo: str | None
    tag_ids: Sequence[UUID]
    translation_group: UUID | None
    parent_slug: str | None
    related_ids: Sequence[UUID]


def preview_detail(
    tx: ReadTx, tags: Tags, article: UnpublishedArticle, now: datetime
) -> ArticleDetail:
    """The detail that readers would get if these fields were published now."""
    item = article.item
    carried = tags.resolve_ids(str(tag_id) for tag_id in article.tag_ids)
    body = outline_body(article.body_html)
    members = item.model_dump()
    related = related_json(tx, carried, item.lang, item.id, now, article.related_ids)
    references = [from_json(tags.reference(tag, item.lang)) for tag in carried]
    return ArticleDetail(
        **members,
        tags=[TagReference(**reference) for reference in references],
        translations=_translations(tx, item.id, article.translation_group, now),
        parent=parents_by_slug(tx, [article.parent_slug], now).get(article.parent_slug),
        body_html=body.html,
        **to_outline(body).model_dump(),
        seo=Seo.model_validate(whole_seo(members, article.seo)),
        paths=former_paths(tx, tags, [item.id], now)[item.id],
        related=_RELATED.validate_json(related),
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
