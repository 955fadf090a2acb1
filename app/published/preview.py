"""Unpublished articles in the public shape, with tags, translations and other articles' cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from app.database import ReadTx
from app.kit.calendar import sorted_at
from app.kit.dates import plain_date
from app.kit.outline import outline_body
from app.public.articles import (
    ArticleCard,
    ArticleDetail,
    FrozenArticle,
    Neighbours,
    Seo,
    TagReference,
    Translation,
    to_outline,
)
from app.published import cards
from app.published.addresses import former_paths
from app.published.cache import HeadCache, Tags
from app.published.cards import Carrier, Place
from app.published.detail import whole_seo
from app.published.editors_choice import parents_by_slug
from app.published.translations import GroupMember, list_translations

_CARDS: Final = TypeAdapter(list[ArticleCard])
_TAGS: Final = TypeAdapter(list[TagReference])
_TRANSLATIONS: Final = TypeAdapter(list[Translation])


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
    body = outline_body(article.body_html)
    members = item.model_dump()
    carried = tags.resolve_ids(str(tag_id) for tag_id in article.tag_ids)
    member = GroupMember(item.id, article.translation_group)
    place = Place(item.id, item.kind, item.lang, sorted_at(item.published_at, item.date_precision))
    carrier = Carrier(item.id, item.lang, carried, tuple(article.related_ids))
    related = cards.find_related(tx, tags, carrier, now, HeadCache())
    neighbours = cards.find_neighbours(tx, tags, place, now)
    return ArticleDetail(
        **members,
        published_on=plain_date(item.published_at, item.date_precision),
        tags=_TAGS.validate_json(cards.references(tags, carried, item.lang)),
        translations=_TRANSLATIONS.validate_json(list_translations(tx, [member], now)[item.id]),
        parent=parents_by_slug(tx, [article.parent_slug], now).get(article.parent_slug),
        body_html=body.html,
        **to_outline(body).model_dump(),
        seo=Seo.model_validate(whole_seo(members, article.seo)),
        paths=former_paths(tx, tags, [item.id], now)[item.id],
        related=_CARDS.validate_json(related.json),
        neighbours=Neighbours.model_validate_json(neighbours.json),
    )
