"""Sponsors: their dates are an interval like a publication's."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Sponsor(SQLModel, table=True):
    """A person or organisation that gives its name or money. `valid_to` is the last valid day.

    `names` and `statements` are those of languages in which they differ from `name` and
    `statement`."""

    __tablename__ = "sponsor"
    __table_args__ = (sa.UniqueConstraint("external_source", "external_id"),)

    id: UUID = Field(primary_key=True)
    name: str
    kind: str
    url: str | None = None
    logo: str | None = None
    statement: str | None = None
    position: int
    valid_from: date | None = None
    valid_to: date | None = None
    visible_from: datetime
    visible_until: datetime
    external_source: str | None = None
    external_id: str | None = None
    import_digest: str | None = None
    created_at: datetime
    updated_at: datetime
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    removed_at: datetime | None = None  # an import must not bring back a removed row
    names: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False, server_default="{}"))
    statements: dict[str, str] = Field(
        sa_column=sa.Column(sa.JSON, nullable=False, server_default="{}")
    )
    image: UUID | None = Field(default=None, index=True)  # the logo as a medium; it may come later
