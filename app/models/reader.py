"""Readers who get newsletters by e-mail.

An address lies here only, encrypted, and is found by a keyed hash: whoever has the store without
the installation's key learns no address from it.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Reader(SQLModel, table=True):
    """A person who subscribes. `version` grows when links made before must not work any more."""

    __tablename__ = "reader"
    __table_args__ = (
        sa.Index("reader_newsletter", "rhythm", "lang", "state", "id"),
        sa.CheckConstraint("state IN ('pending', 'active', 'paused', 'ended')", name="state"),
        sa.CheckConstraint("rhythm IN ('instant', 'daily', 'weekly')", name="rhythm"),
    )

    id: UUID = Field(primary_key=True)
    address_hash: str = Field(unique=True)
    address: str = Field(sa_type=sa.Text)  # encrypted
    key_mark: str  # identifies the installation's key that was used
    version: int = 1
    state: str
    rhythm: str
    lang: str
    topics: list[str] = Field(
        sa_column=sa.Column(sa.JSON, nullable=False)
    )  # tags' ids; all if none
    created_at: datetime
    changed_at: datetime = Field(index=True)  # of the state: to forget those that came to an end
    consent: str | None = None  # the version of the words that the reader agreed to
    consented_at: datetime | None = None
    ended_reason: str | None = None


class SubscriptionRequest(SQLModel, table=True):
    """What somebody asked for, as it came in; the worker looks at it later."""

    __tablename__ = "subscription_request"

    id: UUID = Field(primary_key=True)
    address_hash: str
    address: str = Field(sa_type=sa.Text)  # encrypted
    key_mark: str
    rhythm: str
    lang: str
    topics: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))  # tags' slugs
    created_at: datetime


class AddressRecord(SQLModel, table=True):
    """What is remembered of an address, by its keyed hash alone, when its reader is erased too."""

    __tablename__ = "address_record"

    address_hash: str = Field(primary_key=True)
    confirmations: int = 0  # letters that asked for a confirmation which never came
    last_letter_at: datetime | None = None  # the last one that a request led to
    suppressed: str | None = Field(
        default=None, index=True
    )  # bounced, complained, withdrawn: no letter goes to it
    suppressed_at: datetime | None = None
