"""The log for its readers: the things to take or to drop, judged exactly at the log's clock.

The log's clock keeps the order. A reader with a fast clock would otherwise see a publication that
is cancelled before it begins, and keep it for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Literal, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import Head, head
from app.database import ReadTx
from app.kinds.dated_kind import Fates
from app.kinds.registry import DATED_KINDS
from app.kit.clock import EPOCH
from app.kit.log_position import START, Position
from app.models.change import Change
from app.models.publication import Publication
from app.models.tag import Tag
from app.public.vocabulary import ChangeReason, ContentKind
from app.visibility import visible, was_visible


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A notice about a thing: take it again (`upsert`), or drop it for a reason (`delete`)."""

    sequence: int
    at: datetime
    kind: ContentKind
    id: UUID
    reason: ChangeReason | None
    epoch: str
    """The log's epoch: a restored store may have another entry with the same number and instant."""

    @property
    def type(self) -> Literal["upsert", "delete"]:
        """Only a thing that is gone has a reason."""
        return "upsert" if self.reason is None else "delete"

    @property
    def event_id(self) -> str:
        """An id that is the same in every report of this entry and differs for other entries."""
        message = f"{self.epoch}/{self.sequence}/{_to_micros(self.at)}/{self.kind}/{self.id}"
        return f"evt_{blake2b(message.encode(), digest_size=12).hexdigest()}"


_WINDOW: Final = 500
_LOOKED_AT_ONCE: Final = 100


def entries_after(tx: ReadTx, sequence: int, limit: int = 100) -> tuple[list[LogEntry], int]:
    """The next entries, at most `limit`, and the sequence to go on from; none only at the end.

    Within 500 entries of the log a thing occurs once, at its last entry, because its state is the
    same for all of them. Things that never were public are skipped.
    """
    log = head(tx)
    log_entries: list[LogEntry] = []
    while len(log_entries) < limit:
        window: Sequence[Any] = tx.execute(_NEXT, {"after": sequence, "most": _WINDOW}).all()
        if not window:
            break
        last = {(row.kind, row.subject_id): row for row in window}
        folded = sorted(last.values(), key=lambda row: row.sequence)
        looked = folded[:_LOOKED_AT_ONCE]
        judged = _judge_entries(tx, looked, log)[: limit - len(log_entries)]
        log_entries += judged
        if len(log_entries) == limit:
            sequence = log_entries[-1].sequence
        else:
            sequence = (looked if len(looked) < len(folded) else window)[-1].sequence
    return log_entries, sequence


def entries_by_number(tx: ReadTx, sequences: Sequence[int]) -> list[LogEntry]:
    """Entries by their numbers, with the present state of their things; omits never public ones."""
    statement = sa.select(*_NEXT.selected_columns).where(col(Change.sequence).in_(sequences))
    return _judge_entries(tx, tx.execute(statement.order_by(col(Change.sequence))).all(), head(tx))


_NEXT: Final = (
    sa.select(
        col(Change.sequence),
        col(Change.at),
        col(Change.kind),
        col(Change.subject_id),
        col(Change.cause),
    )
    .where(col(Change.sequence) > sa.bindparam("after"))
    .order_by(col(Change.sequence))
    .limit(sa.bindparam("most"))
)
_KINDS: Final[tuple[ContentKind, ...]] = get_args(ContentKind)
_REASONS: Final[tuple[ChangeReason, ...]] = get_args(ChangeReason)


def _judge_entries(tx: ReadTx, rows: Sequence[Any], log: Head) -> list[LogEntry]:
    """The rows as entries, with the states of their things at the log's clock."""
    states: dict[tuple[str, UUID], ChangeReason | None] = {}
    for kind in _KINDS:
        causes = {row.subject_id: _public_reason(row.cause) for row in rows if row.kind == kind}
        if causes:
            judged = JUDGES[kind](tx, causes, log.effective_until)
            states |= {(kind, key): reason for key, reason in judged.items()}
    return [
        LogEntry(
            row.sequence,
            row.at,
            row.kind,
            row.subject_id,
            states[row.kind, row.subject_id],
            log.epoch,
        )
        for row in rows
        if (row.kind, row.subject_id) in states
    ]


def _public_reason(cause: str) -> ChangeReason | None:
    return next((reason for reason in _REASONS if reason == cause), None)


def _judge_articles(tx: ReadTx, causes: Fates, at: datetime) -> Fates:
    """The last publication that has begun decides; without one, the log does."""
    begun = sa.select(
        col(Publication.article_id), col(Publication.ended), visible(Publication, at).label("shown")
    ).where(col(Publication.article_id).in_(causes), was_visible(Publication, at))
    reasons: Fates = {key: reason for key, reason in causes.items() if reason == "removed"}
    for key, ended, visible_ids in tx.execute(begun.order_by(col(Publication.visible_from))):
        reasons[key] = None if visible_ids else (_public_reason(ended or "") or "expired")
    return reasons


def _judge_tags(tx: ReadTx, causes: Fates, _at: datetime) -> Fates:
    rows = sa.select(col(Tag.id), col(Tag.accepted)).where(col(Tag.id).in_(causes))
    states: dict[UUID, bool] = dict(tx.execute(rows).all())
    return {
        key: None if key in states else reason or "removed"
        for key, reason in causes.items()
        if states.get(key, True)  # a proposed tag never was public
    }


