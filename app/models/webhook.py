"""Webhooks: the subscriptions, their deliveries, and the attempts.

No secret is kept: signing keys are derived from the installation's key and `salt`. No content is
kept either: a message is made of the content that is public when it is sent. Only an event of the
desk, which holds no text, is kept as it is.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Webhook(SQLModel, table=True):
    """A subscription. One worker at a time serves it, while it holds the lease."""

    __tablename__ = "webhook"
    __table_args__ = (
        sa.CheckConstraint("payload IN ('full', 'thin')", name="payload"),
        sa.CheckConstraint("state IN ('pending', 'active', 'paused')", name="state"),
        sa.CheckConstraint("(state = 'paused') = (paused_reason IS NOT NULL)", name="paused"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: UUID = Field(primary_key=True)
    name: str
    url: str
    topics: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))  # none: all
    tags: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))  # ids; none: all
    payload: str
    state: str
    paused_reason: str | None = None
    revision: int
    created_by: str
    created_by_id: UUID | None = None
    created_at: datetime
    updated_at: datetime
    salt: str
    previous_salt: str | None = None  # signs too, until:
    previous_until: datetime | None = None
    key_mark: str  # identifies the installation's key that was used
    epoch: str  # of the log that `position` belongs to
    position: int = Field(sa_type=sa.BigInteger)  # entries up to here have become deliveries
    failures: int = 0  # attempts in a row
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    lease: str | None = None
    leased_until: datetime | None = None


class Delivery(SQLModel, table=True):
    """An event for one subscriber, from an entry of the log. A trial has no entry; an event of the
    desk has its `data` in place of one."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.Index("delivery_due", "webhook_id", "state", "next_attempt_at"),
        sa.Index("delivery_subject", "webhook_id", "subject_id", "state"),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'superseded', 'failed')", name="state"
        ),
    )

    id: UUID = Field(primary_key=True)
    webhook_id: UUID = Field(foreign_key="webhook.id")
    sequence: int | None = Field(default=None, sa_type=sa.BigInteger)
    subject_id: UUID | None = None
    event_id: str
    topic: str
    state: str
    attempts: int = 0
    created_at: datetime
    next_attempt_at: datetime
    settled_at: datetime | None = None
    data: dict[str, Any] | None = Field(
        default=None, sa_column=sa.Column(sa.JSON(none_as_null=True), nullable=True)
    )


class DeliveryAttempt(SQLModel, table=True):
    """An attempt: the status of the answer, or the problem that prevented one."""

    __tablename__ = "delivery_attempt"

    delivery_id: UUID = Field(foreign_key="delivery.id", primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime
    milliseconds: int
    status: int | None = None
    problem: str | None = None
    answer: str | None = None  # the first characters of its body
