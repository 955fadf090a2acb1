"""The former addresses of articles and tags."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from app.database import ReadTx
from app.models.alias import Alias
from app.models.publication import Publication
from app.models.tag import FormerTag, TagSlug
from app.public.vocabulary import SLUG_PATTERN
from app.published.cache import Tags
from app.visibility import NOW, visible, was_visible


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


@dataclass(frozen=True, slots=True)
class DepartedTag:
    """The rest of a removed tag: its paths, and the tag that it was merged into."""

    paths: list[str]
    merged_into: UUID | None


def of_tags(tx: ReadTx, tags: Tags, tag_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Paths that used to lead to existing tags: aliases first, then their former slugs."""
    paths: dict[UUID, list[str]] = {tag_id: [] for tag_id in tag_ids}
    aliases = sa.select(col(Alias.tag_id), col(Alias.path))
    aliases = aliases.where(col(Alias.tag_id).in_(tag_ids)).order_by(col(Alias.path))
    for tag_id, path in tx.execute(aliases):
        paths[tag_id].append(path)
    slugs = sa.select(col(TagSlug.tag_id), col(TagSlug.slug))
    slugs = slugs.where(col(TagSlug.tag_id).in_(tag_ids)).order_by(col(TagSlug.slug))
    for tag_id, slug in tx.execute(slugs):
        if slug != tags.by_id[tag_id].slug:
            paths[tag_id].append(f"/{slug}")
    return paths


def of_former_tags(tx: ReadTx, tag_ids: Sequence[UUID]) -> dict[UUID, DepartedTag]:
    """The rest of tags that are gone."""
    rows = sa.select(col(FormerTag.id), col(FormerTag.paths), col(FormerTag.tag_id))
    rows = rows.where(col(FormerTag.id).in_(tag_ids))
    return {key: DepartedTag(paths, into) for key, paths, into in tx.execute(rows)}


def _paths(
    tx: ReadTx,
    tags: Tags,
    article_ids: Sequence[UUID],
    now: datetime,
    condition: ColumnElement[bool],
) -> dict[UUID, list[str]]:
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
        key: [*paths, *_pages(tags, slugs[key], rows, key)]
        for key, paths in paths_by_article.items()
    }


def _pages(tags: Tags, had: Iterable[str], rows: Iterable[Any], article_id: UUID) -> list[str]:
    """Each page of an article at the front end, followed by its slug as a path."""
    own_rows = [row for row in rows if row.article_id == article_id]
    places = {(row.slug, row.kind, row.lang) for row in own_rows if row.wanted}
    own_slugs = {row.slug for row in own_rows}
    places |= {
        (slug, own_rows[-1].kind, own_rows[-1].lang)
        for slug in had
        if own_rows and slug not in own_slugs
    }
    pairs = ([tags.page_path(kind, slug, lang), f"/{slug}"] for slug, kind, lang in sorted(places))
    return list(dict.fromkeys([path for pair in pairs for path in pair]))
