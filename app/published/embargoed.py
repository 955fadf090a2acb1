"""Scheduled articles as they will be, for partners with the right to see some hours ahead.

Only the next publication of each article counts, and only while it is in the future: a public one
is no secret, a cancelled one has no interval, and a moved one has a new time. Tags, translations
and related articles are those of its start, as far as they are known now. Files have their future
addresses; until the start they are read here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.database import ReadTx
from app.errors import NotFound
from app.kit.paging import Cursor
from app.models.media import Media, PublicationMedia
from app.models.publication import Publication, PublicationBody
from app.public.articles import FrozenArticle, complete_item
from app.public.partner import EmbargoedArticle
from app.published import media, preview
from app.published.cache import Tags
from app.published.editors_choice import parse_ids
from app.published.media import PublicFile
from app.visibility import ahead, visible


@dataclass(frozen=True, slots=True)
class EmbargoedPage:
    """One page in the order of time; `next` is the start of the next page."""

    articles: list[EmbargoedArticle]
    next: Cursor | None


def list_page(
    tx: ReadTx, tags: Tags, now: datetime, until: datetime, cursor: Cursor | None, limit: int
) -> EmbargoedPage:
    """Articles that become public after `now` and not later than `until`, the earliest first."""
    statement = _next_ones(now, until)
    if cursor is not None:
        place = sa.tuple_(col(Publication.visible_from), col(Publication.article_id))
        start = sa.literal(cursor.at, UTCDateTime()), sa.literal(cursor.id, sa.Uuid())
        statement = statement.where(place > sa.tuple_(*start))
    ordered = statement.order_by(col(Publication.visible_from), col(Publication.article_id))
    rows = tx.execute(ordered.limit(limit + 1)).all()
    embargoed_articles = [_to_embargoed(tx, tags, row) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return EmbargoedPage(
        embargoed_articles, Cursor(last.visible_from, last.article_id, False) if last else None
    )


def get_article(
    tx: ReadTx, tags: Tags, article: UUID, now: datetime, until: datetime
) -> EmbargoedArticle:
    """One article; `NotFound` unless it is scheduled within the interval."""
    is_own = col(Publication.article_id) == article
    row = tx.execute(_next_ones(now, until).where(is_own)).first()
    if row is None:
        raise NotFound(
            "article_not_found",
            "No such article is embargoed for you: it is public by now, or was cancelled or moved.",
        )
    return _to_embargoed(tx, tags, row)


def get_file(
    tx: ReadTx, article: UUID, medium: UUID, rendition: str, now: datetime, until: datetime
) -> PublicFile:
    """A file that an embargoed article shows; `NotFound` for every other file."""
    statement = (
        sa.select(col(Publication.id))
        .join(PublicationMedia, col(PublicationMedia.publication_id) == col(Publication.id))
        .join(Media, col(Media.id) == col(PublicationMedia.media_id))
        .where(
            _is_next(now, until),
            col(Publication.article_id) == article,
            col(PublicationMedia.media_id) == medium,
            col(Media.taken_down_at).is_(None),
        )
    )
    public_file = (
        media.find_rendition(tx, medium, rendition) if tx.execute(statement).first() else None
    )
    if public_file is None:
        raise NotFound("media_not_found", "No article that is embargoed for you shows such a file.")
    return public_file


_SHOWN: Final = (
    col(Publication.article_id),
    col(Publication.visible_from),
    col(Publication.translation_group),
    col(Publication.tag_ids),
    col(Publication.item),
    col(Publication.parent_slug),
    col(Publication.related_ids),
    col(PublicationBody.body_html),
    col(PublicationBody.seo),
)


def _is_next(now: datetime, until: datetime) -> sa.ColumnElement[bool]:
    sooner = aliased(Publication)
    another = sa.exists().where(
        col(sooner.article_id) == col(Publication.article_id),
        col(sooner.visible_from) < col(Publication.visible_from),
        ahead(sooner, now, until),
    )
    return sa.and_(ahead(Publication, now, until), ~another)


def _next_ones(now: datetime, until: datetime) -> sa.Select[*tuple[Any, ...]]:
    public = aliased(Publication)
    is_update = sa.exists().where(
        col(public.article_id) == col(Publication.article_id), visible(public, now)
    )
    statement = sa.select(*_SHOWN, is_update.label("is_update"))
    body = col(PublicationBody.publication_id) == col(Publication.id)
    return statement.join(PublicationBody, body).where(_is_next(now, until))


def _to_embargoed(tx: ReadTx, tags: Tags, row: Any) -> EmbargoedArticle:
    item = FrozenArticle.model_validate_json(tags.absolute_urls(complete_item(row.item).encode()))
    article = preview.UnpublishedArticle(
        item,
        tags.absolute_urls(row.body_html.encode()).decode(),
        None if row.seo is None else tags.absolute_urls(row.seo.encode()).decode(),
        [UUID(tag) for tag in from_json(row.tag_ids)],
        row.translation_group,
        row.parent_slug,
        parse_ids(row.related_ids),
    )
    detail = preview.preview_detail(tx, tags, article, row.visible_from)
    return EmbargoedArticle(
        **detail.model_dump(), embargoed_until=row.visible_from, is_update=row.is_update
    )
