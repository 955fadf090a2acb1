"""Articles that are visible now: pages of a list, one by its slug, some by id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.database import ReadTx
from app.errors import NotFound
from app.kit.paging import Cursor
from app.models.publication import Publication, PublicationBody
from app.public.articles import complete_item
from app.published import cards, kept_counts, translations
from app.published.absent_articles import absent_error
from app.published.addresses import former_paths
from app.published.cache import HeadCache, Tags
from app.published.cards import BY_KEYS, Cards, Place
from app.published.detail import detail_members, outlined_body, seo_json
from app.published.editors_choice import parents_by_slug
from app.published.plan import USUAL, Thresholds, choose_plan
from app.published.query import ArticleFilter, page_of
from app.published.statements import SHOWN, Order
from app.visibility import NOW, visible

Extra = Literal["related", "paths"]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One page: the items' JSON, and the starts of the next and the previous pages."""

    items: list[bytes]
    next: Cursor | None
    prev: Cursor | None


def list_page(
    tx: ReadTx,
    tags: Tags,
    filters: ArticleFilter,
    order: Order,
    cursor: Cursor | None,
    limit: int,
    now: datetime,
    recall: HeadCache,
    include: Collection[Extra] = (),
    bounds: Thresholds = USUAL,
) -> ArticlePage:
    """The items of one page, in the given order even when the cursor walks backwards.

    `include` adds members that the detail always has, for the whole page at once.
    """
    rows: Sequence[Any] = ()
    if not _matches_nothing(tx, tags, filters, recall):
        filters, plan = choose_plan(tx, tags, filters, order, now, bounds)
        statement, values = page_of(filters, plan, order, cursor, limit + 1, now)
        rows = tx.execute(statement, values).all()
    more, rows = len(rows) > limit, rows[:limit]
    backwards = cursor is not None and cursor.backwards
    if backwards:
        rows = rows[::-1]
    items = items_by_key(tx, tags, [row.id for row in rows], now, recall)
    if "paths" in include:
        paths = former_paths(tx, tags, [row.article_id for row in rows], now)
        items = [
            _with_member(item, b"paths", to_json(paths[row.article_id]))
            for item, row in zip(items, rows, strict=True)
        ]
    if "related" in include:
        others = _related_by_key(tx, tags, [row.id for row in rows], now, recall)
        items = [
            _with_member(item, b"related", shown.json)
            for item, shown in zip(items, others, strict=True)
        ]
    if not rows:
        # Every article after (or before) the cursor is gone, but the way back still works.
        back = Cursor(cursor.at, cursor.id, not backwards) if cursor else None
        return ArticlePage([], back if backwards else None, None if backwards else back)
    return ArticlePage(
        items,
        _place(rows[-1], backwards=False) if more or backwards else None,
        _place(rows[0], backwards=True) if (more if backwards else cursor) else None,
    )


def _matches_nothing(tx: ReadTx, tags: Tags, filters: ArticleFilter, recall: HeadCache) -> bool:
    # The kept counts are those of one kind.
    return (
        recall.current
        and not filters.any_kind
        and recall(
            ("matches nothing", filters), lambda: kept_counts.matches_nothing(tx, tags, filters)
        )
    )


def _place(row: Any, *, backwards: bool) -> Cursor:
    if isinstance(row.key_at, int):
        return Cursor.numbered(row.key_at, row.article_id, backwards=backwards)
    return Cursor(row.key_at, row.article_id, backwards)


_BODY = (
    col(PublicationBody.body_html),
    col(PublicationBody.outline),
    col(PublicationBody.seo),
)
_BY_SLUG = sa.select(*SHOWN, col(Publication.kind), col(Publication.published_at), *_BODY).join(
    PublicationBody, col(PublicationBody.publication_id) == col(Publication.id)
)
_BY_SLUG = _BY_SLUG.where(col(Publication.slug) == sa.bindparam("slug"), visible(Publication, NOW))


def article_item(
    tx: ReadTx, tags: Tags, slug: str, languages: Sequence[str], now: datetime
) -> tuple[UUID, bytes]:
    """The id of one article and its item with `seo`, in the first of `languages` in which it is
    visible.

    Raises `Moved` for an old slug and for an id, `Gone` for a former article, `NotFound` for
    anything else.
    """
    row = _find_row(tx, slug, languages, now)
    seo = tags.absolute_urls(seo_json(row.item, row.seo))
    return row.article_id, _with_member(_join_items(tx, tags, [row], now)[0], b"seo", seo)


def article_detail(
    tx: ReadTx,
    tags: Tags,
    slug: str,
    languages: Sequence[str],
    now: datetime,
    recall: HeadCache,
) -> tuple[UUID, bytes, tuple[UUID, ...]]:
    """The id and the JSON of one article whole, as `article_item` finds it, and the ids of the
    articles whose cards it shows."""
    row = _find_row(tx, slug, languages, now)
    key = row.article_id
    paths = recall(("paths", key), lambda: to_json(former_paths(tx, tags, [key], now)[key]))
    carrier = cards.carrier_of(row, tags)
    related = recall(
        ("related", row.id), lambda: cards.find_related(tx, tags, carrier, now, recall)
    )
    place = Place(key, row.kind, row.lang, row.published_at)
    beside = recall(("neighbours", row.id), lambda: cards.find_neighbours(tx, tags, place, now))
    seo = recall(("seo", row.id), lambda: seo_json(row.item, row.seo))
    own = tags.absolute_urls(detail_members(row.body_html, row.outline, seo))
    item = b"%s,%s}" % (_join_items(tx, tags, [row], now)[0][:-1], own)
    for name, value in (
        (b"paths", paths),
        (b"related", related.json),
        (b"neighbours", beside.json),
    ):
        item = _with_member(item, name, value)
    return key, item, (*related.ids, *beside.ids)


