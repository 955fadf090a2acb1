"""Requests to subscribe. They are only written down when they come in, so the answer tells nothing;
the worker looks later who they are from.

A stranger's address gets one letter a day at most, and three in all until somebody confirms. All
addresses together get as many in an hour as the settings allow; what is beyond that waits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import outbox
from app.database import ReadTx, WriteTx
from app.errors import Invalid, NotFound, Unavailable
from app.kit.ids import uuid7
from app.models.letter import Letter
from app.models.reader import AddressRecord, Reader, SubscriptionRequest
from app.newsletters.addresses import AddressBook
from app.newsletters.inputs import SubscriptionInput
from app.newsletters.links import CONFIRMS_FOR
from app.public.vocabulary import Rhythm
from app.published.cache import CachedTag, Tags
from app.settings import Settings

_TOPIC_TYPES: Final = ("topic", "place")
_MOST_WAITING: Final = 10_000
_BETWEEN: Final = timedelta(days=1)
_MOST_UNCONFIRMED: Final = 3


def require_offered(rhythm: Rhythm, lang: str, settings: Settings) -> None:
    """`NotFound` where nobody can subscribe, `Invalid` for another rhythm or language."""
    if not settings.newsletters:
        raise NotFound("newsletters_off", "This site sends no newsletters.")
    if rhythm not in settings.newsletters:
        offered = ", ".join(settings.newsletters)
        raise Invalid("rhythm_not_offered", f"Newsletters here are {offered}; choose one of these.")
    if lang not in settings.languages:
        known = ", ".join(settings.languages)
        raise Invalid("language_not_offered", f"Newsletters here are in {known}; choose one.")


def find_topics(tags: Tags, slugs: Sequence[str]) -> list[CachedTag]:
    """The tags of some slugs, once each; `Invalid` if there is no such tag."""
    topics = {slug: tags.find(slug) for slug in slugs}
    if unknown := [slug for slug, tag in topics.items() if tag is None]:
        message = f"There is no tag {unknown[0]!r}; `/v1/newsletters/topics` lists topics."
        raise Invalid("unknown_topic", message)
    return list({tag.id: tag for tag in topics.values() if tag is not None}.values())


def list_topics(tags: Tags, lang: str) -> list[CachedTag]:
    """The tags that readers are shown to choose from, by their names. They may name any other."""
    topics = [tag for tag in tags.by_id.values() if tag.type in _TOPIC_TYPES]
    return sorted(topics, key=lambda tag: (tags.localise(tag.names, lang) or "").casefold())


def accept_request(
    tx: WriteTx,
    book: AddressBook,
    tags: Tags,
    request: SubscriptionInput,
    lang: str,
    now: datetime,
) -> None:
    """Write a request down. `Unavailable` while too many wait."""
    topics = find_topics(tags, request.topics)
    waiting = tx.execute(sa.select(sa.func.count()).select_from(SubscriptionRequest)).scalar_one()
    if waiting >= _MOST_WAITING:
        message = "Too many people subscribe right now; try again in an hour."
        raise Unavailable("subscriptions_busy", message)
    tx.session.add(
        SubscriptionRequest(
            id=uuid7(now),
            address_hash=book.hash_of(request.email),
            address=book.encrypt(request.email),
            key_mark=book.mark,
            rhythm=request.rhythm,
            lang=lang,
            topics=[str(tag.id) for tag in topics],
            created_at=now,
        )
    )


def has_requests(tx: ReadTx) -> bool:
    """Whether requests wait."""
    return tx.execute(sa.select(col(SubscriptionRequest.id)).limit(1)).first() is not None


def letters_to_spare(tx: ReadTx, per_hour: int, now: datetime) -> int:
    """How many more letters this hour may ask for a confirmation."""
    statement = sa.select(sa.func.count()).where(
        col(Letter.kind).in_(("confirmation", "subscribed")),
        col(Letter.created_at) > now - timedelta(hours=1),
    )
    return max(0, per_hour - int(tx.execute(statement).scalar_one()))


def process_requests(tx: WriteTx, most: int, now: datetime) -> int:
    """Look at the oldest requests, at most some, and plan the letters that they lead to; the number
    of requests."""
    oldest = sa.select(SubscriptionRequest).order_by(col(SubscriptionRequest.id)).limit(most)
    requests = list(tx.session.scalars(oldest.with_for_update(skip_locked=True)))
    for request in requests:
        _process(tx, request, now)
        tx.session.delete(request)
    return len(requests)


def _process(tx: WriteTx, request: SubscriptionRequest, now: datetime) -> None:
    record = tx.get_or_insert(AddressRecord, request.address_hash, confirmations=0)
    if record.suppressed is not None or not _may_write(record, now):
        return
    statement = sa.select(Reader).where(col(Reader.address_hash) == request.address_hash)
    reader = tx.session.scalars(statement.with_for_update()).first()
    if reader is not None and reader.state in ("active", "paused"):
        _plan(tx, "subscribed", request, reader.id, now)
    elif record.confirmations < _MOST_UNCONFIRMED:
        record.confirmations += 1
        _plan(tx, "confirmation", request, _keep_wish(tx, reader, request, now), now)
    else:
        return
    record.last_letter_at = now


def _may_write(record: AddressRecord, now: datetime) -> bool:
    last = record.last_letter_at
    return last is None or not now - _BETWEEN < last <= now


def _keep_wish(
    tx: WriteTx, reader: Reader | None, request: SubscriptionRequest, now: datetime
) -> UUID:
    """Make or renew the reader who has not confirmed yet. Links made before end."""
    if reader is None:
        reader = Reader(
            id=uuid7(now),
            address_hash=request.address_hash,
            version=0,
            state="pending",
            created_at=now,
            topics=[],
            address=request.address,
            key_mark=request.key_mark,
            rhythm=request.rhythm,
            lang=request.lang,
            changed_at=now,
        )
    reader.address, reader.key_mark = request.address, request.key_mark
    reader.rhythm, reader.lang, reader.topics = request.rhythm, request.lang, request.topics
    reader.state, reader.ended_reason, reader.changed_at = "pending", None, now
    reader.version += 1
    tx.session.add(reader)
    tx.session.flush()
    return reader.id


def _plan(
    tx: WriteTx,
    kind: outbox.ReaderLetterKind,
    request: SubscriptionRequest,
    reader: UUID,
    now: datetime,
) -> None:
    outbox.plan_reader_letters(tx, kind, str(request.id), [reader], now, now + CONFIRMS_FOR)
