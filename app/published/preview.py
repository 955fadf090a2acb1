"""Unpublished articles in the public shape, with tags, translations and other articles' cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from app.database import ReadTx
from app.kit.calendar import sorted_at
from app.kit.dates import plain_date
from app.public.articles import (
    ArticleCard,
    ArticleDetail,
    FrozenArticle,
    Neighbours,
    TagReference,
    Translation,
)
from app.published import cards
from app.published.addresses import former_paths
from app.published.cache import HeadCache, Tags
from app.published.cards import Carrier, Place
from app.published.translations import GroupMember, list_translations

_CARDS: Final = TypeAdapter(list[ArticleCard])
_TAGS: Final = TypeAdapter(list[TagReference])
_TRANSLATIONS: Final = TypeAdapter(list[Translation])


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
    member = GroupMember(item.id, translation_group)
    place = Place(item.id, item.kind, item.lang, sorted_at(item.published_at, item.date_precision))
    related = cards.find_related(tx, tags, Carrier(item.id, item.lang, carried), now, HeadCache())
    neighbours = cards.find_neighbours(tx, tags, place, now)
    return ArticleDetail(
        **item.model_dump(),
        published_on=plain_date(item.published_at, item.date_precision),
        tags=_TAGS.validate_json(cards.references(tags, carried, item.lang)),
        translations=_TRANSLATIONS.validate_json(list_translations(tx, [member], now)[item.id]),
        body_html=body_html,
        paths=former_paths(tx, tags, [item.id], now)[item.id],
        related=_CARDS.validate_json(related.json),
        neighbours=Neighbours.model_validate_json(neighbours.json),
    )
