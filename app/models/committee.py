"""Committee members: their terms are an interval like a publication's."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class CommitteeMember(SQLModel, table=True):
    """An officer, a committee member or one of the staff. `term_to` is the last day in office."""

    __tablename__ = "committee_member"
    __table_args__ = (sa.UniqueConstraint("external_source", "external_id"),)

    id: UUID = Field(primary_key=True)
    name: str
    role: str
    group: str
    affiliation: str | None = None
    biography: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    position: int
    term_from: date | None = None
    term_to: date | None = None
    visible_from: datetime
    visible_until: datetime
    external_source: str | None = None
    external_id: str | None = None
    import_digest: str | None = None
    created_at: datetime
    updated_at: datetime
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    removed_at: datetime | None = None  # an import must not bring back a removed row
