"""Articles that are visible now: pages, one by its slug, what it is related to, by id."""

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
from app.errors import Moved, NotFound
from app.kit.paging import Cursor
from app.models.alias import Alias
from app.models.publication import Publication, PublicationBody, PublicationTag
from app.public.articles import complete_item
from app.published import endings
from app.published.addresses import former
from app.published.memory import KnownTag, Recall, Tags
from app.published.plan import USUAL, Thresholds, by_rarity, planned
from app.published.query import ArticleFilter, count_of, page_of
from app.published.statements import SHOWN, Order
from app.visibility import NOW, visible, was_visible

Extra = Literal["related", "paths"]
RELATED = 5
_RARE_TAGS = 3


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One page: the items' JSON, and where the next and the previous pages begin."""

    items: list[bytes]
    next: Cursor | None
    prev: Cursor | None


def page(
    tx: ReadTx,
    tags: Tags,
    chosen: ArticleFilter,
    order: Order,
    cursor: Cursor | None,
    limit: int,
    now: datetime,
    recall: Recall,
    include: Collection[Extra] = (),
    bounds: Thresholds = USUAL,
) -> ArticlePage:
    """The items of one page, in the order asked for whichever way the cursor walks.

    `include` adds what the detail always has; paths are read for the whole page at once.
    """
    chosen, plan = planned(tx, tags, chosen, order, now, bounds)
    statement, values = page_of(chosen, plan, order, cursor, limit + 1, now)
    rows: Sequence[Any] = tx.execute(statement, values).all()
    more, rows = len(rows) > limit, rows[:limit]
    backwards = cursor is not None and cursor.backwards
    if backwards:
        rows = rows[::-1]
    items = recall.many([row.id for row in rows], lambda missing: _items(tx, tags, missing, now))
    if "paths" in include:
        paths = former(tx, tags, [row.article_id for row in rows], now)
        items = [
            _with(item, b"paths", to_json(paths[row.article_id]))
            for item, row in zip(items, rows, strict=True)
        ]
    if "related" in include:
        items = [
            _with(item, b"related", _related(tx, tags, row.id, now, recall))
            for item, row in zip(items, rows, strict=True)
        ]
    if not rows:
        # Everything after (or before) the cursor has gone: the way back is still open.
        back = Cursor(cursor.at, cursor.id, not backwards) if cursor else None
        return ArticlePage([], back if backwards else None, None if backwards else back)
    return ArticlePage(
        items,
        _place(rows[-1], backwards=False) if more or backwards else None,
        _place(rows[0], backwards=True) if (more if backwards else cursor) else None,
    )


def _place(row: Any, *, backwards: bool) -> Cursor:
    return Cursor(row.key_at, row.article_id, backwards)


def total(tx: ReadTx, tags: Tags, chosen: ArticleFilter, now: datetime) -> int:
    """How many articles a filter finds."""
    statement, values = count_of(*by_rarity(tx, tags, chosen), now)
    return int(tx.execute(statement, values).scalar_one())


_BY_SLUG = sa.select(*SHOWN, col(PublicationBody.body_html)).join(
    PublicationBody, col(PublicationBody.publication_id) == col(Publication.id)
)
_BY_SLUG = _BY_SLUG.where(col(Publication.slug) == sa.bindparam("slug"), visible(Publication, NOW))


def detail(
    tx: ReadTx,
    tags: Tags,
    slug: str,
    languages: Sequence[str],
    now: datetime,
    recall: Recall,
) -> tuple[UUID, bytes]:
    """One article whole with its id, in the first of `languages` in which it is visible.

    Raises `Moved` for an old slug, `Gone` for what was public, `NotFound` for all else.
    """
    row = tx.execute(_BY_SLUG, {"slug": slug, "now": now}).first()
    if row is None:
        raise _absent(tx, slug, now)
    if languages and row.lang != languages[0]:
        row = _in_language(tx, row, languages, now)
    item = _item(row, tags, _translations(tx, [row], now))
    key = row.article_id
    paths = recall(("paths", key), lambda: to_json(former(tx, tags, [key], now)[key]))
    related = _related(tx, tags, row.id, now, recall)
    item = _with(item, b"body_html", tags.addressed(to_json(row.body_html)))
    return key, _with(_with(item, b"paths", paths), b"related", related)


_BY_KEYS = sa.select(*SHOWN).where(col(Publication.id).in_(sa.bindparam("keys", expanding=True)))


def _items(tx: ReadTx, tags: Tags, keys: Sequence[int], now: datetime) -> dict[int, bytes]:
    rows: Sequence[Any] = tx.execute(_BY_KEYS, {"keys": keys}).all()
    groups = _translations(tx, rows, now)
    return {row.id: _item(row, tags, groups) for row in rows}


_BY_IDS = sa.select(*SHOWN).where(
    col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)), visible(Publication, NOW)
)


def by_ids(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, bytes]:
    """The items of those articles that are visible; the others are not in the answer."""
    rows: Sequence[Any] = tx.execute(_BY_IDS, {"ids": list(ids), "now": now}).all()
    groups = _translations(tx, rows, now)
    return {row.article_id: _item(row, tags, groups) for row in rows}


