"""Readers: they confirm, change, leave, export and erase themselves by links in their letters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts.keys import SecretKey
from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.errors import Gone, NotFound
from app.models.letter import Letter
from app.models.reader import AddressRecord, Reader, SubscriptionRequest
from app.newsletters import links
from app.newsletters.addresses import AddressBook, UnreadableAddress
from app.newsletters.inputs import SubscriptionChange
from app.newsletters.requests import find_topics, require_offered
from app.public.vocabulary import Rhythm
from app.published.cache import CachedTag, Tags
from app.settings import Settings

ReaderState = Literal["pending", "active", "paused", "ended"]

CONSENT: Final = "2026-11"
"""The version of the words that a reader agrees to, on the page with the button and in the letter
that leads there. Other words get another version."""

LEAVES_EVER: Final = 0
"""The version in links that leave: those of the oldest letter work too."""

_PENDING_FOR: Final = timedelta(days=7)
_ENDED_FOR: Final = timedelta(days=30)
_FORGOTTEN_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class StoredSubscription:
    """What a reader has subscribed to, with all that is stored of the reader."""

    email: str
    state: ReaderState
    lang: str
    rhythm: Rhythm
    topics: list[CachedTag]
    created_at: datetime
    consent: str | None
    consented_at: datetime | None


def confirm(tx: WriteTx, key: SecretKey, token_text: str, now: datetime) -> None:
    """Begin a subscription; again it changes nothing. `NotFound` for a token that is not ours,
    `Gone` for one that came to an end."""
    reader = _require_reader(tx, key, "confirm", token_text, now)
    if reader.state == "pending":
        reader.state, reader.changed_at = "active", now
        reader.consent, reader.consented_at = CONSENT, now
        record = tx.get_locked(AddressRecord, reader.address_hash)
        if record is not None:
            record.confirmations = 0
        tx.session.add(reader)


def check_confirmation(tx: ReadTx, key: SecretKey, token_text: str, now: datetime) -> str:
    """The state of the reader whom a confirmation would begin; raises as `confirm` does."""
    state: str = _require_row(tx, key, "confirm", token_text, now).state
    return state


def read_subscription(
    tx: ReadTx, key: SecretKey, tags: Tags, token_text: str, now: datetime
) -> StoredSubscription:
    """All that is stored of the reader of a token; `NotFound`, `Gone`."""
    return to_subscription(_require_row(tx, key, "manage", token_text, now), key, tags)


def change_subscription(
    tx: WriteTx,
    key: SecretKey,
    tags: Tags,
    settings: Settings,
    token_text: str,
    change: SubscriptionChange,
    now: datetime,
) -> StoredSubscription:
    """Change what the reader gets. It also ends a pause, since the letter with the link came."""
    reader = _require_reader(tx, key, "manage", token_text, now)
    names = change.model_fields_set
    rhythm = change.rhythm if "rhythm" in names else reader.rhythm
    lang = change.lang if "lang" in names else reader.lang
    require_offered(rhythm, lang, settings)  # type: ignore[arg-type]  # the store has no other
    reader.rhythm, reader.lang = rhythm, lang
    if "topics" in names:
        reader.topics = [str(tag.id) for tag in find_topics(tags, change.topics)]
    if reader.state == "paused":
        reader.state, reader.changed_at = "active", now
    tx.session.add(reader)
    tx.session.flush()
    return to_subscription(reader, key, tags)


def leave(tx: WriteTx, key: SecretKey, token_text: str, now: datetime) -> None:
    """End a subscription. It never fails: who is not there any more has left."""
    token = links.parse_token(token_text)
    reader = tx.get_locked(Reader, token.reader_id) if token is not None else None
    if token is None or reader is None:
        return
    if links.is_proved(key, "leave", token, LEAVES_EVER):
        end_subscription(tx, reader, "left", now)


def end_own(tx: WriteTx, key: SecretKey, token_text: str, now: datetime) -> None:
    """End the subscription of a token by which it is changed; `NotFound`, `Gone`."""
    end_subscription(tx, _require_reader(tx, key, "manage", token_text, now), "left", now)


def erase(tx: WriteTx, key: SecretKey, token_text: str, now: datetime) -> None:
    """Forget the reader of a token; `NotFound`, `Gone`."""
    erase_reader(tx, _require_reader(tx, key, "manage", token_text, now).id)


def end_subscription(tx: WriteTx, reader: Reader, reason: str, now: datetime) -> None:
    """Send this reader nothing more. Links in letters still lead to what is stored."""
    if reader.state != "ended":
        reader.state, reader.ended_reason, reader.changed_at = "ended", reason, now
        tx.session.add(reader)


def erase_reader(tx: WriteTx, reader_id: UUID) -> int:
    """Delete a reader and letters to the reader; the number of rows. A suppression stays: its hash
    names nobody, and keeps the address from being written to again."""
    letters = tx.execute(sa.delete(Letter).where(col(Letter.reader_id) == reader_id)).rowcount
    return letters + tx.execute(sa.delete(Reader).where(col(Reader.id) == reader_id)).rowcount


def erase_address(tx: WriteTx, book: AddressBook, address: str) -> int:
    """Forget who has an address, and requests from there; the number of rows. What remains is the
    hash of a suppressed address."""
    digest = book.hash_of(address)
    is_its = col(SubscriptionRequest.address_hash) == digest
    number = tx.execute(sa.delete(SubscriptionRequest).where(is_its)).rowcount
    reader = find_reader(tx, book, address)
    number += erase_reader(tx, reader.id) if reader is not None else 0
    unsuppressed = (
        col(AddressRecord.address_hash) == digest,
        col(AddressRecord.suppressed).is_(None),
    )
    return number + tx.execute(sa.delete(AddressRecord).where(*unsuppressed)).rowcount


def find_reader(tx: ReadTx, book: AddressBook, address: str) -> Any | None:
    """The row of the reader who has an address."""
    statement = sa.select(*_COLUMNS).where(col(Reader.address_hash) == book.hash_of(address))
    return tx.execute(statement).one_or_none()


def record_decision(tx: WriteTx, by: Principal, act: str, now: datetime) -> None:
    """Audit what somebody did about an address, which the audit does not name."""
    audit.record(tx, by.by, now, f"reader.{act}", "reader", "unnamed")


def forget_old(tx: WriteTx, now: datetime) -> int:
    """Erase readers who did not confirm in a week, and those who left a month ago; their number."""
    is_old = sa.or_(
        sa.and_(col(Reader.state) == "pending", col(Reader.changed_at) < now - _PENDING_FOR),
        sa.and_(col(Reader.state) == "ended", col(Reader.changed_at) < now - _ENDED_FOR),
    )
    statement = sa.select(col(Reader.id)).where(is_old).limit(_FORGOTTEN_AT_ONCE)
    readers = list(tx.execute(statement).scalars())
    for reader in readers:
        erase_reader(tx, reader)
    return len(readers)


def count_readers(tx: ReadTx) -> list[Any]:
    """The number of readers by `state`, `rhythm` and `lang`."""
    columns = (col(Reader.state), col(Reader.rhythm), col(Reader.lang))
    statement = sa.select(*columns, sa.func.count().label("number")).group_by(*columns)
    return list(tx.execute(statement.order_by(*columns)).all())


def count_topics(tx: ReadTx, tags: Tags) -> Mapping[str, int]:
    """The number of active readers of each topic, by its slug. Few readers choose topics, so their
    lists are read whole."""
    numbers: dict[str, int] = {}
    statement = sa.select(col(Reader.topics)).where(col(Reader.state) == "active")
    for topics in tx.execute(statement).scalars():
        for tag in tags.resolve_ids(topics):
            numbers[tag.slug] = numbers.get(tag.slug, 0) + 1
    return dict(sorted(numbers.items()))


def to_subscription(row: Any, key: SecretKey, tags: Tags) -> StoredSubscription:
    """A reader's row as the reader may see it."""
    try:
        email = AddressBook(key).decrypt(row.address)
    except UnreadableAddress:
        email = ""
    return StoredSubscription(
        email=email,
        state=row.state,
        lang=row.lang,
        rhythm=row.rhythm,
        topics=tags.resolve_ids(row.topics),
        created_at=row.created_at,
        consent=row.consent,
        consented_at=row.consented_at,
    )


