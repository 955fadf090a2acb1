"""Lists of working copies for editors, and one of them whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app import cursors
from app.changes import head
from app.database import ReadTx
from app.editorial import article_status, draft_index, tags, translations
from app.editorial.article_status import PublicationStatus, State
from app.editorial.articles import WorkingCopy, read
from app.editorial.content import ArticleInput, from_revision_json
from app.editorial.copy_filter import CopyFilter, list_conditions
from app.editorial.draft_index import DraftOrder
from app.editorial.translation_sources import TranslationSource, find_source
from app.editorial.translations import SiblingArticle
from app.kit import paging
from app.models.article import Article, Revision
from app.public.vocabulary import SLUG_PATTERN


@dataclass(frozen=True, slots=True)
class ListedCopy:
    """A working copy in a list, without its text."""

    article: Article
    state: State
    standing: PublicationStatus


@dataclass(frozen=True, slots=True)
class ListedText:
    """What a list tells of a newest text when it is asked to."""

    content: ArticleInput
    translations: list[SiblingArticle]


@dataclass(frozen=True, slots=True)
class WorkingCopyDetail:
    """A working copy with all that its editors see."""

    copy: WorkingCopy
    state: State
    standing: PublicationStatus
    translations: list[SiblingArticle]
    source: TranslationSource | None


_COLUMNS = tuple(sa.inspect(Article).columns)


def page(
    tx: ReadTx,
    filters: CopyFilter,
    cursor: str | None,
    limit: int,
    now: datetime,
    order: DraftOrder = "-changed",
) -> tuple[list[ListedCopy], str | None]:
    """One page, and the cursor of the next if there is one."""
    now = head(tx).moment(now)
    place = _ListPlace.of(tx, order, f"{order} {filters!r}")
    statement = sa.select(*_COLUMNS, article_status.state_at(now).label("standing"))
    statement = statement.add_columns(place.key.label("place"))
    statement = statement.where(*list_conditions(tx, filters, now), *place.after(cursor))
    rows = tx.execute(statement.order_by(*place.columns).limit(limit + 1)).mappings().all()
    more, rows = len(rows) > limit, rows[:limit]
    statuses = article_status.publication_statuses(tx, [row["id"] for row in rows], now)
    listed_copies = [
        ListedCopy(
            Article(**{column.name: row[column.name] for column in _COLUMNS}),
            row["standing"],
            statuses[row["id"]],
        )
        for row in rows
    ]
    return listed_copies, place.encode(rows[-1]["place"], rows[-1]["id"]) if more else None


@dataclass(frozen=True, slots=True)
class _ListPlace:
    """Where a list goes on: after the row with a key and an id."""

    key: Any
    is_dated: bool
    is_descending: bool
    list_name: str

    @classmethod
    def of(cls, tx: ReadTx, order: DraftOrder, list_name: str) -> "_ListPlace":
        """The places of a list in an order."""
        match order.removeprefix("-"):
            case "title":
                key: Any = draft_index.title_key(tx)
            case "published_at":
                key = draft_index.shown_date()
            case _:
                key = col(Article.updated_at)
        return cls(key, not order.endswith("title"), order.startswith("-"), list_name)

    @property
    def columns(self) -> list[Any]:
        """What the list is ordered by."""
        by = [self.key, col(Article.id)]
        return [column.desc() for column in by] if self.is_descending else by

    def after(self, cursor: str | None) -> list[Any]:
        """The condition on rows after a cursor; `BadRequest` for that of another list."""
        if cursor is None:
            return []
        if not self.is_dated:
            title, article_id = cursors.decode_key(cursor, self.list_name, _parse_title)
            return self._follows(sa.literal(title), article_id)
        after = cursors.decode(cursor, self.list_name)
        return [] if after is None else self._follows(sa.literal(after.at, UTCDateTime()), after.id)

    def _follows(self, key: Any, article_id: UUID) -> list[Any]:
        place = sa.tuple_(key, sa.literal(article_id, sa.Uuid()))
        keys = sa.tuple_(self.key, col(Article.id))
        return [keys < place if self.is_descending else keys > place]

    def encode(self, key: Any, article_id: UUID) -> str:
        """The cursor after a row."""
        if self.is_dated:
            return paging.Cursor(key, article_id, backwards=False).encode(self.list_name)
        return paging.encode_text(f"{key} {article_id}", self.list_name)


def _parse_title(text: str) -> tuple[str, UUID]:
    """A title's key and an article's id; `ValueError`."""
    key, _, article_id = text.rpartition(" ")
    if not re.fullmatch(f"({SLUG_PATTERN[1:-1]})?", key):
        raise ValueError(key)
    return key, UUID(article_id)


def list_texts(
    tx: ReadTx, copies: Sequence[Article], now: datetime, *, with_siblings: bool
) -> dict[UUID, ListedText]:
    """The newest texts of some working copies, and their translations if they are asked for."""
    newest = sa.tuple_(col(Revision.article_id), col(Revision.number)).in_(
        [(article.id, article.text_revision) for article in copies]
    )
    statement = sa.select(col(Revision.article_id), col(Revision.content)).where(newest)
    rows = tx.execute(statement).all()
    named = {UUID(tag_id) for row in rows for tag_id in row.content["tag_ids"]}
    slugs = tags.slugs_by_id(tx, named)
    siblings = translations.list_all_siblings(tx, copies, now) if with_siblings else {}
    return {
        key: ListedText(from_revision_json(content, slugs), siblings.get(key, []))
        for key, content in rows
    }


def total(tx: ReadTx, filters: CopyFilter, now: datetime) -> int:
    """The number of working copies that match."""
    now = head(tx).moment(now)
    conditions = list_conditions(tx, filters, now)
    statement = sa.select(sa.func.count()).select_from(Article).where(*conditions)
    return int(tx.execute(statement).scalar_one())


@dataclass(frozen=True, slots=True)
class CopyCounts:
    """The numbers of working copies: by the state of the newest text; and of those that readers
    see, that have a text scheduled, or that are in the trash, whatever their state."""

    states: dict[State, int]
    live: int
    scheduled: int
    trashed: int


def count_copies(tx: ReadTx, filters: CopyFilter, now: datetime) -> CopyCounts:
    """How many working copies match, in one reading of the table."""
    now = head(tx).moment(now)
    conditions = list_conditions(tx, filters, now)
    state = article_status.state_at(now).label("state")
    live, pending = (sa.case((it, 1), else_=0) for it in article_status.is_released(now))
    each = sa.select(state, live.label("live"), pending.label("pending")).where(*conditions)
    rows = each.subquery()
    counted = sa.select(
        rows.c.state, sa.func.count(), sa.func.sum(rows.c.live), sa.func.sum(rows.c.pending)
    )
    found = tx.execute(counted.group_by(rows.c.state)).all()
    return CopyCounts(
        dict.fromkeys(get_args(State), 0) | {row[0]: row[1] for row in found},
        sum(row[2] for row in found),
        sum(row[3] for row in found),
        total(tx, replace(filters, trashed=True), now),
    )


def get_working_copy(tx: ReadTx, article_id: UUID, now: datetime) -> WorkingCopyDetail:
    """One working copy; `NotFound` when there is none."""
    copy = read(tx, article_id)
    standing = article_status.publication_statuses(tx, [article_id], now)[article_id]
    siblings = translations.list_siblings(tx, copy.article, now)
    return WorkingCopyDetail(
        copy,
        article_status.workflow_state(tx, article_id, now),
        standing,
        siblings,
        find_source(tx, copy.article),
    )
