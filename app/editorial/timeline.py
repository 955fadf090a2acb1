"""The timeline of an article: what was saved, done and said, newest first, for all who may read it.

Saves come from the saved texts, acts from the audit, notes from their table. An article has at most
some thousands of each, so their places are read whole and only a page of them in full.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import cursors
from app.database import ReadTx
from app.editorial import articles, notes
from app.editorial.notes import NoteDetail
from app.kit import paging
from app.kit.clock import EPOCH
from app.models.account import Account
from app.models.article import Revision
from app.models.audit import AuditEntry
from app.models.note import ArticleNote
from app.public.vocabulary import ArticleAct

_PAUSE: Final = timedelta(hours=1)
"""The longest pause in a run of autosaves that is told as one save."""

_TOLD_BY_SAVES: Final = ("saved", "created", "duplicated", "text_restored")
_TOLD_BY_NOTES: Final = ("note_added", "note_edited", "note_resolved", "note_reopened")
_SILENT: Final = [f"article.{action}" for action in (*_TOLD_BY_SAVES, *_TOLD_BY_NOTES)]


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A save, or a run of autosaves: the number of its last text, how many texts there are of it,
    and when it began."""

    number: int
    texts: int
    since: datetime
    is_autosave: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class AuditedAct:
    """An act, and the article's fields as it left them."""

    action: ArticleAct
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One of the three, when it happened, and who did it: an account, and its name."""

    at: datetime
    by_id: UUID | None
    by: str
    save: SavedRun | None = None
    act: AuditedAct | None = None
    note: NoteDetail | None = None


class _EventKey(NamedTuple):
    """The place of an event: when, and which of those at that moment. Acts follow saves."""

    at: datetime
    rank: int
    id: str


_SAVE: Final = 0
_ACT: Final = 1
_NOTE: Final = 2


def read_timeline(
    tx: ReadTx, article_id: UUID, cursor: str | None, limit: int
) -> tuple[list[TimelineEvent], str | None]:
    """A page of events, the newest first, and the next cursor. `NotFound`."""
    articles.read(tx, article_id)
    list_name = f"timeline {article_id}"
    runs = {
        _EventKey(run[0], _SAVE, _number(run[3].number)): run for run in _list_runs(tx, article_id)
    }
    keys = sorted([*runs, *_list_act_keys(tx, article_id), *_list_note_keys(tx, article_id)])
    if cursor is not None:
        place = cursors.decode_key(cursor, list_name, _parse_key)
        keys = [key for key in keys if key < place]
    page = keys[::-1][:limit]
    acts = _read_acts(tx, [int(key.id) for key in page if key.rank == _ACT])
    said = notes.list_notes(tx, [UUID(key.id) for key in page if key.rank == _NOTE])
    events = []
    for key in page:
        if key.rank == _SAVE:
            at, by_id, by, run = runs[key]
            events.append(TimelineEvent(at, by_id, by, save=run))
        elif key.rank == _ACT:
            events.append(acts[int(key.id)])
        else:
            detail = said[UUID(key.id)]
            writer = (detail.note.written_by_id, detail.note.written_by)
            events.append(TimelineEvent(key.at, *writer, note=detail))
    more = len(keys) > len(page)
    return events, paging.encode_text(_write_key(page[-1]), list_name) if more else None


_Run = tuple[datetime, UUID | None, str, SavedRun]


def _list_runs(tx: ReadTx, article_id: UUID) -> Iterator[_Run]:
    """The saves, in which autosaves of one person follow one another without a long pause."""
    columns = (
        *(Revision.number, Revision.saved_by_id, Revision.saved_by, Revision.saved_at),
        *(Revision.autosaved_since, Revision.note),
    )
    statement = sa.select(*(col(column) for column in columns)).where(
        col(Revision.article_id) == article_id
    )
    last: _Run | None = None
    for number, by_id, by, at, since, note in tx.execute(statement.order_by(col(Revision.number))):
        run = SavedRun(number, 1, since or at, since is not None, note)
        if last is not None and run.is_autosave and last[3].is_autosave:
            same = (last[1], last[2]) == (by_id, by)
            if same and run.since - last[0] <= _PAUSE:
                run = SavedRun(number, last[3].texts + 1, last[3].since, True, note)
                last = None
        if last is not None:
            yield last
        last = (at, by_id, by, run)
    if last is not None:
        yield last


def _of_article(article_id: UUID) -> Sequence[sa.ColumnElement[bool]]:
    return (
        col(AuditEntry.subject_kind) == "article",
        col(AuditEntry.subject_id) == str(article_id),
        col(AuditEntry.action).not_in(_SILENT),
    )


def _list_act_keys(tx: ReadTx, article_id: UUID) -> list[_EventKey]:
    statement = sa.select(col(AuditEntry.at), col(AuditEntry.id)).where(*_of_article(article_id))
    return [_EventKey(at, _ACT, _number(number)) for at, number in tx.execute(statement)]


def _read_acts(tx: ReadTx, numbers: Sequence[int]) -> dict[int, TimelineEvent]:
    statement = (
        sa.select(
            *(col(AuditEntry.id), col(AuditEntry.at), col(AuditEntry.account_id)),
            *(col(AuditEntry.via), col(AuditEntry.action), col(AuditEntry.after)),
            col(Account.name),
        )
        .join_from(AuditEntry, Account, col(Account.id) == col(AuditEntry.account_id), isouter=True)
        .where(col(AuditEntry.id).in_(numbers))
    )
    return {
        row.id: TimelineEvent(
            row.at,
            row.account_id,
            row.name or row.via,
            act=AuditedAct(row.action.removeprefix("article."), row.after or {}),
        )
        for row in tx.execute(statement)
    }


def _list_note_keys(tx: ReadTx, article_id: UUID) -> list[_EventKey]:
    statement = sa.select(col(ArticleNote.created_at), col(ArticleNote.id)).where(
        col(ArticleNote.article_id) == article_id
    )
    return [_EventKey(at, _NOTE, str(note_id)) for at, note_id in tx.execute(statement)]


def _number(number: int) -> str:
    """A number that sorts as text."""
    return f"{number:020d}"


def _write_key(key: _EventKey) -> str:
    return f"{(key.at - EPOCH) // timedelta(microseconds=1)}.{key.rank}.{key.id}"


def _parse_key(text: str) -> _EventKey:
    """The key that `_write_key` wrote; `ValueError`."""
    match = re.fullmatch(r"(\d{1,18})\.([012])\.([0-9a-f-]{20,36})", text, re.ASCII)
    if match is None:
        raise ValueError(text)
    try:
        at = EPOCH + timedelta(microseconds=int(match[1]))
    except OverflowError as error:
        raise ValueError(text) from error
    return _EventKey(at, int(match[2]), match[3])
