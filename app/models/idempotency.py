"""Stored answers, so that a repeated request is carried out once."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class IdempotencyKey(SQLModel, table=True):
    """A key, claimed in the transaction of the request's own effect, and the answer."""

    __tablename__ = "idempotency_key"
    __table_args__ = (sa.Index("idempotency_key_created_at", "account_id", "created_at"),)

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    key: str = Field(primary_key=True)
    request_digest: str  # SHA-256 of method, address and body
    created_at: datetime
    status: int | None = None
    headers: dict[str, Any] | None = Field(sa_column=sa.Column(sa.JSON(none_as_null=True)))
    body: str | None = Field(default=None, sa_type=sa.Text)  # without the secrets that were shown