_COLUMNS: Final = tuple(
    col(getattr(Reader, name))
    for name in (
        *("id", "version", "state", "address", "lang", "rhythm", "topics"),
        *("created_at", "consent", "consented_at"),
    )
)


def _require_reader(
    tx: WriteTx, key: SecretKey, purpose: links.Purpose, token_text: str, now: datetime
) -> Reader:
    token = links.parse_token(token_text)
    reader = tx.get_locked(Reader, token.reader_id) if token is not None else None
    _check(key, purpose, token, reader, now)
    assert reader is not None
    return reader


def _require_row(
    tx: ReadTx, key: SecretKey, purpose: links.Purpose, token_text: str, now: datetime
) -> Any:
    token = links.parse_token(token_text)
    row = None
    if token is not None:
        statement = sa.select(*_COLUMNS).where(col(Reader.id) == token.reader_id)
        row = tx.execute(statement).one_or_none()
    _check(key, purpose, token, row, now)
    return row


def _check(
    key: SecretKey,
    purpose: links.Purpose,
    token: links.ReaderToken | None,
    reader: Any,
    now: datetime,
) -> None:
    if token is None or reader is None or not links.is_proved(key, purpose, token, reader.version):
        message = "This link leads nowhere; open it from the letter again, or subscribe again."
        raise NotFound("link_unknown", message)
    if token.ends_at is not None and token.ends_at <= now and reader.state == "pending":
        message = "This link was good for two days; subscribe again to get another one."
        raise Gone("link_ended", message, reason="expired")