_BODIES = (
    sa.select(col(Publication.article_id), col(PublicationBody.body_html))
    .join(PublicationBody, col(PublicationBody.publication_id) == col(Publication.id))
    .where(
        col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)),
        visible(Publication, NOW),
    )
)


def bodies(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """The sanitised HTML of those articles that are visible."""
    found = tx.execute(_BODIES, {"ids": list(ids), "now": now})
    return {key: tags.addressed(body.encode()).decode() for key, body in found}


def current_slug(tx: ReadTx, article_id: UUID, now: datetime) -> tuple[str, str, str] | None:
    """Slug, language and kind under which an article is visible."""
    found = sa.select(col(Publication.slug), col(Publication.lang), col(Publication.kind)).where(
        col(Publication.article_id) == article_id, visible(Publication, NOW)
    )
    row = tx.execute(found, {"now": now}).first()
    return (row.slug, row.lang, row.kind) if row else None


def holder(tx: ReadTx, slug: str, now: datetime) -> UUID | None:
    """The article that is or was public under a slug, here or where it was imported from."""
    found = (
        sa.select(col(Publication.article_id))
        .where(col(Publication.slug) == slug, was_visible(Publication, NOW))
        .limit(1)
    )
    before = sa.select(col(Alias.article_id)).where(col(Alias.path) == f"/{slug}")
    answer: UUID | None = tx.execute(found, {"now": now}).scalar() or tx.execute(before).scalar()
    return answer


def _absent(tx: ReadTx, slug: str, now: datetime) -> Exception:
    article_id = holder(tx, slug, now)
    if article_id is not None:
        current = current_slug(tx, article_id, now)
        if current is not None:
            return Moved("moved", "It has another slug now.", slug=current[0])
        ended = endings.gone(tx, article_id, now)
        if ended is not None:
            return ended
    return NotFound("article_not_found", "There is no article with this slug.")


def _in_language(tx: ReadTx, row: Any, languages: Sequence[str], now: datetime) -> Any:
    siblings: dict[str, str] = {row.lang: from_json(row.item)["slug"]}
    if (group := row.translation_group) is not None:
        siblings |= {lang: slug for lang, slug, _ in _translations(tx, [row], now)[group]}
    for wanted in languages:
        if wanted == row.lang:
            return row
        if wanted in siblings:
            return tx.execute(_BY_SLUG, {"slug": siblings[wanted], "now": now}).one()
    known = ", ".join(sorted(siblings))
    raise NotFound(
        "translation_not_found", f"It is not published in that language; it is in: {known}."
    )


_Group = dict[UUID, list[tuple[str, str, UUID]]]
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


def _translations(tx: ReadTx, rows: Sequence[Any], now: datetime) -> _Group:
    """The visible members of each group that these articles belong to."""
    found: _Group = {}
    groups = [row.translation_group for row in rows if row.translation_group is not None]
    if groups:
        for group, lang, slug, article_id in tx.execute(_GROUPS, {"groups": groups, "now": now}):
            found.setdefault(group, []).append((lang, slug, article_id))
    return found


def _item(row: Any, tags: Tags, groups: _Group) -> bytes:
    """The frozen fragment with what belongs to others joined to its end."""
    lang, own = row.lang, tags.addressed(complete_item(row.item)[:-1].encode())
    carried = tags.living(from_json(row.tag_ids))
    references = b",".join([tags.reference(tag, lang) for tag in carried])
    others = [
        {"lang": its_lang, "slug": slug}
        for its_lang, slug, its_id in groups.get(row.translation_group, ())
        if its_id != row.article_id
    ]
    translations = to_json(others) if others else b"[]"
    return b'%s,"tags":[%s],"translations":%s}' % (own, references, translations)


def _with(item: bytes, name: bytes, value: bytes) -> bytes:
    """An item's JSON with one member more."""
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


def _related(tx: ReadTx, tags: Tags, publication: int, now: datetime, recall: Recall) -> bytes:
    def make() -> bytes:
        row = tx.execute(_BY_KEYS, {"keys": [publication]}).one()
        carried = tags.living(from_json(row.tag_ids))
        return near(tx, carried, row.lang, row.article_id, now)

    return recall(("related", publication), make)


def near(
    tx: ReadTx, carried: Sequence[KnownTag], lang: str, article_id: UUID, now: datetime
) -> bytes:
    """The newest articles in the same language that share its tags; more shared tags first.

    Only the article's most specific tags are walked (those furthest from the root), ten each.
    """
    carried = [tag for tag in carried if tag.type != "format"] or carried
    shared: Counter[int] = Counter()
    for tag in carried[:_RARE_TAGS]:
        values = {"tag_id": tag.id, "now": now, "lang": lang, "article_id": article_id}
        shared.update(tx.execute(_NEWEST, values).scalars())
    if not shared:
        return b"[]"
    rows = tx.execute(_BY_KEYS, {"keys": list(shared)})
    near = [(shared[other.id], from_json(other.item)) for other in rows]
    near.sort(key=lambda pair: (pair[0], pair[1]["published_at"], pair[1]["id"]), reverse=True)
    shown = ("id", "slug", "lang", "title", "published_at")
    return to_json([{name: item[name] for name in shown} for _, item in near[:RELATED]])
