"""What comes back of letters, and what follows: an address that does not exist and a complaint end
a subscription for good, and a mailbox that is full again and again pauses it.

A suppression survives the erasure of the reader, as a keyed hash, so that nobody writes to the
address again.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.models.letter import Letter
from app.models.reader import AddressRecord, Reader
from app.newsletters.addresses import AddressBook
from app.newsletters.readers import end_subscription

ReportKind = Literal["hard", "soft", "complaint"]
Suppression = Literal["bounced", "complained"]

SOFT_BOUNCES: Final = 5
"""So many of them in 30 days pause a subscription."""
_COUNTED: Final = timedelta(days=30)
_NO_SUCH_MAILBOX: Final = frozenset(("rcpt_550", "rcpt_551", "rcpt_553", "rcpt_556"))


def record_report(tx: WriteTx, letter_id: UUID, kind: ReportKind, now: datetime) -> bool:
    """Record what was reported of a letter, and act on it; false for a letter that is forgotten.

    The same report twice counts once, and the worst report of a letter stays.
    """
    letter = tx.get_locked(Letter, letter_id)
    if letter is None:
        return False
    if _badness(kind) > _badness(letter.bounce):
        letter.bounce, letter.bounced_at = kind, now
        tx.session.add(letter)
        tx.session.flush()
        if letter.reader_id is not None:
            _act(tx, letter.reader_id, kind, now)
    return True


def record_for_address(
    tx: WriteTx, book: AddressBook, address: str, kind: ReportKind, now: datetime
) -> bool:
    """Record what was reported of an address: for the last letter to it. False if nobody has it."""
    statement = sa.select(col(Letter.id)).join(Reader, col(Reader.id) == col(Letter.reader_id))
    is_its = (
        col(Reader.address_hash) == book.hash_of(address),
        col(Letter.state).in_(("sent", "uncertain")),
    )
    last = statement.where(*is_its).order_by(col(Letter.created_at).desc()).limit(1)
    letter = tx.execute(last).scalar()
    return letter is not None and record_report(tx, letter, kind, now)


def record_complaint(tx: WriteTx, reader_id: UUID, now: datetime) -> bool:
    """Record that a reader called a letter spam; false if the reader is gone."""
    reader = tx.get_locked(Reader, reader_id)
    if reader is None:
        return False
    _act(tx, reader_id, "complaint", now)
    return True


def record_refusal(tx: WriteTx, letter_id: UUID, problem: str | None, now: datetime) -> None:
    """Act on a letter that the server refused: some refusals say that there is no such mailbox."""
    if problem in _NO_SUCH_MAILBOX:
        reader = tx.execute(
            sa.select(col(Letter.reader_id)).where(col(Letter.id) == letter_id)
        ).scalar()
        if reader is not None:
            _act(tx, reader, "hard", now)


def find_suppression(tx: ReadTx, book: AddressBook, address: str) -> Any | None:
    """What is remembered of an address."""
    table: Any = AddressRecord
    statement = sa.select(table.__table__).where(
        col(AddressRecord.address_hash) == book.hash_of(address)
    )
    return tx.execute(statement).one_or_none()


def lift_suppression(tx: WriteTx, book: AddressBook, address: str) -> bool:
    """Let an address be written to again, once its owner asks; false if nothing kept it."""
    record = tx.get_locked(AddressRecord, book.hash_of(address))
    if record is None or (record.suppressed is None and not record.confirmations):
        return False
    record.suppressed = record.suppressed_at = record.last_letter_at = None
    record.confirmations = 0
    tx.session.add(record)
    return True


def count_suppressed(tx: ReadTx) -> dict[str, int]:
    """The number of suppressed addresses by reason."""
    reason = col(AddressRecord.suppressed)
    statement = sa.select(reason, sa.func.count()).where(reason.is_not(None)).group_by(reason)
    return dict(tx.execute(statement).all())


def _act(tx: WriteTx, reader_id: UUID, kind: ReportKind, now: datetime) -> None:
    reader = tx.get_locked(Reader, reader_id)
    if reader is None:
        return
    if kind == "soft":
        if reader.state == "active" and _soft_bounces(tx, reader_id, now) >= SOFT_BOUNCES:
            reader.state, reader.changed_at = "paused", now
            tx.session.add(reader)
        return
    reason: Suppression = "bounced" if kind == "hard" else "complained"
    end_subscription(tx, reader, reason, now)
    record = tx.get_or_insert(AddressRecord, reader.address_hash, confirmations=0)
    record.suppressed, record.suppressed_at = reason, now
    tx.session.add(record)


def _soft_bounces(tx: ReadTx, reader_id: UUID, now: datetime) -> int:
    statement = sa.select(sa.func.count()).where(
        col(Letter.reader_id) == reader_id,
        col(Letter.bounce) == "soft",
        col(Letter.bounced_at) > now - _COUNTED,
    )
    return int(tx.execute(statement).scalar_one())


def _badness(kind: str | None) -> int:
    return (None, "soft", "hard", "complaint").index(kind)
