"""Send deliveries one by one, and record the result of each.

One worker at a time, which holds the lease, serves a subscription. A newer change of a thing
supersedes its older deliveries, so a subscriber receives the changes of each thing in order. After
a failure the waits grow. A subscription that fails for days is paused, and the operator sees it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom
from secrets import token_hex
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts.keys import SecretKey
from app.accounts.principal import OPERATOR
from app.database import ReadTx, WriteTx
from app.kit.ids import uuid7
from app.kit.text import is_legal
from app.models.webhook import Delivery, DeliveryAttempt, Webhook
from app.partners.exchange import SECONDS, Exchange
from app.partners.payloads import VERIFICATION
from app.partners.signing import SigningKeys

LEASE: Final = timedelta(seconds=SECONDS * 3)

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
WAITS: Final = (
    timedelta(seconds=5),
    *(5 * _MINUTE, 30 * _MINUTE),
    *(2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR),
)
"""The waits after the first, second … attempt of a delivery; after the last one it fails."""

FAILING_AT_MOST: Final = timedelta(days=3)
"""A subscription whose attempts all fail for this time is paused."""

_LONGEST_PAUSE: Final = 30 * _MINUTE
_ANSWER_KEPT: Final = 200
_DICE: Final = SystemRandom()
_LOG: Final = logging.getLogger("willay.webhooks")


@dataclass(frozen=True, slots=True)
class DeliveryJob:
    """An exchange to do, with all that it needs. `delivery` is None for a verification, whose
    `event_id` is known once its message is made."""

    webhook: UUID
    lease: str
    url: str
    keys: tuple[SigningKeys, ...]
    salt: str
    thin: bool
    topics: tuple[str, ...]
    delivery: UUID | None = None
    sequence: int | None = None
    event_id: str = ""
    topic: str = ""
    created_at: datetime | None = None
    data: Mapping[str, Any] | None = None


def due_subscriptions(tx: ReadTx, now: datetime, most: int) -> list[UUID]:
    """Active or unverified subscriptions that have something to send and that no worker holds."""
    waiting = sa.exists().where(
        col(Delivery.webhook_id) == col(Webhook.id),
        col(Delivery.state) == "pending",
        col(Delivery.next_attempt_at) <= now,
    )
    statement = sa.select(col(Webhook.id)).where(
        _is_free(now),
        sa.or_(col(Webhook.state) == "pending", sa.and_(col(Webhook.state) == "active", waiting)),
    )
    return list(tx.execute(statement.order_by(col(Webhook.id)).limit(most)).scalars())


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.or_(col(Webhook.leased_until).is_(None), col(Webhook.leased_until) <= now),
        sa.or_(col(Webhook.retry_at).is_(None), col(Webhook.retry_at) <= now),
    )


def claim_job(tx: WriteTx, key: SecretKey, webhook: UUID, now: datetime) -> DeliveryJob | None:
    """The next job of a subscription, which this worker then holds for a while; None when there is
    nothing to do or another worker holds it."""
    statement = sa.select(Webhook).where(
        col(Webhook.id) == webhook, col(Webhook.state) != "paused", _is_free(now)
    )
    row = tx.session.execute(
        statement.with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        return None
    if row.key_mark != key.mark:
        _pause_webhook(tx, row, "key_changed", now)
        return None
    delivery = None if row.state == "pending" else _next_delivery(tx, webhook, now)
    if row.state == "active" and delivery is None:
        return None
    row.lease, row.leased_until = token_hex(8), now + LEASE
    tx.session.add(row)
    salts = [row.salt]
    if row.previous_salt and row.previous_until and row.previous_until > now:
        salts.append(row.previous_salt)
    work = DeliveryJob(
        webhook=row.id,
        lease=row.lease,
        url=row.url,
        keys=tuple(SigningKeys(key, row.id, salt) for salt in salts),
        salt=row.salt,
        thin=row.payload == "thin",
        topics=tuple(row.topics),
    )
    if delivery is None:
        return work
    return replace(
        work,
        delivery=delivery.id,
        sequence=delivery.sequence,
        event_id=delivery.event_id,
        topic=delivery.topic,
        created_at=delivery.created_at,
        data=delivery.data,
    )


def _next_delivery(tx: WriteTx, webhook: UUID, now: datetime) -> Any:
    """The oldest delivery that is due, or the newest of the same thing in its place."""
    is_pending = (col(Delivery.webhook_id) == webhook, col(Delivery.state) == "pending")
    names = ("id", "sequence", "subject_id", "event_id", "topic", "created_at", "data")
    columns = (col(getattr(Delivery, name)) for name in names)
    statement: sa.Select[*tuple[Any, ...]] = sa.select(*columns).where(*is_pending)
    oldest = tx.execute(
        statement.where(col(Delivery.next_attempt_at) <= now)
        .order_by(
            *(col(Delivery.sequence).is_not(None), col(Delivery.sequence)),
            *(col(Delivery.created_at), col(Delivery.id)),
        )
        .limit(1)
    ).first()
    if oldest is None or oldest.subject_id is None:
        return oldest
    same = col(Delivery.subject_id) == oldest.subject_id
    newest = tx.execute(
        statement.where(same)
        .order_by(col(Delivery.sequence).desc(), col(Delivery.id).desc())
        .limit(1)
    ).one()
    tx.execute(
        sa.update(Delivery)
        .where(*is_pending, same, col(Delivery.id) != newest.id)
        .values(state="superseded", settled_at=now)
    )
    return newest


def settle_job(tx: WriteTx, work: DeliveryJob, exchange: Exchange, now: datetime) -> bool:
    """Record the result and release the lease; False when the lease was lost meanwhile, so that
    another worker has taken over."""
    row = tx.get_locked(Webhook, work.webhook)
    if row is None or row.lease != work.lease:
        return False
    row.lease = row.leased_until = None
    if work.delivery is not None:
        _record_attempt(tx, work.delivery, exchange, now)
    else:
        _note_verification(tx, work, exchange, now)
    if exchange.is_success:
        row.failures, row.failing_since, row.retry_at = 0, None, None
        if row.state == "pending":
            row.state = "active"
            row.updated_at, row.revision = now, row.revision + 1
    else:
        _record_failure(tx, row, exchange, now)
    tx.session.add(row)
    tx.session.flush()
    return True


def supersede_delivery(tx: WriteTx, work: DeliveryJob, now: datetime) -> None:
    """Settle a delivery without sending: its thing never was public, or its topic is not wanted."""
    is_own = (col(Webhook.id) == work.webhook, col(Webhook.lease) == work.lease)
    given_back = {"lease": None, "leased_until": None}
    if tx.execute(sa.update(Webhook).where(*is_own).values(given_back)).rowcount == 1:
        done = {"state": "superseded", "settled_at": now}
        tx.execute(sa.update(Delivery).where(col(Delivery.id) == work.delivery).values(done))


def _record_attempt(tx: WriteTx, delivery: UUID, exchange: Exchange, now: datetime) -> None:
    row = tx.session.get_one(Delivery, delivery)
    row.attempts += 1
    before = tx.execute(
        sa.select(sa.func.max(col(DeliveryAttempt.number))).where(
            col(DeliveryAttempt.delivery_id) == delivery
        )
    ).scalar()
    tx.session.add(_attempt(delivery, (before or 0) + 1, exchange, now))
    if exchange.is_success:
        row.state, row.settled_at = "delivered", now
    elif row.attempts > len(WAITS):
        row.state, row.settled_at = "failed", now
    else:
        retry_after = timedelta(seconds=min(exchange.retry_after, 86_400))
        row.next_attempt_at = now + max(_jitter(WAITS[row.attempts - 1]), retry_after)
    tx.session.add(row)


def _note_verification(tx: WriteTx, work: DeliveryJob, exchange: Exchange, now: datetime) -> None:
    """Record a challenge as a settled delivery with one attempt; every challenge differs."""
    row = Delivery(
        id=uuid7(now),
        webhook_id=work.webhook,
        event_id=work.event_id,
        topic=VERIFICATION,
        state="delivered" if exchange.is_success else "failed",
        attempts=1,
        created_at=now,
        next_attempt_at=now,
        settled_at=now,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.session.add(_attempt(row.id, 1, exchange, now))


def _attempt(delivery: UUID, number: int, exchange: Exchange, now: datetime) -> DeliveryAttempt:
    return DeliveryAttempt(
        delivery_id=delivery,
        number=number,
        at=now,
        milliseconds=exchange.milliseconds,
        status=exchange.status,
        problem=exchange.problem,
        answer=_excerpt(exchange.answer),
    )


def _record_failure(tx: WriteTx, row: Webhook, exchange: Exchange, now: datetime) -> None:
    _LOG.info(
        "The webhook %s did not take a message: %s.", row.id, exchange.problem or exchange.status
    )
    row.failures += 1
    row.failing_since = row.failing_since or now
    doubled = timedelta(seconds=5) * 2 ** min(row.failures - 1, 10)
    row.retry_at = now + _jitter(min(doubled, _LONGEST_PAUSE))
    if exchange.status == 410:
        _pause_webhook(tx, row, "gone", now)
    elif now - row.failing_since >= FAILING_AT_MOST:
        _pause_webhook(tx, row, "unverified" if row.state == "pending" else "failing", now)


def _pause_webhook(tx: WriteTx, row: Webhook, reason: str, now: datetime) -> None:
    row.state, row.paused_reason = "paused", reason
    row.updated_at, row.revision = now, row.revision + 1
    tx.session.add(row)
    states = ({"name": row.name, "active": True}, {"name": row.name, "active": False})
    audit.record(
        tx,
        OPERATOR.by,
        now,
        f"webhook.paused_{reason}",
        "webhook",
        row.id,
        before=states[0],
        after=states[1],
    )
    _LOG.warning("The webhook %s is paused (%s); `willay doctor` says more.", row.id, reason)


def _jitter(wait: timedelta) -> timedelta:
    """The wait, up to a fifth shorter or longer, so that simultaneous failures spread out."""
    return wait * _DICE.uniform(0.8, 1.2)


def _excerpt(answer: bytes) -> str | None:
    text = answer[: _ANSWER_KEPT * 4].decode(errors="replace")[:_ANSWER_KEPT]
    return "".join(sign for sign in text if is_legal(sign)) or None
