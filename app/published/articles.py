"""Articles that are visible now: pages of a list, one by its slug, related ones, some by id."""

from collections import Counter
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
from app.models.publication import Publication, PublicationBody, PublicationTag
from app.public.articles import complete_item
from app.published import kept_counts
from app.published.absent_articles import absent_error
from app.published.addresses import former_paths
from app.published.cache import CachedTag, HeadCache, Tags
from app.published.plan import USUAL, Thresholds, choose_plan
from app.published.query import ArticleFilter, page_of
from app.published.statements import SHOWN, Order
from app.visibility import NOW, visible

Extra = Literal["related", "paths"]
RELATED = 5
_RARE_TAGS = 3


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

    `include` adds members that the detail always has; one query reads the paths of a whole page.
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
        items = [
            _with_member(item, b"related", _cached_related(tx, tags, row.id, now, recall))
            for item, row in zip(items, rows, strict=True)
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
    return Cursor(row.key_at, row.article_id, backwards)


_BY_SLUG = sa.select(*SHOWN, col(PublicationBody.body_html)).join(
    PublicationBody, col(PublicationBody.publication_id) == col(Publication.id)
)
_BY_SLUG = _BY_SLUG.where(col(Publication.slug) == sa.bindparam("slug"), visible(Publication, NOW))


def article_detail(
    tx: ReadTx,
    tags: Tags,
    slug: str,
    languages: Sequence[str],
    now: datetime,
    recall: HeadCache,
) -> tuple[UUID, bytes, bytes]:
    """The id, the JSON and the related articles' JSON of one article whole, in the first of
    `languages` in which it is visible.

    Raises `Moved` for an old slug and for an id, `Gone` for a former article, `NotFound` for
    anything else.
    """
    row = tx.execute(_BY_SLUG, {"slug": slug, "now": now}).first()
    if row is None:
        raise absent_error(tx, slug, now)
    if languages and row.lang != languages[0]:
        row = _in_language(tx, row, languages, now)
    item = _join_item(row, tags, translations_by_group(tx, [row], now))
    key = row.article_id
    paths = recall(("paths", key), lambda: to_json(former_paths(tx, tags, [key], now)[key]))
    related = _cached_related(tx, tags, row.id, now, recall)
    item = _with_member(item, b"body_html", tags.absolute_urls(to_json(row.body_html)))
    return key, _with_member(_with_member(item, b"paths", paths), b"related", related), related


_BY_KEYS = sa.select(*SHOWN).where(col(Publication.id).in_(sa.bindparam("keys", expanding=True)))


def items_by_key(
    tx: ReadTx, tags: Tags, keys: Sequence[int], now: datetime, recall: HeadCache
) -> list[bytes]:
    """The items of visible publications, from memory where they are."""
    return recall.many(keys, lambda missing: _load_items(tx, tags, missing, now))


def _load_items(tx: ReadTx, tags: Tags, keys: Sequence[int], now: datetime) -> dict[int, bytes]:
    rows: Sequence[Any] = tx.execute(_BY_KEYS, {"keys": keys}).all()
    groups = translations_by_group(tx, rows, now)
    return {row.id: _join_item(row, tags, groups) for row in rows}


_BY_IDS = sa.select(*SHOWN).where(
    col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)), visible(Publication, NOW)
)


def by_ids(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, bytes]:
    """The items of the visible articles among these; the others are left out."""
    rows: Sequence[Any] = tx.execute(_BY_IDS, {"ids": list(ids), "now": now}).all()
    groups = translations_by_group(tx, rows, now)
    return {row.article_id: _join_item(row, tags, groups) for row in rows}


_BODIES = (
    sa.select(col(Publication.article_id), col(PublicationBody.body_html))
    .join(PublicationBody, col(PublicationBody.publication_id) == col(Publication.id))
    .where(
        col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)),
        visible(Publication, NOW),
    )
)


