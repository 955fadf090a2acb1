"""Lists of working copies, as editors look for them: what was changed last comes first."""

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
from app.editorial import states, translations
from app.editorial.articles import WorkingCopy, read
from app.editorial.states import WAITING, Standing, State
from app.editorial.translations import Sibling
from app.errors import BadRequest, Detail
from app.kit.paging import Cursor
from app.kit.text import JOINERS, slug_of, without_unseen
from app.models.article import Article, ArticleTag, Revision
from app.models.publication import Publication
from app.models.tag import TagSlug
from app.public.vocabulary import Kind, Lang, Slug


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """Which working copies; all that is given must hold. `saved_by` once saved a text of it.

    `words` are looked for in the title as they are, and in the slug without their accents.
    """

    states: tuple[State, ...] = ()
    live: bool | None = None
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
    """A working copy in a list: no text but its title."""

    article: Article
    state: State
    standing: Standing


@dataclass(frozen=True, slots=True)
class WholeCopy:
    """A working copy with all that its editors are shown of it."""

    copy: WorkingCopy
    state: State
    standing: Standing
    translations: list[Sibling]


_COLUMNS = tuple(sa.inspect(Article).columns)


def page(
    tx: ReadTx, chosen: CopyFilter, cursor: Cursor | None, limit: int, now: datetime
) -> tuple[list[ListedCopy], bool]:
    """One page, the last changed first, and whether there are more."""
    now = head(tx).moment(now)
    asked = sa.select(*_COLUMNS, states.state_at(now).label("standing"))
    asked = asked.where(*_conditions(tx, chosen, now))
    keys = sa.tuple_(col(Article.updated_at), col(Article.id))
    if cursor is not None:
        place = (sa.literal(cursor.at, UTCDateTime()), sa.literal(cursor.id, sa.Uuid()))
        asked = asked.where(keys < sa.tuple_(*place))
    asked = asked.order_by(col(Article.updated_at).desc(), col(Article.id).desc())
    rows = tx.execute(asked.limit(limit + 1)).mappings().all()
    more, rows = len(rows) > limit, rows[:limit]
    shown = states.standings(tx, [row["id"] for row in rows], now)
    found = [
        ListedCopy(
            Article(**{name: value for name, value in row.items() if name != "standing"}),
            row["standing"],
            shown[row["id"]],
        )
        for row in rows
    ]
    return found, more


def total(tx: ReadTx, chosen: CopyFilter, now: datetime) -> int:
    """How many a filter finds."""
    now = head(tx).moment(now)
    asked = sa.select(sa.func.count()).select_from(Article).where(*_conditions(tx, chosen, now))
    return int(tx.execute(asked).scalar_one())


def whole(tx: ReadTx, article_id: UUID, now: datetime) -> WholeCopy:
    """One working copy; `NotFound` when there is none."""
    copy = read(tx, article_id)
    standing = states.standings(tx, [article_id], now)[article_id]
    siblings = translations.of(tx, copy.article, now)
    return WholeCopy(copy, states.state(tx, article_id, now), standing, siblings)


def _conditions(tx: ReadTx, chosen: CopyFilter, now: datetime) -> Sequence[ColumnElement[bool]]:
    trashed = col(Article.trashed_at).is_not(None)
    conditions: list[Any] = [trashed if chosen.trashed else ~trashed]
    if chosen.kind is not None:
        conditions.append(col(Article.kind) == chosen.kind)
    if chosen.lang is not None:
        regions = col(Article.lang).startswith(f"{chosen.lang}-", autoescape=True)
        conditions.append(sa.or_(col(Article.lang) == chosen.lang, regions))
    if chosen.states:
        conditions.append(_in_states(chosen.states, now))
    if chosen.live is not None:
        conditions.append(states.is_live(now) if chosen.live else ~states.is_live(now))
    if chosen.tag is not None:
        held = sa.select(col(TagSlug.tag_id)).where(col(TagSlug.slug) == chosen.tag)
        tag_id = tx.execute(held).scalar()
        if tag_id is None:
            message = f"There is no tag {chosen.tag!r}; see /v1/tags."
            detail = Detail("unknown_tag", message, parameter="tag")
            raise BadRequest("unknown_tag", message, (detail,))
        tagged = sa.select(col(ArticleTag.article_id)).where(col(ArticleTag.tag_id) == tag_id)
        conditions.append(col(Article.id).in_(tagged))
    if chosen.saved_by is not None:
        saved = sa.select(col(Revision.article_id)).where(
            col(Revision.saved_by_id) == chosen.saved_by
        )
        conditions.append(col(Article.id).in_(saved))
    if chosen.words is not None:
        plain = slug_of(chosen.words)
        conditions.append(
            sa.or_(
                _readable(Article.title).icontains(without_unseen(chosen.words), autoescape=True),
                col(Article.slug).contains(plain, autoescape=True) if plain else sa.false(),
            )
        )
    if chosen.updated_since is not None:
        conditions.append(col(Article.updated_at) >= chosen.updated_since)
    if chosen.lacks_alt:
        image = sa.type_coerce(col(Revision.content)["image"], sa.JSON)
        newest = sa.select(sa.literal(1)).where(
            col(Revision.article_id) == col(Article.id),
            col(Revision.number) == col(Article.text_revision),
            image["url"].as_string().is_not(None),
            image["media_id"].as_string().is_(None),
            image["alt"].as_string().is_(None),
        )
        conditions.append(newest.exists())
    return conditions


def _readable(column: Any) -> Any:
    """A column as it is read: without what joins or parts letters and cannot be seen."""
    text: Any = col(column)
    for sign in JOINERS:
        text = sa.func.replace(text, sign, "", type_=sa.String())
    return text


def _in_states(wanted: Sequence[State], now: datetime) -> ColumnElement[bool]:
    """The narrow conditions come first, so that an index finds what may be in the state."""
    waiting = [state for state in wanted if state in WAITING]
    released = [state for state in wanted if state not in WAITING]
    own: set[str] = set(waiting) | {
        state for state in released if state in ("unpublished", "retracted")
    }
    if len(own) < len(wanted):
        own.add("published")
    narrow = [col(Article.state).in_(sorted(own)), states.state_at(now).in_(wanted)]
    if released == ["scheduled"] and not waiting:
        pending = sa.select(col(Publication.article_id)).where(
            col(Publication.visible_from) > now,
            col(Publication.visible_from) < col(Publication.visible_until),
        )
        narrow.append(col(Article.id).in_(pending))
    return sa.and_(*narrow)
