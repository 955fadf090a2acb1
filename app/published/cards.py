"""Cards of other articles that an article shows: related ones, and its neighbours.

But for those that editors chose, all are in the article's language, and in the order of the list,
which no two articles share.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.database import ReadTx
from app.kit.dates import plain_date
from app.models.publication import Publication, PublicationTag
from app.public.articles import ArticleCard, complete_item, text_member
from app.published.cache import CachedTag, HeadCache, Tags
from app.published.editors_choice import find_chosen_keys, parse_ids
from app.published.statements import SHOWN
from app.visibility import NOW, visible

_RELATED: Final = 5
_RARE_TAGS: Final = 3
_CANDIDATES: Final = 10
"""The newest articles of a tag that may be related to one that carries it."""

_OWN: Final = tuple(name for name in ArticleCard.model_fields if name != "tags")


@dataclass(frozen=True, slots=True)
class Cards:
    """The JSON of a member that shows cards, and the ids of the articles that it shows."""

    json: bytes
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An article's place in the list of its language: `at` is the instant by which lists sort."""

    article_id: UUID
    kind: str
    lang: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Carrier:
    """An article with its tags and with the related articles that editors chose, both in the
    editor's order."""

    article_id: UUID
    lang: str
    tags: Sequence[CachedTag]
    chosen_ids: Sequence[UUID] = ()


def published_on(item_json: str) -> str | None:
    """The plain date of a frozen article."""
    at, precision = (text_member(item_json, name) for name in ("published_at", "date_precision"))
    return _plain_date_text(at[1:-1], precision[1:-1])


@lru_cache(maxsize=2_000)
def _plain_date_text(at: str, precision: str) -> str | None:
    day = plain_date(datetime.fromisoformat(at), precision)
    return day.isoformat() if day else None


def references(tags: Tags, carried_tags: Sequence[CachedTag], lang: str) -> bytes:
    """The tags of an article as the JSON of a list of `TagReference`."""
    return b"[%s]" % b",".join([tags.reference(tag, lang) for tag in carried_tags])


def find_neighbours(tx: ReadTx, tags: Tags, place: Place, now: datetime) -> Cards:
    """The articles before and after a place, as the JSON of `Neighbours`."""
    if place.kind != "article":
        return Cards(b'{"older":null,"newer":null}', ())
    values = {"lang": place.lang, "at": place.at, "id": place.article_id, "now": now}
    older, newer = (tx.execute(query, values).first() for query in (_OLDER, _NEWER))
    json = b'{"older":%s,"newer":%s}' % (
        b"null" if older is None else _to_card(older, tags),
        b"null" if newer is None else _to_card(newer, tags),
    )
    return Cards(json, tuple(row.article_id for row in (older, newer) if row is not None))


def find_related(
    tx: ReadTx, tags: Tags, carrier: Carrier, now: datetime, recall: HeadCache
) -> Cards:
    """As `find_related_to_each`, to one article."""
    return find_related_to_each(tx, tags, [carrier], now, recall)[carrier.article_id]


def find_related_to_each(
    tx: ReadTx, tags: Tags, carriers: Sequence[Carrier], now: datetime, recall: HeadCache
) -> dict[UUID, Cards]:
    """The related articles of each article, as the JSON of a list of `ArticleCard`: those that
    editors chose, as far as they are visible; then, up to five together, the newest articles in
    the same language that share its tags, those with more shared tags first.

    Only the first three tags that are no format are read, ten articles each.
    """
    chosen_keys = find_chosen_keys(tx, [key for one in carriers for key in one.chosen_ids], now)
    related = {one.article_id: _find_related(tx, one, chosen_keys, now, recall) for one in carriers}
    keys = {key for some in related.values() for key in some}
    shown: dict[int, Any] = {}
    if keys:
        shown = {row.id: row for row in tx.execute(BY_KEYS, {"keys": list(keys)})}
    ready = {key: _to_card(row, tags) for key, row in shown.items()}
    return {
        article: Cards(
            b"[%s]" % b",".join([ready[key] for key in some]),
            tuple(shown[key].article_id for key in some),
        )
        for article, some in related.items()
    }


def carrier_of(row: Any, tags: Tags) -> Carrier:
    """A publication's article with its tags as they are now."""
    carried = tags.resolve_ids(from_json(row.tag_ids))
    return Carrier(row.article_id, row.lang, carried, parse_ids(row.related_ids))


