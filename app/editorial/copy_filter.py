"""Filters of the lists of working copies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from app.database import ReadTx
from app.editorial import article_status, draft_index
from app.editorial.article_status import WAITING, State
from app.errors import BadRequest, Detail
from app.kit.clock import FOREVER
from app.models.article import Article, ArticleTag, Revision
from app.models.media import Media, MediaUse
from app.models.publication import Publication
from app.models.tag import TagSlug
from app.public.vocabulary import Kind, Lang, Slug


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """A filter of working copies; all conditions must hold.

    `saved_by` and `mine` once saved a text of it. It has no translation in `missing_translation`,
    or one in `stale_translation` that follows an older text. The dates are those readers see.
    """

    states: tuple[State, ...] = ()
    live: bool | None = None
    scheduled: bool | None = None
    kind: Kind | None = None
    lang: Lang | None = None
    tag: Slug | None = None
    saved_by: UUID | None = None
    mine: UUID | None = None
    words: str | None = None
    updated_since: datetime | None = None
    published_from: datetime | None = None
    published_until: datetime | None = None
    author: Slug | None = None
    missing_translation: Lang | None = None
    stale_translation: Lang | None = None
    lacks_alt: bool = False
    trashed: bool = False


def list_conditions(
    tx: ReadTx, filters: CopyFilter, now: datetime
) -> Sequence[ColumnElement[bool]]:
    """The conditions on rows of `article`; `BadRequest` for a tag that does not exist."""
    trashed = col(Article.trashed_at).is_not(None)
    conditions: list[Any] = [trashed if filters.trashed else ~trashed]
    if filters.kind is not None:
        conditions.append(col(Article.kind) == filters.kind)
    if filters.lang is not None:
        conditions.append(_has_lang(Article, filters.lang))
    if filters.states:
        conditions.append(_in_states(filters.states, now))
    if filters.live is not None:
        conditions.append(
            article_status.is_live(now) if filters.live else ~article_status.is_live(now)
        )
    if filters.scheduled is not None:
        pending = col(Article.id).in_(_pending(now))
        conditions.append(pending if filters.scheduled else ~pending)
    if filters.tag is not None:
        conditions.append(_has_tag(tx, filters.tag))
    for account_id in {filters.saved_by, filters.mine} - {None}:
        saved = sa.select(col(Revision.article_id)).where(col(Revision.saved_by_id) == account_id)
        conditions.append(col(Article.id).in_(saved))
    conditions += _of_text(tx, filters)
    conditions += _of_translations(filters)
    if filters.updated_since is not None:
        conditions.append(col(Article.updated_at) >= filters.updated_since)
    if filters.lacks_alt:
        conditions.append(_lacks_alt())
    return conditions


def _has_tag(tx: ReadTx, slug: Slug) -> ColumnElement[bool]:
    tag_id = tx.execute(sa.select(col(TagSlug.tag_id)).where(col(TagSlug.slug) == slug)).scalar()
    if tag_id is None:
        message = f"There is no tag {slug!r}; see /v1/tags."
        detail = Detail("unknown_tag", message, parameter="tag")
        raise BadRequest("unknown_tag", message, (detail,))
    tagged = sa.select(col(ArticleTag.article_id)).where(col(ArticleTag.tag_id) == tag_id)
    return col(Article.id).in_(tagged)


def _of_text(tx: ReadTx, filters: CopyFilter) -> Iterator[ColumnElement[bool]]:
    """By what the index of drafts says, and by the date that readers see."""
    if filters.words is not None:
        yield draft_index.holds_words(tx, filters.words)
    if filters.author is not None:
        yield draft_index.is_by_author(filters.author)
    if filters.published_from is not None:
        yield draft_index.shown_date() >= filters.published_from
    if filters.published_from is not None or filters.published_until is not None:
        yield draft_index.shown_date() < (filters.published_until or FOREVER)


def _has_lang(table: Any, lang: str) -> ColumnElement[bool]:
    """Whether a row has a language, in any region."""
    regions = col(table.lang).startswith(f"{lang}-", autoescape=True)
    return sa.or_(col(table.lang) == lang, regions)


def _of_translations(filters: CopyFilter) -> Iterator[ColumnElement[bool]]:
    twin = aliased(Article)
    if (lang := filters.missing_translation) is not None:
        there = sa.exists().where(
            col(twin.translation_group) == col(Article.translation_group),
            col(twin.trashed_at).is_(None),
            _has_lang(twin, lang),
        )
        yield sa.and_(~_has_lang(Article, lang), ~there)
    if (lang := filters.stale_translation) is not None:
        yield sa.exists().where(
            col(twin.source_id) == col(Article.id),
            col(twin.source_text) != col(Article.text_revision),
            col(twin.trashed_at).is_(None),
            _has_lang(twin, lang),
        )


def _lacks_alt() -> ColumnElement[bool]:
    """Whether the image of the newest text has no alt text: neither the article nor the medium, if
    it is one, says anything in any language."""
    image = sa.type_coerce(col(Revision.content)["image"], sa.JSON)
    media_id = image["media_id"].as_string()
    # SQLite keeps an id without hyphens, PostgreSQL with them, and JSON with them.
    is_shown = sa.func.replace(sa.cast(col(Media.id), sa.String), "-", "") == sa.func.replace(
        media_id, "-", ""
    )
    mute_medium = (
        sa.select(sa.literal(1))
        .select_from(MediaUse)
        .join(Media, col(Media.id) == col(MediaUse.media_id))
        .where(
            col(MediaUse.article_id) == col(Article.id),
            is_shown,
            sa.cast(col(Media.alt), sa.String) == "{}",
        )
    )
    external = sa.and_(media_id.is_(None), image["url"].as_string().is_not(None))
    newest = sa.select(sa.literal(1)).where(
        col(Revision.article_id) == col(Article.id),
        col(Revision.number) == col(Article.text_revision),
        image["alt"].as_string().is_(None),
        sa.or_(external, mute_medium.exists()),
    )
    return newest.exists()


def _in_states(chosen_states: Sequence[State], now: datetime) -> ColumnElement[bool]:
    """The narrow conditions come first, so that an index finds the candidates."""
    waiting = [state for state in chosen_states if state in WAITING]
    released = [state for state in chosen_states if state not in WAITING]
    own: set[str] = set(waiting) | {
        state for state in released if state in ("unpublished", "retracted")
    }
    if len(own) < len(chosen_states):
        own.add("published")
    narrow = [col(Article.state).in_(sorted(own)), article_status.state_at(now).in_(chosen_states)]
    if released == ["scheduled"] and not waiting:
        narrow.append(col(Article.id).in_(_pending(now)))
    return sa.and_(*narrow)


def _pending(now: datetime) -> sa.Select[UUID]:
    """The articles that have a text to come."""
    return sa.select(col(Publication.article_id)).where(article_status.is_pending(now))
