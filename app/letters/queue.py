"""The states of letters: what is due, what is handed over, what became of it.

Every change of state names the state before it, so two senders cannot both hand over a letter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import ReadTx, WriteTx
from app.letters.smtp import SendResult
from app.models.account import Account
from app.models.letter import Letter
from app.models.reader import Reader
from app.outbox import LetterKind

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
WAITS: Final = (
    *(_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR),
    *(3 * _HOUR, 6 * _HOUR, 12 * _HOUR, 24 * _HOUR, 24 * _HOUR),
)
"""The waits after the first, second … attempt of a letter; after the last one it fails."""

KEPT: Final = timedelta(days=30)
"""How long a letter is remembered after it is settled."""


@dataclass(frozen=True, slots=True)
class AddressedAccount:
    """The account that a letter goes to, as it is now."""

    email: str
    name: str
    lang: str | None
    timezone: str | None
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class AddressedReader:
    """The reader whom a letter goes to, as stored now: the address is encrypted."""

    id: UUID
    version: int
    address: str
    state: str
    lang: str
    rhythm: str
    topics: list[str]


@dataclass(frozen=True, slots=True)
class AddressedLetter:
    """A planned letter, and to whom it goes."""

    id: UUID
    key: str
    kind: LetterKind
    facts: dict[str, Any]
    expires_at: datetime
    issue_id: UUID | None
    recipient: AddressedAccount | AddressedReader


Recipient = TypeVar("Recipient", AddressedAccount, AddressedReader)


def has_work(tx: ReadTx, sender: str, now: datetime) -> bool:
    """Whether a letter is due, or in a state in which its sender has left it."""
    is_due = sa.and_(col(Letter.state) == "planned", col(Letter.next_attempt_at) <= now)
    statement = sa.select(col(Letter.id)).where(sa.or_(is_due, *_uncertain(tx, sender)))
    return tx.execute(statement.limit(1)).first() is not None


def mark_uncertain(tx: WriteTx, sender: str, now: datetime) -> int:
    """Mark what another sender had handed over when it ended, and what was planned before the store
    was restored from a copy, because it may have been sent since. The caller holds the lease."""
    problems = ("sender_lost", "store_restored")
    number = 0
    for problem, condition in zip(problems, _uncertain(tx, sender), strict=True):
        values = {"state": "uncertain", "problem": problem, "settled_at": now}
        number += tx.execute(sa.update(Letter).where(condition).values(values)).rowcount
    return number


def _uncertain(tx: ReadTx, sender: str) -> tuple[sa.ColumnElement[bool], ...]:
    is_left = sa.and_(col(Letter.state) == "handed", col(Letter.sender) != sender)
    is_older = sa.and_(col(Letter.state) == "planned", col(Letter.epoch) != head(tx).epoch)
    return is_left, is_older


def due_letters(tx: ReadTx, now: datetime, most: int) -> list[UUID]:
    """The letters that are due: those that somebody waits for first, issues last, and of each sort
    those that have waited longest."""
    is_due = (col(Letter.state) == "planned", col(Letter.next_attempt_at) <= now)
    order = (col(Letter.urgency), col(Letter.next_attempt_at), col(Letter.id))
    statement = sa.select(col(Letter.id)).where(*is_due).order_by(*order)
    return list(tx.execute(statement.limit(most)).scalars())


def find_letter(tx: ReadTx, letter: UUID) -> AddressedLetter | None:
    """A planned letter; None if it is not planned any more."""
    own = ("id", "key", "kind", "facts", "expires_at", "issue_id")
    columns = [col(getattr(Letter, name)) for name in (*own, "account_id", "reader_id")]
    is_planned = (col(Letter.id) == letter, col(Letter.state) == "planned")
    row = tx.execute(sa.select(*columns).where(*is_planned)).one_or_none()
    if row is None:
        return None
    recipient = (
        _find_row(tx, Account, AddressedAccount, row.account_id)
        if row.account_id is not None
        else _find_row(tx, Reader, AddressedReader, row.reader_id)
    )
    fields = {name: row._mapping[name] for name in own} | {"facts": row.facts or {}}
    return AddressedLetter(**fields, recipient=recipient)


def _find_row(tx: ReadTx, table: Any, form: type[Recipient], key: UUID) -> Recipient:
    """The columns of a row that a form names."""
    columns = [col(getattr(table, name)) for name in form.__dataclass_fields__]
    row = tx.execute(sa.select(*columns).where(col(table.id) == key)).one()
    return form(**row._mapping)


def hand_over(tx: WriteTx, letter: UUID, sender: str) -> bool:
    """Record that the letter goes now; false if it is not this sender's any more."""
    is_planned = (col(Letter.id) == letter, col(Letter.state) == "planned")
    epoch = head(tx).epoch
    statement = sa.update(Letter).where(*is_planned, col(Letter.epoch) == epoch)
    return tx.execute(statement.values(state="handed", sender=sender)).rowcount == 1


def settle(tx: WriteTx, letter: UUID, sender: str, result: SendResult, now: datetime) -> None:
    """Record what became of a letter, unless another sender has it."""
    row = tx.get_locked(Letter, letter)
    if row is None:
        return
    is_own = row.state in ("handed", "uncertain") and row.sender == sender
    if not is_own and row.state != "planned":
        return
    row.problem = result.problem
    if result.fate == "postponed":
        _postpone(row, now)
    else:
        row.state, row.settled_at = result.fate, now
    if row.state == "sent":
        row.facts = None
    tx.session.add(row)


def _postpone(row: Letter, now: datetime) -> None:
    row.attempts += 1
    if row.attempts > len(WAITS):
        row.state, row.settled_at = "failed", now
        return
    row.state, row.sender, row.settled_at = "planned", None, None
    row.next_attempt_at = now + WAITS[row.attempts - 1]


def forget_old(tx: WriteTx, now: datetime) -> int:
    """Forget letters that were settled long ago; the number of them."""
    return tx.execute(sa.delete(Letter).where(col(Letter.settled_at) < now - KEPT)).rowcount


def known_letters(tx: ReadTx) -> set[UUID]:
    """The ids of all letters."""
    return cast(set[UUID], set(tx.execute(sa.select(col(Letter.id))).scalars()))
