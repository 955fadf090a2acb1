"""The articles of the front page, from one snapshot and by few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final
from uuid import UUID

from app.database import ReadTx
from app.published.articles import items_by_key
from app.published.cache import CachedTag, HeadCache, Tags
from app.published.newest import newest_of
from app.published.plan import choose_plan
from app.published.query import ArticleFilter, page_of
from app.published.site_record import find_articles, read_record, section_tags

_TAGS_AT_ONCE: Final = 400
"""Tags that one statement walks: SQLite unites at most 500 queries."""


@dataclass(frozen=True, slots=True)
class HomeSize:
    """How many articles and sections are shown at most."""

    latest: int
    sections: int
    per_section: int


@dataclass(frozen=True, slots=True)
class HomeArticles:
    """The articles of each part as JSON. Sections without articles are left out."""

    featured: list[bytes]
    latest: list[bytes]
    sections: list[tuple[CachedTag, list[bytes]]]


def gather_home(
    tx: ReadTx,
    tags: Tags,
    filters: ArticleFilter,
    size: HomeSize,
    now: datetime,
    recall: HeadCache,
) -> HomeArticles:
    """The featured articles, the latest ones, and the newest of each section.

    With languages in the filter, a featured article in another one is shown as its translation, or
    left out.
    """
    site = read_record(tx, recall)
    featured_ids = [UUID(key) for key in site.featured_ids]
    found = find_articles(tx, featured_ids, filters.languages, now)
    featured = [
        found[key].key
        for key in featured_ids
        if key in found and (not filters.languages or found[key].lang in filters.languages)
    ]
    latest = _latest_keys(tx, tags, filters, size.latest, now)
    section_list = (
        section_tags(tx, tags, site, recall) if size.sections and size.per_section else []
    )
    newest = _newest_keys(tx, tags, filters, section_list, size, now)
    every = list(dict.fromkeys(chain(featured, latest, *(keys for _, keys in newest))))
    items = dict(zip(every, items_by_key(tx, tags, every, now, recall), strict=True))
    return HomeArticles(
        featured=[items[key] for key in dict.fromkeys(featured)],
        latest=[items[key] for key in latest],
        sections=[(tag, [items[key] for key in keys]) for tag, keys in newest],
    )


def _latest_keys(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, limit: int, now: datetime
) -> list[int]:
    if not limit:
        return []
    filters, plan = choose_plan(tx, tags, filters, "newest", now)
    statement, values = page_of(filters, plan, "newest", None, limit, now)
    return [row.id for row in tx.execute(statement, values)]


def _newest_keys(
    tx: ReadTx,
    tags: Tags,
    filters: ArticleFilter,
    section_list: Sequence[CachedTag],
    size: HomeSize,
    now: datetime,
) -> list[tuple[CachedTag, list[int]]]:
    """The publications of the first sections that have any. Each section is the family of its tag,
    whose members are walked side by side and merged here."""
    families = {tag.id: tags.descendant_ids(tag) for tag in section_list}
    members = list(dict.fromkeys(chain(*families.values())))
    rows: dict[UUID, list[Any]] = {}
    for start in range(0, len(members), _TAGS_AT_ONCE):
        portion = members[start : start + _TAGS_AT_ONCE]
        statement, values = newest_of(filters, portion, size.per_section, now)
        for row in tx.execute(statement, values):
            rows.setdefault(portion[row.place], []).append(row)
    sections = []
    for tag in section_list:
        carrying = chain(*(rows.get(member, ()) for member in families[tag.id]))
        order = sorted(carrying, key=lambda row: (row.published_at, row.article_id), reverse=True)
        keys = islice(dict.fromkeys(row.publication_id for row in order), size.per_section)
        sections.append((tag, list(keys)))
    return [(tag, keys) for tag, keys in sections if keys][: size.sections]
