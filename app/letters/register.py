"""The record of letters: read it, send a letter again, count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit, cursors
from app.accounts.principal import Principal
from app.changes import head
from app.database import ReadTx, WriteTx
from app.errors import Conflict, NotFound
from app.kit import paging
from app.models.letter import Letter
from app.outbox import LetterKind, LetterState

RESENDABLE: Final = ("uncertain", "refused", "failed")
"""The states from which a person may say that a letter shall go again."""

_SHORTEST_TERM: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LetterInfo:
    """A letter as operators see it: neither its address nor its content."""

    id: UUID
    kind: LetterKind
    account_id: UUID | None
    reader_id: UUID | None
    issue_id: UUID | None
    state: LetterState
    problem: str | None
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None
    bounce: str | None
    bounced_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Letters, the newest first; `next` is the cursor of the next page."""

    letters: list[LetterInfo]
    next: str | None


@dataclass(frozen=True, slots=True)
class LetterTally:
    """The number of letters by state, and by what was reported of them; of those that are still to
    go the age of the oldest, and for how long one has been due."""

    states: dict[str, int]
    bounces: dict[str, int]
    oldest: timedelta
    behind: timedelta


def list_letters(
    tx: ReadTx,
    state: LetterState | None = None,
    cursor: str | None = None,
    limit: int = 20,
    *,
    bounced: bool = False,
) -> LetterPage:
    """A page of letters, the newest first; with `bounced` only those that came back or led to a
    complaint. `BadRequest` for the cursor of another list."""
    list_name = f"letters {state} {bounced}"
    statement = sa.select(*_COLUMNS)
    if bounced:
        statement = statement.where(col(Letter.bounce).is_not(None))
    if state is not None:
        statement = statement.where(col(Letter.state) == state)
    if (after := cursors.decode(cursor, list_name)) is not None:
        statement = statement.where(col(Letter.id) < after.id)
    rows = tx.execute(statement.order_by(col(Letter.id).desc()).limit(limit + 1)).all()
    infos = [_to_info(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return LetterPage(infos, None)
    last = infos[-1]
    return LetterPage(infos, paging.Cursor(last.created_at, last.id, False).encode(list_name))


def resend(tx: WriteTx, by: Principal, letter: UUID, now: datetime) -> LetterInfo:
    """Send a letter again, which may then arrive twice. `NotFound`; `Conflict` unless it is
    uncertain, refused or failed."""
    row = tx.get_locked(Letter, letter)
    if row is None:
        raise NotFound("letter_not_found", "There is no such letter; it may be forgotten by now.")
    if row.state not in RESENDABLE:
        message = f"It is {row.state}; only a letter that is {_or(RESENDABLE)} can go again."
        raise Conflict("letter_not_resendable", message)
    before = {"kind": row.kind, "state": row.state}
    row.state, row.problem, row.attempts = "planned", None, 0
    row.next_attempt_at, row.settled_at, row.sender = now, None, None
    row.epoch = head(tx).epoch
    if row.kind not in ("invitation", "reset"):  # whose secrets have an end of their own
        row.expires_at = max(row.expires_at, now + _SHORTEST_TERM)
    tx.session.add(row)
    after = {"kind": row.kind, "state": row.state}
    audit.record(tx, by.by, now, "letter.resent", "letter", letter, before=before, after=after)
    return _to_info(tx.execute(sa.select(*_COLUMNS).where(col(Letter.id) == letter)).one())


def tally(tx: ReadTx, now: datetime) -> LetterTally:
    """Count the letters that are not forgotten."""
    numbers = []
    for sort in (col(Letter.state), col(Letter.bounce)):
        counted = sa.select(sort, sa.func.count()).where(sort.is_not(None)).group_by(sort)
        numbers.append(dict(tx.execute(counted).all()))
    ages = []
    for column in (col(Letter.created_at), col(Letter.next_attempt_at)):
        statement = sa.select(column).where(col(Letter.state) == "planned").order_by(column)
        first = tx.execute(statement.limit(1)).scalar()
        ages.append(max(now - first, timedelta()) if first is not None else timedelta())
    return LetterTally(numbers[0], numbers[1], *ages)


def _or(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


_COLUMNS: Final[tuple[Any, ...]] = (
    *(col(Letter.id), col(Letter.kind), col(Letter.account_id), col(Letter.state)),
    *(col(Letter.problem), col(Letter.attempts), col(Letter.created_at)),
    *(col(Letter.next_attempt_at), col(Letter.settled_at)),
    *(col(Letter.reader_id), col(Letter.issue_id), col(Letter.bounce), col(Letter.bounced_at)),
)


def _to_info(row: sa.Row[*tuple[Any, ...]]) -> LetterInfo:
    fields = dict(row._mapping)
    if row.state != "planned":
        fields["next_attempt_at"] = None
    return LetterInfo(**fields)