BY_KEYS: Final = sa.select(*SHOWN).where(
    col(Publication.id).in_(sa.bindparam("keys", expanding=True))
)


def _find_related(
    tx: ReadTx, carrier: Carrier, chosen_keys: Mapping[UUID, int], now: datetime, recall: HeadCache
) -> list[int]:
    """The keys of the related publications, in the order in which they are shown."""
    own = [chosen_keys[key] for key in carrier.chosen_ids if key in chosen_keys]
    if len(own) >= _RELATED:
        return own
    return [*own, *_find_nearest(tx, carrier, now, recall)][:_RELATED]


def _find_nearest(tx: ReadTx, carrier: Carrier, now: datetime, recall: HeadCache) -> list[int]:
    """The keys of publications that share tags, without those that editors chose; nearest first."""
    telling = [tag for tag in carrier.tags if tag.type != "format"] or carrier.tags
    others = {carrier.article_id, *carrier.chosen_ids}
    shared: Counter[tuple[datetime, UUID, int]] = Counter()
    for tag in telling[:_RARE_TAGS]:
        newest = _list_newest(tx, tag, carrier.lang, now, recall)
        shared.update([one for one in newest if one[1] not in others][:_CANDIDATES])
    ranked = sorted(shared, key=lambda key: (shared[key], key), reverse=True)
    return [key for _, _, key in ranked[:_RELATED]]


def _list_newest(
    tx: ReadTx, tag: CachedTag, lang: str, now: datetime, recall: HeadCache
) -> list[tuple[datetime, UUID, int]]:
    """The date, the article and the key of the newest publications of a tag: one more than can be
    related to one of them."""
    values = {"tag_id": tag.id, "lang": lang, "now": now}
    return recall(
        ("newest", tag.id, lang),
        lambda: [(at, article, key) for at, article, key in tx.execute(_NEWEST, values)],
    )


def _to_card(row: Any, tags: Tags) -> bytes:
    item = from_json(complete_item(row.item))
    item["published_on"] = published_on(row.item)
    own = tags.absolute_urls(to_json({name: item[name] for name in _OWN}))
    carrier = carrier_of(row, tags)
    return b'%s,"tags":%s}' % (own[:-1], references(tags, carrier.tags, row.lang))


_NEWEST: Final = (
    sa.select(
        col(PublicationTag.published_at),
        col(PublicationTag.article_id),
        col(PublicationTag.publication_id),
    )
    .where(
        col(PublicationTag.tag_id) == sa.bindparam("tag_id"),
        col(PublicationTag.kind) == "article",
        visible(PublicationTag, NOW),
        col(PublicationTag.lang) == sa.bindparam("lang"),
    )
    .order_by(col(PublicationTag.published_at).desc(), col(PublicationTag.article_id).desc())
    .limit(_CANDIDATES + 1)
)


def _neighbour_query(*, is_newer: bool) -> sa.Select[*tuple[Any, ...]]:
    """The next article of a language from a place in its list.

    The language is part of the place, and not a condition of its own: only the index of the list of
    a language has that order. With an equation PostgreSQL may walk the list of all languages, which
    takes long if the newest article of this one is old.
    """
    lang = col(Publication.lang)
    key = (lang, col(Publication.published_at), col(Publication.article_id))
    own_lang = sa.bindparam("lang", type_=sa.String())
    own_id = sa.bindparam("id", type_=sa.Uuid())
    here = sa.tuple_(own_lang, sa.bindparam("at", type_=UTCDateTime()), own_id)
    statement: sa.Select[*tuple[Any, ...]] = sa.select(*SHOWN).where(
        col(Publication.kind) == "article",
        sa.tuple_(*key) > here if is_newer else sa.tuple_(*key) < here,
        lang <= own_lang if is_newer else lang >= own_lang,
        visible(Publication, NOW),
        # A preview may have another date than the same article has in public.
        col(Publication.article_id) != own_id,
    )
    ordered = statement.order_by(*(part.asc() if is_newer else part.desc() for part in key))
    return ordered.limit(1)


_OLDER: Final = _neighbour_query(is_newer=False)
_NEWER: Final = _neighbour_query(is_newer=True)
