"""Old addresses, each with its present target or the reason why it has none."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kit.addresses import media_path
from app.kit.text import paths_within, plain_path
from app.models.alias import Alias
from app.models.publication import Publication
from app.public.envelopes import Resolution
from app.published import articles, gone_articles, media, tags
from app.published.cache import CachedTag, Tags
from app.visibility import NOW, visible


def resolve_path(
    tx: ReadTx,
    tags_of: Callable[[], Tags],
    path: str,
    now: datetime,
    base: str,
    slug_at: Callable[[str], str | None],
) -> Resolution:
    """The target of a path: the article whose page is there, else an alias, else the article or tag
    that has or had the path's last part as its slug. An alias by somebody who may not publish comes
    after live slugs, so that it never hides them. Tags are read only when they matter, and former
    addresses of files when nothing else answers."""
    plain = plain_path(path)
    candidates = paths_within(plain)
    pages = [slug_at(option) for option in candidates]
    last = plain.partition("?")[0].rsplit("/", 1)[-1]
    slug = next((page for page in pages if page is not None), last)
    aliases = _find_aliases(tx, candidates)
    row = None
    for option, page in zip(candidates, pages, strict=True):
        slug_here = page or (slug if option == f"/{slug}" else None)
        if slug_here is not None and (article := _find_live(tx, slug_here, now)):
            return _article_resolution(article, plain, base, moved=False)
        if (row := aliases.get(option)) is not None:
            break
    if (row is None or not row.by_publisher) and (article := _find_live(tx, slug.lower(), now)):
        return _article_resolution(article, plain, base, moved=article.slug != slug)
    if row is not None and not row.by_publisher and slug.lower() in tags_of().by_slug:
        return _tag_resolution(tags_of().by_slug[slug.lower()], plain, base, moved=False)
    if row is not None and row.gone is not None:
        raise Gone("gone", row.gone, reason="removed")
    if row is not None and row.tag_id is not None and row.tag_id in tags_of().by_id:
        return _tag_resolution(tags_of().by_id[row.tag_id], plain, base, moved=True)
    article_id = row.article_id if row is not None else articles.slug_holder(tx, slug, now)
    if article_id is None:
        return _resolve_other(tx, tags_of(), slug, candidates, plain, now, base)
    current = articles.current_slug(tx, article_id, now)
    if current is None:
        raise gone_articles.gone_error(tx, article_id, now) or _path_not_found()
    return _article_resolution((article_id, *current), plain, base, moved=True)


def _resolve_other(
    tx: ReadTx,
    known_tags: Tags,
    slug: str,
    candidates: Sequence[str],
    path: str,
    now: datetime,
    base: str,
) -> Resolution:
    """The tag with a slug, else the file that had one of the addresses."""
    tag = known_tags.find(slug)
    if tag is not None:
        return _tag_resolution(tag, path, base, moved=tag.slug != slug)
    file = media.get_former_file(tx, candidates, now)
    if file is None:
        raise tags.removed_error(known_tags, slug) or _path_not_found()
    return _file_resolution(file, path, base)


def _find_aliases(tx: ReadTx, candidates: Sequence[str]) -> dict[str, Any]:
    columns = (Alias.path, Alias.article_id, Alias.tag_id, Alias.gone, Alias.by_publisher)
    statement = sa.select(*(col(column) for column in columns)).where(
        col(Alias.path).in_(candidates)
    )
    return {row.path: row for row in tx.execute(statement)}


def _find_live(tx: ReadTx, slug: str, now: datetime) -> Any:
    columns = (Publication.article_id, Publication.slug, Publication.lang, Publication.kind)
    statement = sa.select(*(col(column) for column in columns))
    statement = statement.where(col(Publication.slug) == slug, visible(Publication, NOW))
    return tx.execute(statement, {"now": now}).first()


def _article_resolution(row: Any, path: str, base: str, *, moved: bool) -> Resolution:
    key, slug, lang, kind = row
    return Resolution(
        path=path,
        status=301 if moved else 200,
        kind="page" if kind == "page" else "article",
        id=key,
        slug=slug,
        lang=lang,
        url=f"{base}/v1/articles/{slug}",
    )


def _file_resolution(file: tuple[UUID, str], path: str, base: str) -> Resolution:
    media_id, rendition = file
    return Resolution(
        path=path,
        status=301,
        kind="media",
        id=media_id,
        slug=None,
        lang=None,
        url=base + media_path(media_id, rendition),
    )


def _path_not_found() -> NotFound:
    return NotFound("path_not_found", "Nothing ever answered at this path.")


def _tag_resolution(tag: CachedTag, path: str, base: str, *, moved: bool) -> Resolution:
    return Resolution(
        path=path,
        status=301 if moved else 200,
        kind="tag",
        id=tag.id,
        slug=tag.slug,
        lang=None,
        url=f"{base}/v1/tags/{tag.slug}",
    )
