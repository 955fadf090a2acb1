"""Articles that are visible now: pages, one by its slug, what it is related to, by id."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, Moved, NotFound
from app.kit.clock import rfc3339
from app.kit.paging import Cursor
from app.models.alias import Alias
from app.models.publication import Publication, PublicationBody, PublicationTag
from app.published.memory import Tags
from app.published.query import ArticleFilter, Order, count_of, page_of
from app.visibility import NOW, visible, was_visible

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
) -> ArticlePage:
    """The items of one page, in the order asked for whichever way the cursor walks."""
    statement, values = page_of(chosen, order, cursor, limit + 1, now)
    rows: Sequence[Any] = tx.execute(statement, values).all()
    more, rows = len(rows) > limit, rows[:limit]
    backwards = cursor is not None and cursor.backwards
    if backwards:
        rows = rows[::-1]
    groups = _translations(tx, [row[3] for row in rows if row[3] is not None], now)
    items = [_item(row, tags, groups) for row in rows]
    if not rows:
        # Everything after (or before) the cursor has gone: the way back is still open.
        back = Cursor(cursor.at, cursor.id, not backwards) if cursor else None
        return ArticlePage([], back if backwards else None, None if backwards else back)
    return ArticlePage(
        items,
        Cursor(rows[-1][1], rows[-1][0], False) if more or backwards else None,
        Cursor(rows[0][1], rows[0][0], True) if (more if backwards else cursor) else None,
    )


def total(tx: ReadTx, chosen: ArticleFilter, now: datetime) -> int:
    """How many articles a filter finds."""
    statement, values = count_of(chosen, now)
    return int(tx.execute(statement, values).scalar_one())


_COLUMNS = (
    col(Publication.article_id),
    col(Publication.published_at),
    col(Publication.lang),
    col(Publication.translation_group),
    col(Publication.tag_ids),
    col(Publication.item),
    col(Publication.id),
)
_BY_SLUG = sa.select(*_COLUMNS, col(PublicationBody.body_html)).join(
    PublicationBody, col(PublicationBody.publication_id) == col(Publication.id)
)
_BY_SLUG = _BY_SLUG.where(col(Publication.slug) == sa.bindparam("slug"), visible(Publication, NOW))


def detail(
    tx: ReadTx,
    tags: Tags,
    slug: str,
    languages: Sequence[str],
    now: datetime,
    related: Callable[[UUID, Callable[[], bytes]], bytes],
) -> bytes:
    """One article whole, in the first of `languages` in which it is visible (any, when none).

    Raises `Moved` for an old slug, `Gone` for what was public, `NotFound` for all else.
    `related` remembers what is expensive, by article.
    """
    row = tx.execute(_BY_SLUG, {"slug": slug, "now": now}).first()
    if row is None:
        raise _absent(tx, slug, now)
    if languages and row.lang != languages[0]:
        row = _in_language(tx, row, languages, now)
    groups = _translations(tx, [row[3]] if row[3] else [], now)
    item = _item(row, tags, groups)
    paths = _paths(tx, row.article_id, from_json(row.item)["slug"], now)
    near = related(row.article_id, lambda: _related(tx, tags, row, now))
    return b'%s,"body_html":%s,"paths":%s,"related":%s}' % (
        item[:-1],
        to_json(row.body_html),
        to_json(paths),
        near,
    )


def by_ids(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> dict[UUID, bytes]:
    """The items of those articles that are visible; the others are not in the answer."""
    found = sa.select(*_COLUMNS).where(
        col(Publication.article_id).in_(ids), visible(Publication, NOW)
    )
    rows: Sequence[Any] = tx.execute(found, {"now": now}).all()
    groups = _translations(tx, [row[3] for row in rows if row[3] is not None], now)
    return {row[0]: _item(row, tags, groups) for row in rows}


def gone(tx: ReadTx, article_id: UUID, now: datetime) -> Gone | None:
    """Why and when an article that was public ended; None when it never was."""
    last = (
        sa.select(
            col(Publication.ended), col(Publication.ended_note), col(Publication.visible_until)
        )
        .where(col(Publication.article_id) == article_id, was_visible(Publication, NOW))
        .order_by(col(Publication.visible_from).desc())
        .limit(1)
    )
    row = tx.execute(last, {"now": now}).first()
    if row is None:
        return None
    cause, note, at = row
    reason = cause or "expired"
    message = f"This article was {reason}." if cause else "This article has expired."
    text = f"{message} {note}" if note else message
    return Gone("gone", text, reason=reason, at=rfc3339(at))


def current_slug(tx: ReadTx, article_id: UUID, now: datetime) -> tuple[str, str, str] | None:
    """Slug, language and kind under which an article is visible."""
    found = sa.select(col(Publication.slug), col(Publication.lang), col(Publication.kind)).where(
        col(Publication.article_id) == article_id, visible(Publication, NOW)
    )
    row = tx.execute(found, {"now": now}).first()
    return (row.slug, row.lang, row.kind) if row else None


def holder(tx: ReadTx, slug: str, now: datetime) -> UUID | None:
    """The article that is or was public under a slug."""
    found = (
        sa.select(col(Publication.article_id))
        .where(col(Publication.slug) == slug, was_visible(Publication, NOW))
        .limit(1)
    )
    answer: UUID | None = tx.execute(found, {"now": now}).scalar()
    return answer


def _absent(tx: ReadTx, slug: str, now: datetime) -> Exception:
    article_id = holder(tx, slug, now)
    if article_id is not None:
        current = current_slug(tx, article_id, now)
        if current is not None:
            return Moved("moved", "It has another slug now.", slug=current[0])
        ended = gone(tx, article_id, now)
        if ended is not None:
            return ended
    return NotFound("article_not_found", "There is no article with this slug.")


def _in_language(tx: ReadTx, row: Any, languages: Sequence[str], now: datetime) -> Any:
    siblings: dict[str, str] = {row.lang: from_json(row.item)["slug"]}
    if row.translation_group is not None:
        for lang, slug, _ in _translations(tx, [row.translation_group], now)[row.translation_group]:
            siblings[lang] = slug
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


def _translations(tx: ReadTx, groups: list[UUID], now: datetime) -> _Group:
    found: _Group = {}
    if groups:
        for group, lang, slug, article_id in tx.execute(_GROUPS, {"groups": groups, "now": now}):
            found.setdefault(group, []).append((lang, slug, article_id))
    return found


def _item(row: Any, tags: Tags, groups: _Group) -> bytes:
    """The frozen fragment with what belongs to others joined to its end."""
    article_id, _, lang, group, tag_ids, item = row[:6]
    references = b",".join(tags.reference(tag_id, lang) for tag_id in from_json(tag_ids))
    others = [
        {"lang": its_lang, "slug": slug}
        for its_lang, slug, its_id in groups.get(group, ())
        if its_id != article_id
    ]
    translations = to_json(others) if others else b"[]"
    return b'%s,"tags":[%s],"translations":%s}' % (item[:-1].encode(), references, translations)


def _paths(tx: ReadTx, article_id: UUID, slug: str, now: datetime) -> list[str]:
    aliases = sa.select(col(Alias.path)).where(col(Alias.article_id) == article_id)
    slugs = sa.select(col(Publication.slug)).where(
        col(Publication.article_id) == article_id,
        col(Publication.slug) != slug,
        was_visible(Publication, NOW),
    )
    found = tx.execute(aliases).scalars().all()
    before = tx.execute(slugs.distinct(), {"now": now}).scalars().all()
    return sorted(found) + sorted(f"/{old}" for old in before)


def _related(tx: ReadTx, tags: Tags, row: Any, now: datetime) -> bytes:
    """The newest articles in the same language that share its tags; more shared tags first.

    Only the article's most specific tags are walked (those furthest from the root), ten each.
    """
    tag_ids = [UUID(tag_id) for tag_id in from_json(row.tag_ids)]
    tag_ids = [tag_id for tag_id in tag_ids if tags.by_id[tag_id].type != "format"] or tag_ids
    shared: Counter[int] = Counter()
    for tag_id in tag_ids[:_RARE_TAGS]:
        newest = (
            sa.select(col(PublicationTag.publication_id))
            .where(
                col(PublicationTag.tag_id) == sa.bindparam("tag_id"),
                col(PublicationTag.kind) == "article",
                visible(PublicationTag, NOW),
                col(PublicationTag.lang) == sa.bindparam("lang"),
                col(PublicationTag.article_id) != sa.bindparam("article_id"),
            )
            .order_by(
                col(PublicationTag.published_at).desc(), col(PublicationTag.article_id).desc()
            )
            .limit(10)
        )
        values = {"tag_id": tag_id, "now": now, "lang": row.lang, "article_id": row.article_id}
        shared.update(tx.execute(newest, values).scalars())
    if not shared:
        return b"[]"
    found = sa.select(col(Publication.id), col(Publication.item)).where(
        col(Publication.id).in_(list(shared))
    )
    near = [(shared[key], from_json(item)) for key, item in tx.execute(found)]
    near.sort(key=lambda pair: (pair[0], pair[1]["published_at"], pair[1]["id"]), reverse=True)
    shown = ("id", "slug", "lang", "title", "published_at")
    return to_json([{name: item[name] for name in shown} for _, item in near[:RELATED]])
