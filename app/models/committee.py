"""Committee members: their terms are an interval like a publication's."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class CommitteeMember(SQLModel, table=True):
    """An officer, a committee member or one of the staff. `term_to` is the last day in office."""

    __tablename__ = "committee_member"
    __table_args__ = (
        sa.UniqueConstraint("external_source", "external_id"),
        sa.Index(
            "committee_member_slug",
            "slug",
            unique=True,  # among those who were not removed
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    name: str
    role: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
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
    slug: str
    portrait: UUID | None = Field(default=None, index=True)  # a medium; it may come later
    links: list[dict[str, Any]] = Field(
        sa_column=sa.Column(sa.JSON, nullable=False, server_default="[]")
    )
