"""The credentials of requests: login sessions and tokens, as hashes."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class LoginSession(SQLModel, table=True):
    """A login. Ended rows stay a while, as they show from which networks an account is used."""

    __tablename__ = "login_session"
    __table_args__ = (sa.Index("login_session_account", "account_id", "network"),)

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    digest: str = Field(unique=True)  # SHA-256
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    ended_at: datetime | None = None
    address: str
    network: str
    user_agent: str


class ApiToken(SQLModel, table=True):
    """A long-lived secret with scopes of its own."""

    __tablename__ = "api_token"
    __table_args__ = (sa.CheckConstraint("kind IN ('personal', 'machine')", name="kind"),)

    id: str = Field(primary_key=True)  # 8 hexadecimal digits: the token's public part
    account_id: UUID = Field(foreign_key="account.id", index=True)
    parent_id: str | None = Field(default=None, foreign_key="api_token.id", index=True)
    digest: str  # SHA-256 of the secret part
    name: str
    kind: str
    scopes: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
