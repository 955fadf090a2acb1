"""Events: they are announced for an interval, which is not the time at which they take place."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Event(SQLModel, table=True):
    """A conference, a meeting, a day of remembrance.

    For whole days, `starts_at` and `ends_at` are noon UTC of the first and last day.
    """

    __tablename__ = "event"
    __table_args__ = (
        sa.UniqueConstraint("external_source", "external_id"),
        sa.Index("event_starts_at_index", "starts_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    titles: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    descriptions: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    starts_at: datetime
    ends_at: datetime | None = None
    all_day: bool
    place: str | None = None
    url: str | None = None
    announce_at: datetime | None = None
    withdraw_at: datetime | None = None
    visible_from: datetime = Field(index=True)
    visible_until: datetime = Field(index=True)
    external_source: str | None = None
    external_id: str | None = None
    import_digest: str | None = None
    created_at: datetime
    updated_at: datetime
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    removed_at: datetime | None = None  # an import must not bring back a removed row


class EventTag(SQLModel, table=True):
    """The tags of events."""

    __tablename__ = "event_tag"

    event_id: UUID = Field(foreign_key="event.id", primary_key=True)
    tag_id: UUID = Field(foreign_key="tag.id", primary_key=True, index=True)
