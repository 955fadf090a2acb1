"""Articles that are visible now: pages of a list, one by its slug, related ones, some by id."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.database import ReadTx
from app.errors import Moved, NotFound
from app.kit.paging import Cursor
from app.models.alias import Alias
from app.models.publication import Publication, PublicationBody
from app.public.articles import complete_item
from app.published import gone_articles, kept_counts
from app.published.addresses import former_paths
from app.published.cache import HeadCache, Tags
from app.published.detail import detail_members, outlined_body, seo_json
from app.published.editors_choice import parents_by_slug
from app.published.plan import USUAL, Thresholds, choose_plan
from app.published.query import ArticleFilter, page_of
from app.published.related import cached_related
from app.published.statements import SHOWN, Order
from app.visibility import NOW, visible, was_visible

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
            _with_member(item, b"related", cached_related(tx, tags, row.id, now, recall))
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
    return recall.current and recall(
        ("matches nothing", filters), lambda: kept_counts.matches_nothing(tx, tags, filters)
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
_BY_SLUG = sa.select(*SHOWN, *_BODY).join(
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

    Raises `Moved` for an old slug, `Gone` for a former article, `NotFound` for anything else.
    """
    row = tx.execute(_BY_SLUG, {"slug": slug, "now": now}).first()
    if row is None:
        raise _absent_error(tx, slug, now)
    if languages and row.lang != languages[0]:
        row = _in_language(tx, row, languages, now)
    groups = translations_by_group(tx, [row], now)
    item = _join_item(row, tags, groups, parents_by_slug(tx, [row.parent_slug], now))
    key = row.article_id
    paths = recall(("paths", key), lambda: to_json(former_paths(tx, tags, [key], now)[key]))
    related = cached_related(tx, tags, row.id, now, recall)
    seo = recall(("seo", row.id), lambda: seo_json(row.item, row.seo))
    own = detail_members(row.body_html, row.outline, seo)
    item = b"%s,%s}" % (item[:-1], tags.absolute_urls(own))
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
    parents = parents_by_slug(tx, [row.parent_slug for row in rows], now)
    return {row.id: _join_item(row, tags, groups, parents) for row in rows}


_BY_IDS = sa.select(*SHOWN).where(
    col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)), visible(Publication, NOW)
)


def by_ids(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, bytes]:
    """The items of the visible articles among these; the others are left out."""
    rows: Sequence[Any] = tx.execute(_BY_IDS, {"ids": list(ids), "now": now}).all()
    groups = translations_by_group(tx, rows, now)
    parents = parents_by_slug(tx, [row.parent_slug for row in rows], now)
    return {row.article_id: _join_item(row, tags, groups, parents) for row in rows}


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


def current_slug(tx: ReadTx, article_id: UUID, now: datetime) -> tuple[str, str, str] | None:
    """The slug, language and kind under which an article is visible."""
    statement = sa.select(
        col(Publication.slug), col(Publication.lang), col(Publication.kind)
    ).where(col(Publication.article_id) == article_id, visible(Publication, NOW))
    row = tx.execute(statement, {"now": now}).first()
    return (row.slug, row.lang, row.kind) if row else None


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


def _absent_error(tx: ReadTx, slug: str, now: datetime) -> Exception:
    article_id = slug_holder(tx, slug, now)
    if article_id is not None:
        current = current_slug(tx, article_id, now)
        if current is not None:
            return Moved("moved", "It has another slug now.", slug=current[0])
        ended = gone_articles.gone_error(tx, article_id, now)
        if ended is not None:
            return ended
    return NotFound("article_not_found", "There is no article with this slug.")


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


def _join_item(
    row: Any, tags: Tags, groups: TranslationGroups, parents: Mapping[str | None, str]
) -> bytes:
    """The frozen fragment, with the tags, the translations and the parent appended."""
    lang, own = row.lang, tags.absolute_urls(complete_item(row.item)[:-1].encode())
    carried = tags.resolve_ids(from_json(row.tag_ids))
    references = b",".join([tags.reference(tag, lang) for tag in carried])
    others = [{"lang": its_lang, "slug": slug} for its_lang, slug in translations_of(row, groups)]
    translations = to_json(others) if others else b"[]"
    parent = parents.get(row.parent_slug)
    return b'%s,"tags":[%s],"translations":%s,"parent":%s}' % (
        *(own, references, translations),
        b"null" if parent is None else to_json(parent),
    )


def _with_member(item: bytes, name: bytes, value: bytes) -> bytes:
    """An item's JSON with one member added."""
    return b'%s,"%s":%s}' % (item[:-1], name, value)