JUDGES: Final[dict[ContentKind, Callable[[ReadTx, Fates, datetime], Fates]]] = {
    "article": _judge_articles,
    "tag": _judge_tags,
    **{kind.name: kind.judge for kind in DATED_KINDS},
}


def position_at(tx: ReadTx, sequence: int) -> Position:
    """The place of a reader who has read up to `sequence` and seen the state at the head."""
    last = head(tx).sequence
    return Position(sequence, last, _entry_digest(tx, last))


def is_lost(tx: ReadTx, position: Position) -> bool:
    """Whether the reader's history is not this store's, because it was restored from a copy."""
    return _entry_digest(tx, position.head) != position.mark or position.head > head(tx).sequence


def _entry_digest(tx: ReadTx, sequence: int) -> bytes:
    """A digest of an entry, its log and its instant; `START.mark` when there is no such entry."""
    row = tx.execute(_NEXT, {"after": sequence - 1, "most": 1}).first()
    if row is None or row.sequence != sequence:
        return START.mark
    message = f"{head(tx).epoch}/{_to_micros(row.at)}/{row.kind}/{row.subject_id}/{row.cause}"
    return blake2b(message.encode(), digest_size=len(START.mark)).digest()


def subjects_after(tx: ReadTx, sequence: int, limit: int) -> tuple[dict[str, list[UUID]], int]:
    """The things that the next entries name, once each by kind, and the sequence to go on from."""
    page = sa.select(col(Change.sequence), col(Change.kind), col(Change.subject_id)).where(
        col(Change.sequence) > sequence
    )
    rows = tx.execute(page.order_by(col(Change.sequence)).limit(limit)).all()
    subjects: dict[str, dict[UUID, None]] = {}
    for _, kind, subject in rows:
        subjects.setdefault(kind, {})[subject] = None
    return {kind: list(ids) for kind, ids in subjects.items()}, rows[-1][0] if rows else sequence


def loud_subjects(tx: ReadTx, sequence: int, end: int, most: int) -> dict[str, list[UUID]] | None:
    """The things that entries up to `end` name, by kind, without those of imports that tell once
    when they are complete. None when there are more than `most`."""
    named = sa.select(col(Change.kind), col(Change.subject_id)).where(
        col(Change.sequence) > sequence,
        col(Change.sequence) <= end,
        col(Change.is_quiet).is_(False),
    )
    rows = tx.execute(named.distinct().limit(most + 1)).all()
    if len(rows) > most:
        return None
    subjects: dict[str, list[UUID]] = {}
    for kind, subject in rows:
        subjects.setdefault(kind, []).append(subject)
    return subjects


def subjects_since(tx: ReadTx, sequence: int) -> set[tuple[str, UUID]]:
    """The things that entries after this one name, by kind and id."""
    statement = sa.select(col(Change.kind), col(Change.subject_id)).where(
        col(Change.sequence) > sequence
    )
    return {(kind, subject) for kind, subject in tx.execute(statement.distinct())}


def cursor_at(tx: ReadTx, sequence: int, zone: str = "UTC") -> str:
    """A place in this store's log: the sequence, the instant of that entry, the epoch, and the zone
    whose years documents use, unless it is UTC.

    A restored store has another epoch, so it refuses even a place that its copy holds: the reader
    saw the state of that time, which may be later than the copy. The instant reveals a database
    file that was put back by hand.
    """
    return f"{sequence}:{_written_at(tx, sequence)}:{_run_name(head(tx), zone)}"


def _run_name(log: Head, zone: str) -> str:
    return log.epoch if zone == "UTC" else f"{log.epoch}:{zone}"


def sequence_of(cursor: str) -> int:
    """The sequence of a cursor; 0 for None and for malformed cursors."""
    number = cursor.partition(":")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0


def instant_of(cursor: str) -> datetime:
    """The instant of the entry of a cursor."""
    return EPOCH + timedelta(microseconds=int(cursor.split(":")[1]))


def is_last(log: Head, cursor: str, zone: str) -> bool:
    """Whether the cursor is at the end of this log."""
    return sequence_of(cursor) == log.sequence and cursor.endswith(f":{_run_name(log, zone)}")


def is_mine(tx: ReadTx, cursor: str, zone: str = "UTC") -> bool:
    """Whether the cursor was made in this store and the log still has its entry."""
    return cursor == cursor_at(tx, sequence_of(cursor), zone)


_AFTER = (
    sa.select(col(Change.at))
    .where(col(Change.sequence) > sa.bindparam("sequence"))
    .order_by(col(Change.sequence))
    .limit(1)
)


def lag_of(tx: ReadTx, log: Head, cursor: str | None, now: datetime) -> tuple[int, float]:
    """The lag of a follower: entries of the log, and seconds since the oldest of them."""
    sequence = sequence_of(cursor or "")
    if sequence >= log.sequence:
        return 0, 0.0
    since = tx.execute(_AFTER, {"sequence": sequence}).scalar()
    seconds = (now - since).total_seconds() if since is not None else 0.0
    return log.sequence - sequence, max(0.0, seconds)


def _written_at(tx: ReadTx, sequence: int) -> int:
    statement = sa.select(col(Change.at)).where(col(Change.sequence) == sequence)
    at = tx.execute(statement).scalar()
    return 0 if at is None else _to_micros(at)


def _to_micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
