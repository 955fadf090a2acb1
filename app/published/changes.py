"""What a reader of the log needs: which things to take and which to drop, judged exactly at w.

Judging at the log's clock and not at the reader's keeps order: a reader with a fast clock would
otherwise see a publication that is cancelled before it begins, and keep it for ever.
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
from app.kinds.dated import Fates
from app.kinds.registry import DATED_KINDS
from app.kit.clock import EPOCH
from app.kit.position import START, Position
from app.models.change import Change
from app.models.publication import Publication
from app.models.tag import Tag
from app.public.vocabulary import ChangeReason, ContentKind
from app.visibility import visible, was_visible


@dataclass(frozen=True, slots=True)
class Entry:
    """Look again at a thing: take it anew (`upsert`), or drop it for a reason (`delete`)."""

    sequence: int
    at: datetime
    kind: ContentKind
    id: UUID
    reason: ChangeReason | None
    epoch: str
    """Of the log: a restored store may have another entry with the same number and instant."""

    @property
    def type(self) -> Literal["upsert", "delete"]:
        """A reason is given for what has gone alone."""
        return "upsert" if self.reason is None else "delete"

    @property
    def event_id(self) -> str:
        """The same in whatever tells of this entry, and never that of another one."""
        told = f"{self.epoch}/{self.sequence}/{_micros(self.at)}/{self.kind}/{self.id}"
        return f"evt_{blake2b(told.encode(), digest_size=12).hexdigest()}"


_WINDOW: Final = 500
_LOOKED_AT_ONCE: Final = 100


def after(tx: ReadTx, sequence: int, limit: int = 100) -> tuple[list[Entry], int]:
    """The next entries, at most `limit`, and the sequence to go on from; none only at the end.

    Within 500 entries of the log a thing is named once, by the last of them: its state is the same
    for all. What never was public is passed over without a word.
    """
    log = head(tx)
    found: list[Entry] = []
    while len(found) < limit:
        window: Sequence[Any] = tx.execute(_NEXT, {"after": sequence, "most": _WINDOW}).all()
        if not window:
            break
        last = {(row.kind, row.subject_id): row for row in window}
        folded = sorted(last.values(), key=lambda row: row.sequence)
        looked = folded[:_LOOKED_AT_ONCE]
        judged = _judged(tx, looked, log)[: limit - len(found)]
        found += judged
        if len(found) == limit:
            sequence = found[-1].sequence
        else:
            sequence = (looked if len(looked) < len(folded) else window)[-1].sequence
    return found, sequence


def named(tx: ReadTx, sequences: Sequence[int]) -> list[Entry]:
    """Entries by their numbers, as what they name stands now; what never was public is left out."""
    found = sa.select(*_NEXT.selected_columns).where(col(Change.sequence).in_(sequences))
    return _judged(tx, tx.execute(found.order_by(col(Change.sequence))).all(), head(tx))


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


def _judged(tx: ReadTx, rows: Sequence[Any], log: Head) -> list[Entry]:
    """The rows as entries, with the state of what they name at the log's clock."""
    states: dict[tuple[str, UUID], ChangeReason | None] = {}
    for kind in _KINDS:
        told = {row.subject_id: _told(row.cause) for row in rows if row.kind == kind}
        if told:
            judged = JUDGES[kind](tx, told, log.effective_until)
            states |= {(kind, key): reason for key, reason in judged.items()}
    return [
        Entry(
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


def _told(cause: str) -> ChangeReason | None:
    return next((reason for reason in _REASONS if reason == cause), None)


def _articles(tx: ReadTx, told: Fates, at: datetime) -> Fates:
    """The last publication that has begun tells; where none is left, the log."""
    begun = sa.select(
        col(Publication.article_id), col(Publication.ended), visible(Publication, at).label("shown")
    ).where(col(Publication.article_id).in_(told), was_visible(Publication, at))
    found: Fates = {key: reason for key, reason in told.items() if reason == "removed"}
    for key, ended, shown in tx.execute(begun.order_by(col(Publication.visible_from))):
        found[key] = None if shown else (_told(ended or "") or "expired")
    return found


def _tags(tx: ReadTx, told: Fates, _at: datetime) -> Fates:
    rows = sa.select(col(Tag.id), col(Tag.accepted)).where(col(Tag.id).in_(told))
    known: dict[UUID, bool] = dict(tx.execute(rows).all())
    return {
        key: None if key in known else reason or "removed"
        for key, reason in told.items()
        if known.get(key, True)  # a proposed one never was public
    }


JUDGES: Final[dict[ContentKind, Callable[[ReadTx, Fates, datetime], Fates]]] = {
    "article": _articles,
    "tag": _tags,
    **{kind.name: kind.judge for kind in DATED_KINDS},
}


def position(tx: ReadTx, sequence: int) -> Position:
    """The place of a reader who has come to `sequence` and has seen the state at the head."""
    last = head(tx).sequence
    return Position(sequence, last, _mark(tx, last))


def is_lost(tx: ReadTx, position: Position) -> bool:
    """The history that the reader has seen is not this store's: it was restored from a copy."""
    return _mark(tx, position.head) != position.mark or position.head > head(tx).sequence


def _mark(tx: ReadTx, sequence: int) -> bytes:
    """Of one entry, its log and when it was written included; of none where there is none."""
    row = tx.execute(_NEXT, {"after": sequence - 1, "most": 1}).first()
    if row is None or row.sequence != sequence:
        return START.mark
    told = f"{head(tx).epoch}/{_micros(row.at)}/{row.kind}/{row.subject_id}/{row.cause}"
    return blake2b(told.encode(), digest_size=len(START.mark)).digest()


def subjects_after(tx: ReadTx, sequence: int, limit: int) -> tuple[dict[str, list[UUID]], int]:
    """What the next entries name, by kind and each thing once, and the sequence to go on from."""
    page = sa.select(col(Change.sequence), col(Change.kind), col(Change.subject_id)).where(
        col(Change.sequence) > sequence
    )
    rows = tx.execute(page.order_by(col(Change.sequence)).limit(limit)).all()
    found: dict[str, dict[UUID, None]] = {}
    for _, kind, subject in rows:
        found.setdefault(kind, {})[subject] = None
    return {kind: list(ids) for kind, ids in found.items()}, rows[-1][0] if rows else sequence


def subjects_since(tx: ReadTx, sequence: int) -> set[tuple[str, UUID]]:
    """The things that entries after this one name, by kind and id."""
    found = sa.select(col(Change.kind), col(Change.subject_id)).where(
        col(Change.sequence) > sequence
    )
    return {(kind, subject) for kind, subject in tx.execute(found.distinct())}


def cursor_at(tx: ReadTx, sequence: int, zone: str = "UTC") -> str:
    """A place in this store's log: the sequence, when that entry was written, and the epoch; and
    the zone by whose years documents were made, unless it is UTC.

    A restored store is of another epoch, and refuses even a place that its copy holds: who read
    up to there was shown the state of that time, which may have been later than the copy.
    The instant tells a database file that was put back by hand.
    """
    return f"{sequence}:{_written(tx, sequence)}:{_run(head(tx), zone)}"


def _run(log: Head, zone: str) -> str:
    return log.epoch if zone == "UTC" else f"{log.epoch}:{zone}"


def sequence_of(cursor: str) -> int:
    """The sequence of a cursor; 0 for none, and for what is no cursor."""
    number = cursor.partition(":")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0


def instant_of(cursor: str) -> datetime:
    """When the entry of a cursor was written."""
    return EPOCH + timedelta(microseconds=int(cursor.split(":")[1]))


def is_last(log: Head, cursor: str, zone: str) -> bool:
    """The cursor has come to the end of this log."""
    return sequence_of(cursor) == log.sequence and cursor.endswith(f":{_run(log, zone)}")


def is_mine(tx: ReadTx, cursor: str, zone: str = "UTC") -> bool:
    """The cursor was made in this store, and the log still holds what it names."""
    return cursor == cursor_at(tx, sequence_of(cursor), zone)


_AFTER = (
    sa.select(col(Change.at))
    .where(col(Change.sequence) > sa.bindparam("sequence"))
    .order_by(col(Change.sequence))
    .limit(1)
)


def behind(tx: ReadTx, log: Head, cursor: str | None, now: datetime) -> tuple[int, float]:
    """How far a follower is behind: entries of the log, and seconds since the oldest of them."""
    sequence = sequence_of(cursor or "")
    if sequence >= log.sequence:
        return 0, 0.0
    since = tx.execute(_AFTER, {"sequence": sequence}).scalar()
    seconds = (now - since).total_seconds() if since is not None else 0.0
    return log.sequence - sequence, max(0.0, seconds)


def _written(tx: ReadTx, sequence: int) -> int:
    found = sa.select(col(Change.at)).where(col(Change.sequence) == sequence)
    at = tx.execute(found).scalar()
    return 0 if at is None else _micros(at)


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