def bodies_by_id(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """The sanitised HTML of the visible articles among these."""
    rows = tx.execute(_BODIES, {"ids": list(ids), "now": now})
    return {key: tags.absolute_urls(body.encode()).decode() for key, body in rows}


def _in_language(tx: ReadTx, row: Any, languages: Sequence[str], now: datetime) -> Any:
    siblings: dict[str, str] = {row.lang: from_json(row.item)["slug"]}
    if (group := row.translation_group) is not None:
        siblings |= {lang: slug for lang, slug, _ in translations_by_group(tx, [row], now)[group]}
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


TranslationGroups = dict[UUID, list[tuple[str, str, UUID]]]
"""Language, slug and id of the visible members of translation groups."""
_GROUPS = (
    sa.select(
        col(Publication.translation_group),
        col(Publication.lang),
        col(Publication.slug),
        col(Publication.article_id),
    )
    .where(
        col(Publication.translation_group).in_(sa.bindparam("groups", expanding=True)),
        visible(Publication, NOW),
    )
    .order_by(col(Publication.lang))
)


def translations_by_group(tx: ReadTx, rows: Sequence[Any], now: datetime) -> TranslationGroups:
    """The visible members of each translation group of these articles."""
    members_by_group: TranslationGroups = {}
    groups = [row.translation_group for row in rows if row.translation_group is not None]
    if groups:
        for group, lang, slug, article_id in tx.execute(_GROUPS, {"groups": groups, "now": now}):
            members_by_group.setdefault(group, []).append((lang, slug, article_id))
    return members_by_group


def translations_of(row: Any, groups: TranslationGroups) -> list[tuple[str, str]]:
    """The languages and slugs of the other members of an article's translation group."""
    members = groups.get(row.translation_group, ())
    return [(lang, slug) for lang, slug, key in members if key != row.article_id]


def _join_item(row: Any, tags: Tags, groups: TranslationGroups) -> bytes:
    """The frozen fragment, with the tags and translations appended."""
    lang, own = row.lang, tags.absolute_urls(complete_item(row.item)[:-1].encode())
    carried = tags.resolve_ids(from_json(row.tag_ids))
    references = b",".join([tags.reference(tag, lang) for tag in carried])
    others = [{"lang": its_lang, "slug": slug} for its_lang, slug in translations_of(row, groups)]
    translations = to_json(others) if others else b"[]"
    return b'%s,"tags":[%s],"translations":%s}' % (own, references, translations)


def _with_member(item: bytes, name: bytes, value: bytes) -> bytes:
    """An item's JSON with one member added."""
    return b'%s,"%s":%s}' % (item[:-1], name, value)


_NEWEST = (
    sa.select(col(PublicationTag.publication_id))
    .where(
        col(PublicationTag.tag_id) == sa.bindparam("tag_id"),
        col(PublicationTag.kind) == "article",
        visible(PublicationTag, NOW),
        col(PublicationTag.lang) == sa.bindparam("lang"),
        col(PublicationTag.article_id) != sa.bindparam("article_id"),
    )
    .order_by(col(PublicationTag.published_at).desc(), col(PublicationTag.article_id).desc())
    .limit(10)
)


def _cached_related(
    tx: ReadTx, tags: Tags, publication: int, now: datetime, recall: HeadCache
) -> bytes:
    def make() -> bytes:
        row = tx.execute(_BY_KEYS, {"keys": [publication]}).one()
        carried = tags.resolve_ids(from_json(row.tag_ids))
        return related_json(tx, carried, row.lang, row.article_id, now)

    return recall(("related", publication), make)


def related_json(
    tx: ReadTx, own_tags: Sequence[CachedTag], lang: str, article_id: UUID, now: datetime
) -> bytes:
    """The newest articles in the same language that share its tags; more shared tags first.

    Only the article's most specific tags (furthest from the root) are read, ten articles each.
    """
    own_tags = [tag for tag in own_tags if tag.type != "format"] or own_tags
    shared: Counter[int] = Counter()
    for tag in own_tags[:_RARE_TAGS]:
        values = {"tag_id": tag.id, "now": now, "lang": lang, "article_id": article_id}
        shared.update(tx.execute(_NEWEST, values).scalars())
    if not shared:
        return b"[]"
    rows = tx.execute(_BY_KEYS, {"keys": list(shared)})
    near = [(shared[other.id], from_json(other.item)) for other in rows]
    near.sort(key=lambda pair: (pair[0], pair[1]["published_at"], pair[1]["id"]), reverse=True)
    columns = ("id", "slug", "lang", "title", "published_at")
    return to_json([{name: item[name] for name in columns} for _, item in near[:RELATED]])
