"""The pages of the site as sitemaps list them: where each is, and when it changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kit.paging import part_from_end
from app.models.publication import Publication
from app.published import translations
from app.published.cache import Tags
from app.published.feed_archive import list_ids
from app.published.query import ArticleFilter

PART: Final = 1_000
"""The articles of one sitemap: a month that has more comes in parts."""


@dataclass(frozen=True, slots=True)
class SitePage:
    """The page of an article; `translations` are the languages and slugs of the other ones."""

    kind: str
    slug: str
    lang: str
    updated_at: datetime
    translations: list[tuple[str, str]]


def list_site_pages(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime, part: int | None = None
) -> list[SitePage]:
    """The pages of the matches of a filter, newest first, without those of articles whose original
    is at another site; with a `part`, only its pages, where part 1 has the oldest. Nothing reads
    their texts."""
    keys = [key for key, _ in list_ids(tx, tags, filters, now)]
    if part is not None:
        keys = part_from_end(keys, part, PART)
    rows: dict[int, Any] = {row.id: row for row in tx.execute(_BY_KEYS, {"keys": keys})}
    others = translations.list_addresses(tx, list(rows.values()), now)
    return [
        SitePage(row.kind, row.slug, row.lang, row.updated_at, others[row.article_id])
        for row in (rows[key] for key in keys)
        if row.canonical_url is None
    ]


_NAMES: Final = (
    *("id", "article_id", "kind", "slug", "lang", "updated_at", "translation_group"),
    "canonical_url",
)
_BY_KEYS: Final = sa.select(*(col(getattr(Publication, name)) for name in _NAMES)).where(
    col(Publication.id).in_(sa.bindparam("keys", expanding=True))
)
