"""What answers at a path: the page that the front end shows there, else where it has moved to, else
the reason why nothing does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kit.addresses import media_path
from app.kit.page_urls import PageUrls, is_same_place
from app.kit.text import paths_within, plain_path
from app.models.alias import Alias
from app.models.publication import Publication
from app.public.envelopes import Resolution
from app.published import absent_articles, gone_articles, media, tags
from app.published.cache import CachedTag, Tags
from app.visibility import NOW, visible


def resolve_path(
    tx: ReadTx,
    tags_of: Callable[[], Tags],
    path: str,
    now: datetime,
    base: str,
    page_urls: PageUrls,
) -> Resolution:
    """The target of a path: the article or tag whose page is there, else an alias, else the article
    or tag that has or had the path's last part as its slug. An alias by somebody who may not
    publish comes after live slugs, so that it never hides them. Tags are read only when they
    matter, and former addresses of files when nothing else answers.

    The status is 200 only where `path` is the location of the target as it is written, but for its
    host, parameters of others and a slash at the end. So a site that shows only what has 200 shows
    each page once. The location of a target has 200, unless two things share a page.
    """
    plain = plain_path(path)
    request = _Request(tx, tags_of, path, plain, paths_within(plain), now, base, page_urls)
    return _find_page(request)


@dataclass(frozen=True, slots=True)
class _Request:
    tx: ReadTx
    tags_of: Callable[[], Tags]
    path: str
    plain: str
    candidates: list[str]
    """The plain paths that the path matches, the most exact first."""
    now: datetime
    base: str
    page_urls: PageUrls


def _find_page(request: _Request) -> Resolution:
    """The page at the path; otherwise what `_find_former` finds."""
    page_urls, last = request.page_urls, request.plain.partition("?")[0].rsplit("/", 1)[-1]
    slugs = [page_urls.article_slugs(option) for option in request.candidates]
    tag_slugs = [page_urls.tag_slug(option) for option in request.candidates]
    slug = next((slug for options in slugs for slug in options), last)
    aliases = _find_aliases(request.tx, request.candidates)
    for option, shown, tag_slug in zip(request.candidates, slugs, tag_slugs, strict=True):
        here = shown or ([slug] if option == f"/{slug}" else [])
        rows = [row for each in here if (row := _find_live(request, each))]
        for row in rows:
            if option in page_urls.plain_paths(_page_kind(row.kind), row.slug, row.lang):
                return _article_resolution(request, row)
        if tag_slug is not None and (tag := request.tags_of().by_slug.get(tag_slug)):
            return _tag_resolution(request, tag)
        if rows:
            return _article_resolution(request, rows[0])
        if (alias := aliases.get(option)) is not None:
            return _follow_alias(request, alias, slug, tag_slug)
    return _find_former(request, slug, next(filter(None, tag_slugs), None))


def _follow_alias(request: _Request, alias: Any, slug: str, tag_slug: str | None) -> Resolution:
    """The target of an alias. A live slug comes before an alias of somebody who may not publish."""
    if not alias.by_publisher:
        if row := _find_live(request, slug.lower()):
            return _article_resolution(request, row)
        if tag := request.tags_of().by_slug.get(tag_slug or slug.lower()):
            return _tag_resolution(request, tag)
    if alias.gone is not None:
        raise Gone("gone", alias.gone, reason="removed")
    if alias.url is not None:
        return _far_resolution(request, alias)
    if alias.tag_id is None:
        return _current_article(request, alias.article_id)
    if tag := request.tags_of().by_id.get(alias.tag_id):
        return _tag_resolution(request, tag)
    return _find_former(request, slug, tag_slug)


def _find_former(request: _Request, slug: str, tag_slug: str | None) -> Resolution:
    """What has or had a slug, else the file that had the address. Where the front end shows tags, a
    tag comes first."""
    if tag_slug is not None:
        if tag := request.tags_of().find(tag_slug):
            return _tag_resolution(request, tag)
        if error := tags.removed_error(request.tags_of(), tag_slug):
            raise error
    if row := _find_live(request, slug.lower()):
        return _article_resolution(request, row)
    article_id = absent_articles.slug_holder(request.tx, slug, request.now)
    if article_id is not None:
        return _current_article(request, article_id)
    known_tags, slug = request.tags_of(), slug.lower()
    tag = known_tags.find(slug)
    if tag is not None:
        return _tag_resolution(request, tag)
    file = media.get_former_file(request.tx, request.candidates, request.now)
    if file is None:
        raise tags.removed_error(known_tags, slug) or _path_not_found()
    return _file_resolution(request, *file)


def _current_article(request: _Request, article_id: UUID) -> Resolution:
    tx, now = request.tx, request.now
    statement = _LIVE.where(col(Publication.article_id) == article_id)
    row = tx.execute(statement, {"now": now}).first()
    if row is None:
        raise gone_articles.gone_error(tx, article_id, now) or _path_not_found()
    return _article_resolution(request, row)


def _find_aliases(tx: ReadTx, candidates: Sequence[str]) -> dict[str, Any]:
    targets = (Alias.article_id, Alias.tag_id, Alias.gone, Alias.url)
    columns = (Alias.id, Alias.path, *targets, Alias.by_publisher)
    statement = sa.select(*(col(column) for column in columns)).where(
        col(Alias.path).in_(candidates)
    )
    return {row.path: row for row in tx.execute(statement)}


_LIVE = sa.select(
    col(Publication.article_id),
    col(Publication.slug),
    col(Publication.lang),
    col(Publication.kind),
).where(visible(Publication, NOW))


def _find_live(request: _Request, slug: str) -> Any:
    statement = _LIVE.where(col(Publication.slug) == slug)
    return request.tx.execute(statement, {"now": request.now}).first()


def _page_kind(kind: str) -> Literal["article", "page"]:
    return "page" if kind == "page" else "article"


def _status(request: _Request, location: str) -> Literal[200, 301]:
    is_there = plain_path(location) in request.candidates and is_same_place(request.path, location)
    return 200 if is_there else 301


def _article_resolution(request: _Request, row: Any) -> Resolution:
    kind = _page_kind(row.kind)
    location = request.page_urls.location(kind, row.slug, row.lang)
    return Resolution(
        path=request.plain,
        status=_status(request, location),
        kind=kind,
        id=row.article_id,
        slug=row.slug,
        lang=row.lang,
        location=location,
        url=f"{request.base}/v1/articles/{row.slug}",
    )


def _tag_resolution(request: _Request, tag: CachedTag) -> Resolution:
    """The page of a tag: in the language of the path, if the site has it, else in the default."""
    locations = request.page_urls.tag_locations(tag.slug)
    here = [location for location in locations if _status(request, location) == 200]
    location = next(iter(here), locations[0])
    return Resolution(
        path=request.plain,
        status=200 if here else 301,
        kind="tag",
        id=tag.id,
        slug=tag.slug,
        lang=None,
        location=location,
        url=f"{request.base}/v1/tags/{tag.slug}",
    )


def _file_resolution(request: _Request, media_id: UUID, rendition: str) -> Resolution:
    """A file has no page at the front end: its location is its path here."""
    location = media_path(media_id, rendition)
    return Resolution(
        path=request.plain,
        status=301,
        kind="media",
        id=media_id,
        slug=None,
        lang=None,
        location=location,
        url=request.base + location,
    )


def _far_resolution(request: _Request, alias: Any) -> Resolution:
    """What moved to another site, of which nothing is known here but the address."""
    return Resolution(
        path=request.plain,
        status=301,
        kind="elsewhere",
        id=alias.id,
        slug=None,
        lang=None,
        location=alias.url,
        url=alias.url,
    )


def _path_not_found() -> NotFound:
    return NotFound("path_not_found", "Nothing ever answered at this path.")
