"""The audit: acts with actor and subject. The database refuses to change or delete an entry."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class AuditEntry(SQLModel, table=True):
    """An act. The actor is an id without a name, so that a person can be forgotten elsewhere."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("audit_entry_subject", "subject_kind", "subject_id", "id"),
        sa.Index("audit_entry_account", "account_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    account_id: UUID | None = None  # no foreign key: an entry outlives the account
    via: str  # session, token, operator, reset, partner
    credential: str | None = None  # the session's, the token's or the partner key's id
    address: str | None = None
    action: str
    subject_kind: str
    subject_id: str
    before: dict[str, Any] | None = Field(sa_column=sa.Column(sa.JSON(none_as_null=True)))
    after: dict[str, Any] | None = Field(sa_column=sa.Column(sa.JSON(none_as_null=True)))


class AuditErasure(SQLModel, table=True):
    """A transaction with a row here, and no other, may rewrite personal data in entries. It deletes
    the row before it ends, so no other transaction ever sees one."""

    __tablename__ = "audit_erasure"

    id: int = Field(primary_key=True)
