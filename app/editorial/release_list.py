"""Releases as editors read them: one with its texts, and the calendar of what begins and ends.

The calendar has one entry for each text that begins or ends, in all articles, by instant. A text
that another one follows at once does not end: the article stays public.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.changes import head
from app.database import ReadTx
from app.editorial import article_status, release_records
from app.editorial.article_status import State
from app.errors import Conflict
from app.kit.paging import Cursor
from app.models.article import Article
from app.models.publication import Publication
from app.models.release import Release
from app.public.vocabulary import Kind

Happening = Literal["begins", "ends"]
Outcome = Literal["scheduled", "public", "ended", "cancelled"]


@dataclass(frozen=True, slots=True)
class ReleasedText:
    """A text in a release, and its article: `state` is that of the newest text. It `replaces` what
    readers see until it begins."""

    article_id: UUID
    kind: Kind
    lang: str
    slug: str
    title: str
    text_revision: int
    state: State
    outcome: Outcome
    replaces: bool
    visible_from: datetime
    visible_until: datetime | None
    scheduled_by: str
    scheduled_by_id: UUID | None


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A text that begins or ends `at` an instant; its release has so many `texts`."""

    at: datetime
    happening: Happening
    release_id: UUID
    release_revision: int
    changed_at: datetime
    texts: int
    text: ReleasedText


