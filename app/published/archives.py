"""What archived feeds need: months that have articles, their versions, and what was taken down."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col
from typing_extensions import override

from app.database import ReadTx
from app.kit.clock import FOREVER
from app.models.change import Change
from app.models.publication import Publication
from app.published.memory import Recall, Tags
from app.published.plan import planned
from app.published.query import ArticleFilter, page_of
from app.visibility import visible, was_visible

RECENT: Final = timedelta(days=30)
"""For how long the feed that is followed names what was taken down."""


_ASKED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A UTC month."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        """The month that holds a moment."""
        moment = moment.astimezone(UTC)
        return cls(moment.year, moment.month)

    @classmethod
    def parsed(cls, text: str) -> "Month | None":
        """The month that `YYYY-MM` names."""
        if re.fullmatch(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])", text) is None:
            return None
        return cls(int(text[:4]), int(text[5:]))

    @property
    def begin(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        if (self.year, self.month) == (9999, 12):
            return FOREVER
        over, month = divmod(self.month, 12)
        return datetime(self.year + over, month + 1, 1, tzinfo=UTC)

    @override
    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def within(chosen: ArticleFilter, month: Month) -> ArticleFilter:
    """Only what of it bears a date of the month."""
    since = max(month.begin, chosen.since) if chosen.since else month.begin
    if chosen.until is not None and chosen.until < month.end:
        return replace(chosen, since=since)
    return replace(chosen, since=since, until=month.end, until_inclusive=False)


def ids(tx: ReadTx, tags: Tags, chosen: ArticleFilter, now: datetime) -> list[tuple[int, UUID]]:
    """All that a filter finds, newest first: each publication's key and its article's id."""
    chosen, plan = planned(tx, tags, chosen, "newest", now)
    statement, values = page_of(chosen, plan, "newest", None, 1_000_000, now)
    return [(row.id, row.article_id) for row in tx.execute(statement, values)]


def version(
    tx: ReadTx, tags: Tags, chosen: ArticleFilter, month: Month, now: datetime, recall: Recall
) -> str:
    """Another one whenever an article of the month comes, goes or says something else: whoever
    keeps months by their version must not keep what was corrected, renamed or erased in place."""

    def make() -> str:
        rows = ids(tx, tags, within(chosen, month), now)
        said = ([key for key, _ in rows], _last_told(tx, [article for _, article in rows]))
        return blake2b(repr(said).encode(), digest_size=6).hexdigest()

    return recall(("version", chosen, month), make)


def _last_told(tx: ReadTx, articles: Sequence[UUID]) -> int:
    """The sequence of the last change of any of these articles."""
    last = 0
    newest_change = sa.select(sa.func.max(col(Change.sequence)))
    for begin in range(0, len(articles), _ASKED_AT_ONCE):
        some = col(Change.subject_id).in_(articles[begin : begin + _ASKED_AT_ONCE])
        last = max(last, tx.execute(newest_change.where(some)).scalar() or 0)
    return last


def newest(tx: ReadTx, tags: Tags, chosen: ArticleFilter, now: datetime) -> Month | None:
    """The newest month that has articles."""
    return _edge(tx, tags, chosen, "newest", now)


def before(
    tx: ReadTx, tags: Tags, chosen: ArticleFilter, month: Month, now: datetime
) -> Month | None:
    """The next older month that has articles."""
    if chosen.until is None or chosen.until > month.begin:
        chosen = replace(chosen, until=month.begin, until_inclusive=False)
    return _edge(tx, tags, chosen, "newest", now)


def following(
    tx: ReadTx, tags: Tags, chosen: ArticleFilter, month: Month, now: datetime
) -> Month | None:
    """The next newer month that has articles."""
    since = max(month.end, chosen.since) if chosen.since else month.end
    return _edge(tx, tags, replace(chosen, since=since), "oldest", now)


def _edge(
    tx: ReadTx,
    tags: Tags,
    chosen: ArticleFilter,
    order: Literal["newest", "oldest"],
    now: datetime,
) -> Month | None:
    chosen, plan = planned(tx, tags, chosen, order, now)
    row: Any = tx.execute(*page_of(chosen, plan, order, None, 1, now)).first()
    return Month.of(row.key_at) if row is not None else None


@dataclass(frozen=True, slots=True)
class Gone:
    """An article that was public, when it ended and why: readers may know the note."""

    id: UUID
    at: datetime
    reason: str
    note: str | None


def gone_since(tx: ReadTx, kind: str, since: datetime, now: datetime, most: int) -> list[Gone]:
    """What was taken down or expired since an instant, the latest first."""
    end, its_kind = col(Publication.visible_until), col(Publication.kind)
    # Spelled for SQLite: by the partial index of ends, and by no index of kinds.
    ended = (end > since, end <= now, end < FOREVER, sa.func.coalesce(its_kind, its_kind) == kind)
    latest = end.desc()
    return _gone(tx, ended, now, (latest, col(Publication.article_id)), most)


def gone_of(tx: ReadTx, kind: str, month: Month, now: datetime) -> list[Gone]:
    """What was taken down or expired of those that bore a date of the month."""
    dated = (
        col(Publication.kind) == kind,
        col(Publication.published_at) >= month.begin,
        col(Publication.published_at) < month.end,
    )
    keys = (col(Publication.published_at).desc(), col(Publication.article_id))
    return _gone(tx, dated, now, keys, 1_000_000)


def _gone(
    tx: ReadTx,
    conditions: Sequence[sa.ColumnElement[bool]],
    now: datetime,
    order: Sequence[Any],
    most: int,
) -> list[Gone]:
    """The last publication of each article of which none is visible."""
    later = aliased(Publication)
    begun_later = sa.exists().where(
        col(later.article_id) == col(Publication.article_id),
        was_visible(later, now),
        col(later.visible_from) > col(Publication.visible_from),
    )
    found = sa.select(
        col(Publication.article_id),
        col(Publication.visible_until),
        col(Publication.ended),
        col(Publication.ended_note),
    ).where(
        was_visible(Publication, now),
        ~visible(Publication, now),
        ~begun_later,
        *conditions,
    )
    rows = tx.execute(found.order_by(*order).limit(most))
    return [Gone(key, at, ended or "expired", note) for key, at, ended, note in rows]
