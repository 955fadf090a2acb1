"""Accounts: their logins and secrets. Every secret is kept as a hash."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Account(SQLModel, table=True):
    """A person who works here. Without a `password_hash` only a reset gives access."""

    __tablename__ = "account"
    __table_args__ = (
        sa.CheckConstraint("role IN ('writer', 'editor', 'publisher', 'admin')", name="role"),
        sa.CheckConstraint("email = lower(email)", name="email"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: UUID = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    revision: int
    password_hash: str | None = None  # argon2id
    suspended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    lang: str | None = None  # of letters; None stands for the site's first language
    timezone: str | None = None  # of the dates in letters; None stands for the site's
    notices_off: list[str] = Field(
        default_factory=list, sa_column=sa.Column(sa.JSON, nullable=False, server_default="[]")
    )


class PasswordReset(SQLModel, table=True):
    """The one secret with which an account may set a password, once."""

    __tablename__ = "password_reset"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    digest: str = Field(unique=True)  # SHA-256
    expires_at: datetime
    made_by: UUID | None = None  # the account that offered it, and whose access it needs
    made_with: str | None = None  # its session or token


class Totp(SQLModel, table=True):
    """A second factor. Its secret is derived from the installation's key and `salt`."""

    __tablename__ = "totp"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    salt: str
    key_mark: str  # identifies the installation's key that was used
    last_step: int = Field(sa_type=sa.BigInteger)  # the newest time step used: no code works twice
    created_at: datetime
    confirmed_at: datetime | None = None


class RecoveryCode(SQLModel, table=True):
    """A replacement for a lost second factor; using it deletes the row."""

    __tablename__ = "recovery_code"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    digest: str = Field(primary_key=True)  # SHA-256
