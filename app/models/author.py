"""Authors: what editors add to the names under articles."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Author(SQLModel, table=True):
    """A record about the author whose articles name this slug. Readers see it while such an article
    is visible, or always when `always_public`."""

    __tablename__ = "author"
    __table_args__ = (sa.UniqueConstraint("external_source", "external_id"),)

    id: UUID = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    biography: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    portrait: UUID | None = Field(default=None, index=True)  # a medium; it may come later
    links: list[dict[str, Any]] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    always_public: bool
    external_source: str | None = None
    external_id: str | None = None
    import_digest: str | None = None
    created_at: datetime
    updated_at: datetime
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    import_batch_id: UUID | None = Field(default=None, index=True)  # of the import that made it
