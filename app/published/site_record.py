"""The site's own record as it is stored, and what it names of what is visible now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.kinds.pictures import load_pictures
from app.models.publication import Publication
from app.models.site import Site
from app.public.images import Image
from app.published import kept_counts, translations
from app.published.cache import CachedTag, HeadCache, Tags
from app.visibility import NOW, visible

MOST_SECTIONS: Final = 12


@dataclass(frozen=True, slots=True)
class StoredSite:
    """The columns of the record; without a save each is empty."""

    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    logo_id: UUID | None
    contact: Mapping[str, str]
    links: Sequence[Mapping[str, Any]]
    policies: Mapping[str, str]
    machines: Mapping[str, Any] | None
    navigation: Sequence[Mapping[str, Any]] | None
    section_ids: Sequence[str] | None
    featured_ids: Sequence[str]


_UNSAVED: Final = StoredSite({}, {}, None, {}, (), {}, None, None, None, ())
_COLUMNS: Final = sa.select(*(col(getattr(Site, name)) for name in StoredSite.__slots__))


def read_record(tx: ReadTx, recall: HeadCache) -> StoredSite:
    """The record, from memory where it is."""

    def read() -> StoredSite:
        row = tx.execute(_COLUMNS).first()
        return _UNSAVED if row is None else StoredSite(*row)

    return recall("site record", read)


def load_logo(tx: ReadTx, record: StoredSite, lang: str, name: str) -> Image | None:
    """The logo, with the site's name in place of a missing alternative text; None if it was taken
    down. Addresses are paths."""
    return load_pictures(tx, [record.logo_id], [lang]).image_of(record.logo_id, name)


@dataclass(frozen=True, slots=True)
class VisibleArticle:
    """A visible article or page, or its translation in a wanted language."""

    key: int
    """Of its publication."""
    kind: str
    lang: str
    slug: str
    title: str


def find_articles(
    tx: ReadTx, ids: Sequence[UUID], languages: Sequence[str], now: datetime
) -> dict[UUID, VisibleArticle]:
    """The visible ones among these articles, each as the best translation for `languages`, else as
    it is. Without languages, as they are."""
    if not ids:
        return {}
    rows: Sequence[Any] = tx.execute(_BY_IDS, {"ids": list(ids), "now": now}).all()
    instead: dict[UUID, UUID] = {}
    away = [row for row in rows if languages and row.lang != languages[0]]
    others_of = translations.list_ids(tx, away, now)
    for row in away:
        by_lang = {**dict(others_of[row.article_id]), row.lang: row.article_id}
        best = next((by_lang[lang] for lang in languages if lang in by_lang), row.article_id)
        if best != row.article_id:
            instead[row.article_id] = best
    by_id = {row.article_id: row for row in rows}
    if missing := [key for key in instead.values() if key not in by_id]:
        others = tx.execute(_BY_IDS, {"ids": missing, "now": now}).all()
        by_id |= {row.article_id: row for row in others}
    return {
        row.article_id: _to_visible(by_id[instead.get(row.article_id, row.article_id)])
        for row in rows
    }


_SHOWN: Final = ("id", "article_id", "kind", "lang", "slug", "translation_group", "item")
_BY_IDS: Final = sa.select(*(col(getattr(Publication, name)) for name in _SHOWN)).where(
    col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)), visible(Publication, NOW)
)


def _to_visible(row: Any) -> VisibleArticle:
    return VisibleArticle(row.id, row.kind, row.lang, row.slug, from_json(row.item)["title"])


def section_tags(tx: ReadTx, tags: Tags, site: StoredSite, recall: HeadCache) -> list[CachedTag]:
    """The tags that the home shows: the chosen ones, else the topics at the top that have articles,
    those with the most first."""
    if site.section_ids is not None:
        return tags.resolve_ids(site.section_ids)
    topics = [tag for tag in tags.by_id.values() if tag.type == "topic" and tag.parent_id is None]
    totals = recall("tag totals", lambda: kept_counts.tag_totals(tx)) if topics else {}
    found = [tag for tag in topics if totals.get(tag.id)]
    return sorted(found, key=lambda tag: (-totals[tag.id], tag.slug))[:MOST_SECTIONS]


def entries_of(navigation: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every entry of a menu, each before those below it."""
    for entry in navigation:
        yield entry
        yield from entry["children"]
