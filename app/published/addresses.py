"""The addresses of articles and tags at the front end: where each is, and where it was before.

The templates of today say where the pages are, also those of former slugs. So a front end that was
told of a change can make or take down every page that showed the thing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from app.database import ReadTx
from app.kit.page_urls import PageUrls
from app.models.alias import Alias
from app.models.publication import Publication
from app.models.tag import FormerTag, TagSlug
from app.public.vocabulary import SLUG_PATTERN, Kind
from app.published.cache import CachedTag, Tags
from app.visibility import NOW, visible, was_visible


@dataclass(frozen=True, slots=True)
class ArticlePlace:
    """What decides where an article is shown, by its newest publication that has begun."""

    slug: str
    kind: Kind
    lang: str
    tags: list[CachedTag]


@dataclass(frozen=True, slots=True)
class DepartedTag:
    """The rest of a removed tag: its paths, and the tag that it was merged into."""

    paths: list[str]
    merged_into: UUID | None


def places_by_id(
    tx: ReadTx, tags: Tags, article_ids: Sequence[UUID], now: datetime
) -> dict[UUID, ArticlePlace]:
    """Where articles are shown, or were shown last; those that never were are left out."""
    if not article_ids:
        return {}
    rows = tx.execute(_NEWEST, {"ids": list(article_ids), "now": now})
    return {
        row.article_id: ArticlePlace(
            row.slug,
            "page" if row.kind == "page" else "article",
            row.lang,
            tags.resolve_ids(from_json(row.tag_ids)),
        )
        for row in rows
    }


def _select_newest() -> sa.Select[*tuple[Any, ...]]:
    later = aliased(Publication)
    columns = ("article_id", "slug", "kind", "lang", "tag_ids")
    return sa.select(*(col(getattr(Publication, name)) for name in columns)).where(
        col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)),
        was_visible(Publication, NOW),
        ~sa.exists().where(
            col(later.article_id) == col(Publication.article_id),
            col(later.visible_from) > col(Publication.visible_from),
            was_visible(later, NOW),
        ),
    )


_NEWEST: Final = _select_newest()


def all_paths(
    tx: ReadTx, tags: Tags, article_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[str]]:
    """All paths that ever led to articles: aliases first, then each former and present place of the
    page at the front end, followed by its slug as a path."""
    return _paths(tx, tags, article_ids, now, sa.true())


def former_paths(
    tx: ReadTx, tags: Tags, article_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[str]]:
    """Paths that lead to visible articles: aliases first, then the former places of their pages."""
    live = aliased(Publication)
    # The place of a page depends on its kind and language too, so a change of these moves it.
    its_own = sa.exists().where(
        col(live.article_id) == col(Publication.article_id),
        visible(live, NOW),
        *(col(getattr(live, name)) == col(getattr(Publication, name)) for name in _PLACE),
    )
    return _paths(tx, tags, article_ids, now, ~its_own)


_PLACE: Final = ("slug", "kind", "lang")
_SLUG: Final = re.compile(f"/{SLUG_PATTERN[1:-1]}")


def of_tags(tx: ReadTx, tags: Tags, tag_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Paths that used to lead to existing tags: aliases first, then the former places of their
    pages, each followed by its slug as a path."""
    if not tag_ids:
        return {}
    paths: dict[UUID, list[str]] = {tag_id: [] for tag_id in tag_ids}
    aliases = sa.select(col(Alias.tag_id), col(Alias.path))
    aliases = aliases.where(col(Alias.tag_id).in_(tag_ids)).order_by(col(Alias.path))
    for tag_id, path in tx.execute(aliases):
        paths[tag_id].append(path)
    slugs = sa.select(col(TagSlug.tag_id), col(TagSlug.slug))
    slugs = slugs.where(col(TagSlug.tag_id).in_(tag_ids)).order_by(col(TagSlug.slug))
    for tag_id, slug in tx.execute(slugs):
        if slug != tags.by_id[tag_id].slug:
            paths[tag_id] += _tag_paths(tags.page_urls, slug)
    return {key: list(dict.fromkeys(own)) for key, own in paths.items()}


