"""Lists of working copies for editors: the most recent change comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.changes import head
from app.database import ReadTx
from app.editorial import article_status, translations
from app.editorial.article_status import WAITING, PublicationStatus, State
from app.editorial.articles import WorkingCopy, read
from app.editorial.translations import SiblingArticle
from app.errors import BadRequest, Detail
from app.kit.paging import Cursor
from app.kit.text import JOINERS, slug_of, without_unseen
from app.models.article import Article, ArticleTag, Revision
from app.models.media import Media, MediaUse
from app.models.publication import Publication
from app.models.tag import TagSlug
from app.public.vocabulary import Kind, Lang, Slug


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """A filter of working copies; all conditions must hold. `saved_by` once saved a text of it.

    `words` are searched in the title as they are, and in the slug without their accents.
    """

    states: tuple[State, ...] = ()
    live: bool | None = None
    scheduled: bool | None = None
    kind: Kind | None = None
    lang: Lang | None = None
    tag: Slug | None = None
    saved_by: UUID | None = None
    words: str | None = None
    updated_since: datetime | None = None
    lacks_alt: bool = False
    trashed: bool = False


@dataclass(frozen=True, slots=True)
class ListedCopy:
    """A working copy in a list, without its text."""

    article: Article
    state: State
    standing: PublicationStatus


@dataclass(frozen=True, slots=True)
class WorkingCopyDetail:
    """A working copy with all that its editors see."""

    copy: WorkingCopy
    state: State
    standing: PublicationStatus
    translations: list[SiblingArticle]


_COLUMNS = tuple(sa.inspect(Article).columns)


def page(
    tx: ReadTx, filters: CopyFilter, cursor: Cursor | None, limit: int, now: datetime
) -> tuple[list[ListedCopy], bool]:
    """One page, the most recent change first, and whether there are more."""
    now = head(tx).moment(now)
    statement = sa.select(*_COLUMNS, article_status.state_at(now).label("standing"))
    statement = statement.where(*_conditions(tx, filters, now))
    keys = sa.tuple_(col(Article.updated_at), col(Article.id))
    if cursor is not None:
        place = (sa.literal(cursor.at, UTCDateTime()), sa.literal(cursor.id, sa.Uuid()))
        statement = statement.where(keys < sa.tuple_(*place))
    statement = statement.order_by(col(Article.updated_at).desc(), col(Article.id).desc())
    rows = tx.execute(statement.limit(limit + 1)).mappings().all()
    more, rows = len(rows) > limit, rows[:limit]
    statuses = article_status.publication_statuses(tx, [row["id"] for row in rows], now)
    listed_copies = [
        ListedCopy(
            Article(**{name: value for name, value in row.items() if name != "standing"}),
            row["standing"],
            statuses[row["id"]],
        )
        for row in rows
    ]
    return listed_copies, more


def total(tx: ReadTx, filters: CopyFilter, now: datetime) -> int:
    """The number of working copies that match."""
    now = head(tx).moment(now)
    statement = (
        sa.select(sa.func.count()).select_from(Article).where(*_conditions(tx, filters, now))
    )
    return int(tx.execute(statement).scalar_one())


def get_working_copy(tx: ReadTx, article_id: UUID, now: datetime) -> WorkingCopyDetail:
    """One working copy; `NotFound` when there is none."""
    copy = read(tx, article_id)
    standing = article_status.publication_statuses(tx, [article_id], now)[article_id]
    siblings = translations.list_siblings(tx, copy.article, now)
    return WorkingCopyDetail(
        copy, article_status.workflow_state(tx, article_id, now), standing, siblings
    )


def _conditions(tx: ReadTx, filters: CopyFilter, now: datetime) -> Sequence[ColumnElement[bool]]:
    trashed = col(Article.trashed_at).is_not(None)
    conditions: list[Any] = [trashed if filters.trashed else ~trashed]
    if filters.kind is not None:
        conditions.append(col(Article.kind) == filters.kind)
    if filters.lang is not None:
        regions = col(Article.lang).startswith(f"{filters.lang}-", autoescape=True)
        conditions.append(sa.or_(col(Article.lang) == filters.lang, regions))
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
        statement = sa.select(col(TagSlug.tag_id)).where(col(TagSlug.slug) == filters.tag)
        tag_id = tx.execute(statement).scalar()
        if tag_id is None:
            message = f"There is no tag {filters.tag!r}; see /v1/tags."
            detail = Detail("unknown_tag", message, parameter="tag")
            raise BadRequest("unknown_tag", message, (detail,))
        tagged = sa.select(col(ArticleTag.article_id)).where(col(ArticleTag.tag_id) == tag_id)
        conditions.append(col(Article.id).in_(tagged))
    if filters.saved_by is not None:
        saved = sa.select(col(Revision.article_id)).where(
            col(Revision.saved_by_id) == filters.saved_by
        )
        conditions.append(col(Article.id).in_(saved))
    if filters.words is not None:
        plain = slug_of(filters.words)
        conditions.append(
            sa.or_(
                _visible_text(Article.title).icontains(
                    without_unseen(filters.words), autoescape=True
                ),
                col(Article.slug).contains(plain, autoescape=True) if plain else sa.false(),
            )
        )
    if filters.updated_since is not None:
        conditions.append(col(Article.updated_at) >= filters.updated_since)
    if filters.lacks_alt:
        conditions.append(_lacks_alt())
    return conditions


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


def _visible_text(column: Any) -> Any:
    """A column without the invisible characters that join or part letters."""
    text: Any = col(column)
    for sign in JOINERS:
        text = sa.func.replace(text, sign, "", type_=sa.String())
    return text


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
    return sa.select(col(Publication.article_id)).where(
        col(Publication.visible_from) > now,
        col(Publication.visible_from) < col(Publication.visible_until),
    )
