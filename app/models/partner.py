"""Partners with keys: their rights, the digests of their keys, and their usage.

No key is kept. Of the requests only the amounts by day are kept.
"""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Partner(SQLModel, table=True):
    """An organisation with keys, and the agreement with it."""

    __tablename__ = "partner"
    __table_args__ = (
        sa.CheckConstraint("rate_per_minute >= 1", name="rate"),
        sa.CheckConstraint("quota_per_day >= 1", name="quota"),
        sa.CheckConstraint("embargo_hours >= 0", name="embargo"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: UUID = Field(primary_key=True)
    name: str
    contact_email: str | None = None
    terms: str | None = Field(default=None, sa_type=sa.Text)  # Markdown
    terms_updated_at: datetime | None = None
    rate_per_minute: int
    quota_per_day: int | None = None  # none: no quota
    embargo_hours: int  # hours by which it sees scheduled articles early; 0: not at all
    suspended_at: datetime | None = None
    revision: int
    created_by: str
    created_by_id: UUID | None = None
    created_at: datetime
    updated_at: datetime


class PartnerKey(SQLModel, table=True):
    """A key, valid until it expires or is revoked. It is rotated at most once: `rotated_from`."""

    __tablename__ = "partner_key"
    __table_args__ = (
        sa.Index("partner_key_partner", "partner_id", "created_at"),
        sa.UniqueConstraint("rotated_from"),
    )

    id: str = Field(primary_key=True)  # 8 hex digits: the key's public part
    partner_id: UUID = Field(foreign_key="partner.id")
    digest: str
    name: str
    scopes: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    rotated_from: str | None = None


class PartnerUsage(SQLModel, table=True):
    """The usage of one partner on one UTC day."""

    __tablename__ = "partner_usage"

    partner_id: UUID = Field(foreign_key="partner.id", primary_key=True)
    day: date = Field(primary_key=True)
    requests: int = Field(sa_type=sa.BigInteger)  # counted for the quota
    not_modified: int = Field(sa_type=sa.BigInteger)  # of these, answered 304
    refused: int = Field(sa_type=sa.BigInteger)  # 429; not counted in `requests`
    bytes: int = Field(sa_type=sa.BigInteger)  # of bodies
