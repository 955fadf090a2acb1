"""Old addresses: what answers there now, or why nothing does."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kit.text import plain_path
from app.models.alias import Alias
from app.public.envelopes import Resolution
from app.published import articles


def resolve(tx: ReadTx, path: str, now: datetime, base: str) -> Resolution:
    """Look a path up among aliases first, then its last part among published slugs."""
    wanted = plain_path(path)
    found = sa.select(col(Alias.article_id), col(Alias.gone)).where(col(Alias.path) == wanted)
    row = tx.execute(found).first()
    if row is not None and row.gone is not None:
        raise Gone("gone", row.gone, reason="removed")
    slug = wanted.rsplit("/", 1)[-1]
    article_id = row.article_id if row is not None else articles.holder(tx, slug, now)
    if article_id is None:
        raise NotFound("path_not_found", "Nothing ever answered at this path.")
    current = articles.current_slug(tx, article_id, now)
    if current is None:
        raise articles.gone(tx, article_id, now) or NotFound(
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
