"""Releases: texts that become public together, at one instant."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class Release(SQLModel, table=True):
    """An instant for one text or several. Its texts are the publications that name it. The row
    stays when the release has begun or is cancelled."""

    __tablename__ = "release"

    id: UUID = Field(primary_key=True)
    revision: int
    visible_from: datetime
    expires_at: datetime | None = None  # the requested end of all its texts
    created_at: datetime
    updated_at: datetime
    changed_by: str
    changed_by_id: UUID | None = None
