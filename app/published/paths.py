"""Old addresses: what answers there now, or why nothing does."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kit.text import plain_path
from app.models.alias import Alias
from app.public.envelopes import Resolution
from app.published import articles, endings, tags
from app.published.memory import KnownTag, Tags


def resolve(
    tx: ReadTx, tags_of: Callable[[], Tags], path: str, now: datetime, base: str
) -> Resolution:
    """Look a path up among aliases first, then its last part among the slugs of what was
    published, then among those of tags, which are read only then."""
    wanted = plain_path(path)
    found = sa.select(col(Alias.article_id), col(Alias.tag_id), col(Alias.gone))
    row = tx.execute(found.where(col(Alias.path) == wanted)).first()
    if row is not None and row.gone is not None:
        raise Gone("gone", row.gone, reason="removed")
    if row is not None and row.tag_id is not None:
        return _tag(tags_of().by_id[row.tag_id], wanted, base, moved=True)
    slug = wanted.rsplit("/", 1)[-1]
    article_id = row.article_id if row is not None else articles.holder(tx, slug, now)
    if article_id is None:
        known = tags_of()
        tag = known.find(slug)
        if tag is None:
            raise tags.gone(known, slug) or NotFound(
                "path_not_found", "Nothing ever answered at this path."
            )
        return _tag(tag, wanted, base, moved=tag.slug != slug)
    current = articles.current_slug(tx, article_id, now)
    if current is None:
        raise endings.gone(tx, article_id, now) or NotFound(
            "path_not_found", "Nothing ever answered at this path."
        )
    now_slug, lang, kind = current
    moved = row is not None or now_slug != slug
    return Resolution(
        path=wanted,
        status=301 if moved else 200,
        kind="page" if kind == "page" else "article",
        id=article_id,
        slug=now_slug,
        lang=lang,
        url=f"{base}/v1/articles/{now_slug}",
    )


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
