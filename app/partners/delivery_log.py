"""The record of deliveries: read it, send a test message, send again."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit, cursors
from app.accounts.principal import Principal
from app.changes import head
from app.database import ReadTx, WriteTx
from app.errors import BadRequest, Conflict, Detail, NotFound
from app.kit import paging
from app.kit.ids import uuid7
from app.models.change import Change
from app.models.webhook import Delivery, DeliveryAttempt, Webhook
from app.partners.payloads import TEST, VERIFICATION
from app.partners.subscriptions import lock_webhook

DeliveryState = Literal["pending", "delivered", "superseded", "failed"]


@dataclass(frozen=True, slots=True)
class AttemptInfo:
    """An attempt of a delivery."""

    number: int
    at: datetime
    milliseconds: int
    status: int | None
    problem: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class DeliveryInfo:
    """A delivery with its attempts."""

    id: UUID
    event_id: str
    topic: str
    sequence: int | None
    state: DeliveryState
    created_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None
    attempts: list[AttemptInfo]


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries, the newest first; `next` is the cursor of the next page."""

    deliveries: list[DeliveryInfo]
    next: str | None


def list_deliveries(
    tx: ReadTx,
    webhook: UUID,
    state: DeliveryState | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> DeliveryPage:
    """The deliveries of a webhook. `NotFound`; `BadRequest` for the cursor of another list."""
    _refuse_unknown(tx, webhook)
    list_name = f"deliveries {webhook} {state}"
    statement = sa.select(*_COLUMNS).where(col(Delivery.webhook_id) == webhook)
    if state is not None:
        statement = statement.where(col(Delivery.state) == state)
    if (after := cursors.decode(cursor, list_name)) is not None:
        statement = statement.where(col(Delivery.id) < after.id)
    rows = tx.execute(statement.order_by(col(Delivery.id).desc()).limit(limit + 1)).all()
    delivery_infos = _to_infos(tx, rows[:limit])
    if len(rows) <= limit:
        return DeliveryPage(delivery_infos, None)
    last = delivery_infos[-1]
    return DeliveryPage(
        delivery_infos, paging.Cursor(last.created_at, last.id, False).encode(list_name)
    )


def send_test(tx: WriteTx, by: Principal, webhook: UUID, now: datetime) -> DeliveryInfo:
    """Send a test message at once. `Conflict` unless the subscription is active."""
    row = lock_webhook(tx, webhook)
    if row.state != "active":
        raise Conflict("webhook_not_active", f"It is {row.state}; only an active one is sent to.")
    delivery = Delivery(
        id=uuid7(now),
        webhook_id=webhook,
        event_id=f"evt_{token_hex(12)}",
        topic=TEST,
        state="pending",
        created_at=now,
        next_attempt_at=now,
    )
    tx.session.add(delivery)
    audit.record(tx, by.by, now, "webhook.tested", "webhook", webhook)
    return _get_delivery(tx, delivery.id)


def replay_delivery(
    tx: WriteTx, by: Principal, webhook: UUID, delivery: UUID, now: datetime
) -> DeliveryInfo:
    """Send one delivery again with the present state. `NotFound`; `Conflict` for a challenge."""
    lock_webhook(tx, webhook)
    statement = sa.select(*_COLUMNS).where(
        col(Delivery.webhook_id) == webhook, col(Delivery.id) == delivery
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound("delivery_not_found", "This webhook has no such delivery.")
    if row.topic == VERIFICATION:
        message = "A challenge is sent by itself; pause and resume a webhook that waits for it."
        raise Conflict("verification_not_replayed", message)
    again = Delivery(
        id=uuid7(now),
        webhook_id=webhook,
        sequence=row.sequence,
        subject_id=row.subject_id,
        event_id=row.event_id,
        topic=row.topic,
        state="pending",
        created_at=now if row.data is None else row.created_at,
        next_attempt_at=now,
        data=row.data,
    )
    tx.session.add(again)
    audit.record(tx, by.by, now, "webhook.replayed", "webhook", webhook)
    return _get_delivery(tx, again.id)


def replay_from(
    tx: WriteTx, by: Principal, webhook: UUID, now: datetime, since: datetime | int
) -> int:
    """Send everything again that took effect since an instant, or after an entry of the log;
    returns the entry it starts after. `BadRequest` for a place that the log has not reached."""
    row = lock_webhook(tx, webhook)
    last = head(tx).sequence
    if isinstance(since, datetime):
        before = sa.select(sa.func.max(col(Change.sequence))).where(col(Change.at) < since)
        sequence = tx.execute(before).scalar() or 0
    elif since > last:
        message = f"The log is at {last}; name an entry up to there."
        detail = Detail("beyond_the_log", message, pointer="/after")
        raise BadRequest("beyond_the_log", message, (detail,))
    else:
        sequence = since
    row.position = min(row.position, sequence)
    tx.session.add(row)
    audit.record(tx, by.by, now, "webhook.replayed", "webhook", webhook)
    return row.position


_COLUMNS: Final[tuple[Any, ...]] = tuple(sa.inspect(Delivery).columns)


def _get_delivery(tx: WriteTx, delivery: UUID) -> DeliveryInfo:
    statement = sa.select(*_COLUMNS).where(col(Delivery.id) == delivery)
    return _to_infos(tx, tx.execute(statement).all())[0]


def _to_infos(tx: ReadTx, rows: Any) -> list[DeliveryInfo]:
    tried: dict[UUID, list[AttemptInfo]] = {row.id: [] for row in rows}
    attempts = sa.select(*sa.inspect(DeliveryAttempt).columns).where(
        col(DeliveryAttempt.delivery_id).in_(list(tried))
    )
    for attempt in tx.execute(attempts.order_by(col(DeliveryAttempt.number))):
        fields = {name: value for name, value in attempt._mapping.items() if name != "delivery_id"}
        tried[attempt.delivery_id].append(AttemptInfo(**fields))
    return [
        DeliveryInfo(
            id=row.id,
            event_id=row.event_id,
            topic=row.topic,
            sequence=row.sequence,
            state=row.state,
            created_at=row.created_at,
            next_attempt_at=row.next_attempt_at if row.state == "pending" else None,
            settled_at=row.settled_at,
            attempts=tried[row.id],
        )
        for row in rows
    ]


def _refuse_unknown(tx: ReadTx, webhook: UUID) -> None:
    if tx.execute(sa.select(col(Webhook.id)).where(col(Webhook.id) == webhook)).first() is None:
        raise NotFound("webhook_not_found", "There is no such webhook.")
