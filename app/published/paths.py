"""Old addresses: what answers there now, or why nothing does."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kit.text import paths_within, plain_path
from app.models.alias import Alias
from app.models.publication import Publication
from app.public.envelopes import Resolution
from app.published import articles, endings, tags
from app.published.memory import KnownTag, Tags
from app.visibility import NOW, visible


def resolve(
    tx: ReadTx,
    tags_of: Callable[[], Tags],
    path: str,
    now: datetime,
    base: str,
    slug_at: Callable[[str], str | None],
) -> Resolution:
    """What answers at a path: the article whose page is there, else an alias, else whatever has the
    path's last part as its slug, or had it. An alias of somebody who may not publish comes after
    what is live by its slug, so that it never hides that. Tags are read only when they matter.
    """
    wanted = plain_path(path)
    asked = paths_within(wanted)
    pages = [slug_at(one) for one in asked]
    last = wanted.partition("?")[0].rsplit("/", 1)[-1]
    slug = next((page for page in pages if page is not None), last)
    aliases = _aliases(tx, asked)
    row = None
    for one, page in zip(asked, pages, strict=True):
        here = page or (slug if one == f"/{slug}" else None)
        if here is not None and (shown := _live(tx, here, now)):
            return _article(shown, wanted, base, moved=False)
        if (row := aliases.get(one)) is not None:
            break
    if (row is None or not row.by_publisher) and (shown := _live(tx, slug.lower(), now)):
        return _article(shown, wanted, base, moved=shown.slug != slug)
    if row is not None and not row.by_publisher and slug.lower() in tags_of().by_slug:
        return _tag(tags_of().by_slug[slug.lower()], wanted, base, moved=False)
    if row is not None and row.gone is not None:
        raise Gone("gone", row.gone, reason="removed")
    if row is not None and row.tag_id is not None and row.tag_id in tags_of().by_id:
        return _tag(tags_of().by_id[row.tag_id], wanted, base, moved=True)
    article_id = row.article_id if row is not None else articles.holder(tx, slug, now)
    if article_id is None:
        known = tags_of()
        tag = known.find(slug)
        if tag is None:
            raise tags.gone(known, slug) or _unknown()
        return _tag(tag, wanted, base, moved=tag.slug != slug)
    current = articles.current_slug(tx, article_id, now)
    if current is None:
        raise endings.gone(tx, article_id, now) or _unknown()
    return _article((article_id, *current), wanted, base, moved=True)


def _aliases(tx: ReadTx, asked: Sequence[str]) -> dict[str, Any]:
    columns = (Alias.path, Alias.article_id, Alias.tag_id, Alias.gone, Alias.by_publisher)
    found = sa.select(*(col(column) for column in columns)).where(col(Alias.path).in_(asked))
    return {row.path: row for row in tx.execute(found)}


def _live(tx: ReadTx, slug: str, now: datetime) -> Any:
    columns = (Publication.article_id, Publication.slug, Publication.lang, Publication.kind)
    found = sa.select(*(col(column) for column in columns))
    found = found.where(col(Publication.slug) == slug, visible(Publication, NOW))
    return tx.execute(found, {"now": now}).first()


def _article(shown: Any, path: str, base: str, *, moved: bool) -> Resolution:
    key, slug, lang, kind = shown
    return Resolution(
        path=path,
        status=301 if moved else 200,
        kind="page" if kind == "page" else "article",
        id=key,
        slug=slug,
        lang=lang,
        url=f"{base}/v1/articles/{slug}",
    )


def _unknown() -> NotFound:
    return NotFound("path_not_found", "Nothing ever answered at this path.")


def _tag(tag: KnownTag, path: str, base: str, *, moved: bool) -> Resolution:
    return Resolution(
        path=path,
        status=301 if moved else 200,
        kind="tag",
        id=tag.id,
        slug=tag.slug,
        lang=None,
        url=f"{base}/v1/tags/{tag.slug}",
    )