def of_former_tags(tx: ReadTx, tags: Tags, tag_ids: Sequence[UUID]) -> dict[UUID, DepartedTag]:
    """The rest of tags that are gone, with the places of their pages by the templates of today."""
    if not tag_ids:
        return {}
    rows = sa.select(col(FormerTag.id), col(FormerTag.paths), col(FormerTag.tag_id))
    rows = rows.where(col(FormerTag.id).in_(tag_ids))
    return {
        key: DepartedTag(_with_pages(tags, paths), into) for key, paths, into in tx.execute(rows)
    }


def _with_pages(tags: Tags, paths: Iterable[str]) -> list[str]:
    """The paths that a tag left, in which a slug of a tag stands for its pages too."""
    every: list[str] = []
    for path in paths:
        is_slug = tags.find(path[1:]) is not None or path[1:] in tags.removed
        every += _tag_paths(tags.page_urls, path[1:]) if is_slug else [path]
    return list(dict.fromkeys(every))


def _tag_paths(page_urls: PageUrls, slug: str) -> list[str]:
    return [*page_urls.plain_paths("tag", slug), f"/{slug}"]


def without_live_pages(
    tx: ReadTx, tags: Tags, paths: Mapping[UUID, list[str]], now: datetime
) -> dict[UUID, list[str]]:
    """The paths without those at which something is shown now. An old address may have become the
    page of another thing, which nobody must take down."""
    page_urls, every = tags.page_urls, {path for own in paths.values() for path in own}
    slugs = {slug for path in every for slug in page_urls.article_slugs(path)}
    taken: set[str] = set()
    if slugs:
        for slug, kind, lang in tx.execute(_LIVE, {"slugs": sorted(slugs), "now": now}):
            taken.update(page_urls.plain_paths(kind, slug, lang))
    for path in every:
        slug = page_urls.tag_slug(path)
        if slug in tags.by_slug and path in page_urls.plain_paths("tag", slug):
            taken.add(path)
    return {key: [path for path in own if path not in taken] for key, own in paths.items()}


_LIVE: Final = sa.select(col(Publication.slug), col(Publication.kind), col(Publication.lang)).where(
    col(Publication.slug).in_(sa.bindparam("slugs", expanding=True)), visible(Publication, NOW)
)


def _paths(
    tx: ReadTx,
    tags: Tags,
    article_ids: Sequence[UUID],
    now: datetime,
    condition: ColumnElement[bool],
) -> dict[UUID, list[str]]:
    if not article_ids:
        return {}
    paths_by_article: dict[UUID, list[str]] = {article_id: [] for article_id in article_ids}
    aliases = sa.select(col(Alias.article_id), col(Alias.path))
    aliases = aliases.where(col(Alias.article_id).in_(article_ids)).order_by(col(Alias.path))
    slugs: dict[UUID, list[str]] = {article_id: [] for article_id in article_ids}
    for article_id, path in tx.execute(aliases):
        # An alias stands for a slug that the article had in the system it was imported from.
        if _SLUG.fullmatch(path):
            slugs[article_id].append(path[1:])
        else:
            paths_by_article[article_id].append(path)
    places = (col(getattr(Publication, name)) for name in _PLACE)
    pages = sa.select(col(Publication.article_id), *places, condition.label("wanted")).where(
        col(Publication.article_id).in_(article_ids), was_visible(Publication, NOW)
    )
    rows = tx.execute(pages.distinct().order_by(col(Publication.slug)), {"now": now}).all()
    return {
        key: [*paths, *_pages(tags.page_urls, slugs[key], rows, key)]
        for key, paths in paths_by_article.items()
    }


def _pages(
    page_urls: PageUrls, had: Iterable[str], rows: Iterable[Any], article_id: UUID
) -> list[str]:
    """Each page of an article at the front end, followed by its slug as a path. A slug of another
    system has a page in every language that the article had."""
    own_rows = [row for row in rows if row.article_id == article_id]
    places = {(row.slug, row.kind, row.lang) for row in own_rows if row.wanted}
    own_slugs = {row.slug for row in own_rows}
    places |= {
        (slug, row.kind, row.lang) for slug in had if slug not in own_slugs for row in own_rows
    }
    return list(dict.fromkeys(_each_path(page_urls, sorted(places))))


def _each_path(page_urls: PageUrls, places: Iterable[Any]) -> Iterator[str]:
    for slug, kind, lang in places:
        yield from page_urls.plain_paths(kind, slug, lang)
        yield f"/{slug}"