@dataclass(frozen=True, slots=True)
class ReleaseDetail:
    """A release with its texts, one for each article."""

    release: Release
    state: Literal["scheduled", "begun", "cancelled"]
    texts: list[ReleasedText]


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to, not including, another."""

    since: datetime
    until: datetime | None


_TEXT: Final[Any] = aliased(Publication)
_BEFORE: Final[Any] = aliased(Publication)
_OTHER: Final[Any] = aliased(Publication)


def read_release(tx: ReadTx, release_id: UUID, now: datetime) -> ReleaseDetail:
    """One release; `NotFound`."""
    now = head(tx).moment(now)
    columns = tuple(sa.inspect(Release).columns)
    row = tx.execute(sa.select(*columns).where(col(Release.id) == release_id)).mappings()
    found = row.one_or_none()
    if found is None:
        raise release_records.not_found()
    statement = _texts(now).where(_TEXT.release_id == release_id)
    statement = statement.order_by(_TEXT.visible_from, _TEXT.id)
    # A correction of a public text is in the release too: the last one counts.
    texts = {it.article_id: _to_text(it, now) for it in tx.execute(statement)}
    release = Release(**found)
    is_cancelled = all(text.outcome == "cancelled" for text in texts.values())
    begun = release.visible_from <= now
    return ReleaseDetail(
        release,
        "cancelled" if is_cancelled else "begun" if begun else "scheduled",
        [texts[key] for key in sorted(texts)],
    )


def list_planned(tx: ReadTx, release_id: UUID, now: datetime) -> list[ReleasedText]:
    """The texts of a release that are to come. `NotFound`; `Conflict` when there are none."""
    texts = read_release(tx, release_id, now).texts
    planned = [text for text in texts if text.outcome == "scheduled"]
    if not planned:
        raise Conflict("release_over", "None of its texts is to come; read the articles instead.")
    return planned


def calendar_page(
    tx: ReadTx, period: Period, cursor: Cursor | None, limit: int, now: datetime
) -> tuple[list[CalendarEntry], bool]:
    """One page of the calendar, the earliest first, and whether there are more."""
    now = head(tx).moment(now)
    entries: list[CalendarEntry] = []
    arms: tuple[tuple[Happening, Any, Any], ...] = (
        ("begins", _TEXT.visible_from, _begins()),
        ("ends", _TEXT.expires_at, _ends()),
    )
    for happening, at, condition in arms:
        statement = _entries(now).where(condition, at >= period.since)
        if period.until is not None:
            statement = statement.where(at < period.until)
        if cursor is not None:
            place = (sa.literal(cursor.at, UTCDateTime()), sa.literal(cursor.id, sa.Uuid()))
            statement = statement.where(sa.tuple_(at, _TEXT.article_id) > sa.tuple_(*place))
        statement = statement.order_by(at, _TEXT.article_id).limit(limit + 1)
        entries += [_to_entry(happening, row, now) for row in tx.execute(statement)]
    entries.sort(key=lambda entry: (entry.at, entry.text.article_id))
    return entries[:limit], len(entries) > limit


def _begins() -> Any:
    """A text that was scheduled and begins with its release. A text that was published at once and
    has an end, and a correction that came later, are in a release too."""
    return sa.and_(
        _TEXT.release_id.is_not(None),
        _TEXT.visible_from < _TEXT.visible_until,
        _TEXT.visible_from == col(Release.visible_from),
        col(Release.created_at) < col(Release.visible_from),
    )


def _ends() -> Any:
    """A text that ends as it was asked to, and that no text follows."""
    following = sa.exists().where(
        _OTHER.article_id == _TEXT.article_id,
        _OTHER.visible_from == _TEXT.expires_at,
        _OTHER.visible_from < _OTHER.visible_until,
    )
    return sa.and_(
        _TEXT.release_id.is_not(None),
        _TEXT.visible_from < _TEXT.visible_until,
        _TEXT.expires_at == _TEXT.visible_until,
        ~following,
    )


def _texts(now: datetime) -> sa.Select[Any]:
    replaces = sa.exists().where(
        _BEFORE.article_id == _TEXT.article_id,
        _BEFORE.visible_until == _TEXT.visible_from,
        _BEFORE.visible_from < _BEFORE.visible_until,
    )
    names = (
        *("article_id", "kind", "lang", "slug", "item", "revision", "visible_from"),
        *("visible_until", "expires_at", "ended", "published_by", "published_by_id"),
    )
    return (
        sa.select(
            *(getattr(_TEXT, name) for name in names),
            replaces.label("replaces"),
            article_status.state_at(now).label("state"),
        )
        .select_from(_TEXT)
        .join(Article, col(Article.id) == _TEXT.article_id)
    )


def _entries(now: datetime) -> sa.Select[Any]:
    number = (
        sa.select(sa.func.count())
        .where(
            _OTHER.release_id == _TEXT.release_id,
            _OTHER.visible_from == col(Release.visible_from),
            _OTHER.visible_from < _OTHER.visible_until,
        )
        .scalar_subquery()
    )
    return (
        _texts(now)
        .join(Release, col(Release.id) == _TEXT.release_id)
        .add_columns(
            col(Release.id).label("release_id"),
            col(Release.revision).label("release_revision"),
            col(Release.updated_at).label("changed_at"),
            number.label("texts"),
        )
    )


def _to_text(row: Any, now: datetime) -> ReleasedText:
    return ReleasedText(
        article_id=row.article_id,
        kind=row.kind,
        lang=row.lang,
        slug=row.slug,
        title=from_json(row.item)["title"],
        text_revision=row.revision,
        state=row.state,
        outcome=_outcome(row, now),
        replaces=row.replaces,
        visible_from=row.visible_from,
        visible_until=row.expires_at,
        scheduled_by=row.published_by,
        scheduled_by_id=row.published_by_id,
    )


def _outcome(row: Any, now: datetime) -> Outcome:
    if row.visible_from >= row.visible_until:
        return "cancelled"
    if row.visible_from > now:
        return "scheduled"
    return "public" if row.visible_until > now else "ended"


def _to_entry(happening: Happening, row: Any, now: datetime) -> CalendarEntry:
    return CalendarEntry(
        at=row.visible_from if happening == "begins" else row.expires_at,
        happening=happening,
        release_id=row.release_id,
        release_revision=row.release_revision,
        changed_at=row.changed_at,
        texts=row.texts,
        text=_to_text(row, now),
    )
