"""Tags: few, so that a process keeps them in memory for one head of the log."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Tag(SQLModel, table=True):
    """A typed, hierarchical tag with names per language."""

    __tablename__ = "tag"

    id: UUID = Field(primary_key=True)
    slug: str = Field(unique=True)
    type: str
    names: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    descriptions: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    synonyms: dict[str, list[str]] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    parent_id: UUID | None = Field(default=None, foreign_key="tag.id", index=True)
    import_digest: str | None = None
    created_at: datetime
    updated_at: datetime
