"""From the change log to deliveries: the events of each subscriber, in the log's order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.changes import Head, head
from app.database import Database, ReadTx, WriteTx
from app.kit.ids import uuid7
from app.models.change import Change
from app.models.publication import PublicationTag
from app.models.webhook import Delivery, DeliveryAttempt, Webhook
from app.published import changes
from app.published.cache import ReadCache, Tags
from app.published.changes import LogEntry

_AT_ONCE: Final = 100
_WINDOWED: Final = 1_000_000
"""More things than one portion of the log can name."""
_MOST_WAITING: Final = 1_000
"""The pending deliveries of a subscriber at which its reading of the log pauses."""

_IS_PENDING: Final = col(Delivery.state) == "pending"

KEPT: Final = timedelta(days=30)
"""The time for which settled deliveries can be read and replayed."""


def enqueue_deliveries(database: Database, memory: ReadCache, now: datetime) -> bool:
    """Enqueue new entries of the log for every active subscription; False when there were none.

    The entries are read in one snapshot, and written only where no other process was first.
    """
    with database.reading() as tx:
        log = head(tx)
        tags = memory.tags(tx, log)
        work = [(row, *_wanted_entries(tx, tags, row)) for row in _lagging_webhooks(tx, log)]
        strangers = _of_another_epoch(tx, log)
    for webhook in strangers:
        with database.writing() as write:
            _pause_webhook(write, webhook, log, now)
    for row, entries, reached in work:
        with database.writing() as write:
            _take_up(write, row, entries, reached, now)
    return bool(work or strangers)


def any_webhook(tx: ReadTx) -> bool:
    """Whether there is a subscription."""
    return tx.execute(sa.select(col(Webhook.id)).limit(1)).first() is not None


def forget_old(tx: WriteTx, now: datetime) -> int:
    """Delete deliveries that were settled long ago; returns their number."""
    old = sa.select(col(Delivery.id)).where(
        col(Delivery.state) != "pending", col(Delivery.settled_at) < now - KEPT
    )
    tx.execute(sa.delete(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id).in_(old)))
    return tx.execute(sa.delete(Delivery).where(col(Delivery.id).in_(old))).rowcount


def delays(tx: ReadTx, now: datetime) -> dict[UUID, timedelta]:
    """The age of the oldest unsent change of each active subscription that has one."""
    active = col(Webhook.state) == "active"
    waiting: sa.Select[*tuple[Any, ...]] = sa.select(
        col(Webhook.id), col(Delivery.created_at).label("since")
    ).join(Delivery, sa.and_(col(Delivery.webhook_id) == col(Webhook.id), _IS_PENDING))
    # The log has no gaps, so the entry after a position has the next number.
    unread: sa.Select[*tuple[Any, ...]] = sa.select(
        col(Webhook.id), col(Change.at).label("since")
    ).join(Change, col(Change.sequence) == col(Webhook.position) + 1)
    every = sa.union_all(waiting.where(active), unread.where(active)).subquery()
    oldest = sa.func.min(every.c.since, type_=UTCDateTime())
    rows = tx.execute(sa.select(every.c.id, oldest).group_by(every.c.id))
    return {key: max(timedelta(), now - since) for key, since in rows}


@dataclass(frozen=True, slots=True)
class Backlog:
    """The state of all webhooks together."""

    states: Mapping[str, int]
    """The number of subscriptions that are `pending`, `active` and `paused`."""
    failing: int
    """The number of active subscriptions whose last attempt failed."""
    waiting: int
    """The number of deliveries that are not settled."""
    oldest: timedelta
    """The time since the oldest change that an active subscription still waits for."""


def backlog(tx: ReadTx, now: datetime) -> Backlog:
    """The state of all webhooks together."""
    state = col(Webhook.state)
    counts = tx.execute(sa.select(state, sa.func.count()).group_by(state)).all()
    failing = sa.select(sa.func.count()).where(state == "active", col(Webhook.failures) > 0)
    waiting = sa.select(sa.func.count()).select_from(Delivery).where(_IS_PENDING)
    return Backlog(
        {"pending": 0, "active": 0, "paused": 0} | dict(counts),
        tx.execute(failing).scalar_one(),
        tx.execute(waiting).scalar_one(),
        max(delays(tx, now).values(), default=timedelta()),
    )


def _lagging_webhooks(tx: ReadTx, log: Head) -> Sequence[Any]:
    waiting = (
        sa.select(sa.func.count())
        .where(col(Delivery.webhook_id) == col(Webhook.id), _IS_PENDING)
        .correlate(Webhook)
        .scalar_subquery()
    )
    columns = (Webhook.id, Webhook.position, Webhook.topics, Webhook.tags, Webhook.epoch)
    statement = sa.select(*(col(column) for column in columns)).where(
        col(Webhook.state) == "active",
        col(Webhook.epoch) == log.epoch,
        col(Webhook.position) < log.sequence,
        waiting < _MOST_WAITING,
    )
    return tx.execute(statement.order_by(col(Webhook.id))).all()


def _wanted_entries(tx: ReadTx, tags: Tags, row: Any) -> tuple[list[LogEntry], int]:
    """The next entries that a subscription wants, and the place in the log up to which they are."""
    entries, reached = changes.entries_after(tx, row.position, _AT_ONCE)
    loud = changes.loud_subjects(tx, row.position, reached, _WINDOWED) or {}
    entries = [entry for entry in entries if entry.id in loud.get(entry.kind, ())]
    if row.topics:
        entries = [entry for entry in entries if f"{entry.kind}.{entry.type}" in row.topics]
    if row.tags:
        cached_tags = [tags.by_id[UUID(tag)] for tag in row.tags if UUID(tag) in tags.by_id]
        family = {member for tag in cached_tags for member in tags.descendant_ids(tag)}
        concerned = family | _ever_tagged(tx, [e.id for e in entries], family)
        entries = [entry for entry in entries if entry.id in concerned]
    return entries, reached


def _ever_tagged(tx: ReadTx, articles: Sequence[UUID], family: set[UUID]) -> set[UUID]:
    """The articles that have or had one of the tags: holders of a copy must learn of its end."""
    statement = sa.select(col(PublicationTag.article_id)).where(
        col(PublicationTag.article_id).in_(articles), col(PublicationTag.tag_id).in_(family)
    )
    return set(tx.execute(statement).scalars())


def _take_up(
    tx: WriteTx, row: Any, entries: Sequence[LogEntry], reached: int, now: datetime
) -> None:
    is_own = (
        col(Webhook.id) == row.id,
        col(Webhook.state) == "active",
        col(Webhook.epoch) == row.epoch,
        col(Webhook.position) == row.position,
    )
    if tx.execute(sa.update(Webhook).where(*is_own).values(position=reached)).rowcount != 1:
        return
    values = [
        {
            "id": uuid7(now, nth),
            "webhook_id": row.id,
            "sequence": entry.sequence,
            "subject_id": entry.id,
            "event_id": entry.event_id,
            "topic": f"{entry.kind}.{entry.type}",
            "state": "pending",
            "attempts": 0,
            "created_at": now,
            "next_attempt_at": now,
        }
        for nth, entry in enumerate(entries)
    ]
    if values:
        tx.execute(sa.insert(Delivery), values)


def _of_another_epoch(tx: ReadTx, log: Head) -> list[UUID]:
    strange = (col(Webhook.state) != "paused", col(Webhook.epoch) != log.epoch)
    return list(tx.execute(sa.select(col(Webhook.id)).where(*strange)).scalars())


def _pause_webhook(tx: WriteTx, webhook: UUID, log: Head, now: datetime) -> None:
    """Pause a subscription from another epoch. A store that was restored from a copy sends nothing
    by itself: it may be a trial beside the real one, and partners may know things that it lacks."""
    strange = (
        col(Webhook.id) == webhook,
        col(Webhook.state) != "paused",
        col(Webhook.epoch) != log.epoch,
    )
    paused = {
        "state": "paused",
        "paused_reason": "restored",
        "updated_at": now,
        "revision": col(Webhook.revision) + 1,
    }
    tx.execute(sa.update(Webhook).where(*strange).values(paused))