def _find_row(tx: ReadTx, slug: str, languages: Sequence[str], now: datetime) -> Any:
    row = tx.execute(_BY_SLUG, {"slug": slug, "now": now}).first()
    if row is None:
        raise absent_error(tx, slug, now)
    if languages and row.lang != languages[0]:
        row = _in_language(tx, row, languages, now)
    return row


def items_by_key(
    tx: ReadTx, tags: Tags, keys: Sequence[int], now: datetime, recall: HeadCache
) -> list[bytes]:
    """The items of visible publications, from memory where they are."""
    return recall.many(keys, lambda missing: _load_items(tx, tags, missing, now))


def _load_items(tx: ReadTx, tags: Tags, keys: Sequence[int], now: datetime) -> dict[int, bytes]:
    rows: Sequence[Any] = tx.execute(BY_KEYS, {"keys": keys}).all()
    return dict(zip([row.id for row in rows], _join_items(tx, tags, rows, now), strict=True))


def _related_by_key(
    tx: ReadTx, tags: Tags, keys: Sequence[int], now: datetime, recall: HeadCache
) -> list[Cards]:
    """The related articles of visible publications, from memory where they are."""

    def make(missing: list[tuple[str, int]]) -> dict[tuple[str, int], Cards]:
        rows: Sequence[Any] = tx.execute(BY_KEYS, {"keys": [key for _, key in missing]}).all()
        carriers = [cards.carrier_of(row, tags) for row in rows]
        related = cards.find_related_to_each(tx, tags, carriers, now, recall)
        return {("related", row.id): related[row.article_id] for row in rows}

    return recall.many([("related", key) for key in keys], make)


_BY_IDS = sa.select(*SHOWN).where(
    col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)), visible(Publication, NOW)
)


def by_ids(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, bytes]:
    """The items of the visible articles among these; the others are left out."""
    rows: Sequence[Any] = tx.execute(_BY_IDS, {"ids": list(ids), "now": now}).all()
    items = _join_items(tx, tags, rows, now)
    return dict(zip([row.article_id for row in rows], items, strict=True))


_BODIES = (
    sa.select(col(Publication.article_id), *_BODY[:2])
    .join(PublicationBody, col(PublicationBody.publication_id) == col(Publication.id))
    .where(
        col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)),
        visible(Publication, NOW),
    )
)


def bodies_by_id(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """The sanitised HTML of the visible articles among these."""
    rows = tx.execute(_BODIES, {"ids": list(ids), "now": now})
    return {
        key: tags.absolute_urls(outlined_body(body, outline)[0].encode()).decode()
        for key, body, outline in rows
    }


_DETAILS = _BODIES.add_columns(_BODY[2], col(Publication.item))


def detail_members_by_id(
    tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime
) -> dict[UUID, bytes]:
    """The members that the detail of each visible article among these has beside its item: as JSON
    without braces, and without those that other articles decide."""
    rows = tx.execute(_DETAILS, {"ids": list(ids), "now": now})
    return {
        key: tags.absolute_urls(detail_members(body, outline, seo_json(item, seo)))
        for key, body, outline, seo, item in rows
    }


def _in_language(tx: ReadTx, row: Any, languages: Sequence[str], now: datetime) -> Any:
    siblings: dict[str, str] = {row.lang: from_json(row.item)["slug"]}
    siblings |= dict(translations.list_addresses(tx, [row], now)[row.article_id])
    for language in languages:
        if language == row.lang:
            return row
        if language in siblings:
            return tx.execute(_BY_SLUG, {"slug": siblings[language], "now": now}).one()
    languages_there = ", ".join(sorted(siblings))
    raise NotFound(
        "translation_not_found",
        f"It is not published in that language; it is in: {languages_there}.",
    )


def _join_items(tx: ReadTx, tags: Tags, rows: Sequence[Any], now: datetime) -> list[bytes]:
    """The frozen fragments with their plain dates, and with today's tags, translations, parents."""
    others = translations.list_translations(tx, rows, now)
    parents = parents_by_slug(tx, [row.parent_slug for row in rows], now)
    return [
        b'%s,"published_on":%s,"tags":%s,"translations":%s,"parent":%s}'
        % (
            tags.absolute_urls(complete_item(row.item)[:-1].encode()),
            to_json(cards.published_on(row.item)),
            cards.references(tags, tags.resolve_ids(from_json(row.tag_ids)), row.lang),
            others[row.article_id],
            to_json(parents.get(row.parent_slug)),
        )
        for row in rows
    ]


def _with_member(item: bytes, name: bytes, value: bytes) -> bytes:
    """An item's JSON with one member added."""
    return b'%s,"%s":%s}' % (item[:-1], name, value)
