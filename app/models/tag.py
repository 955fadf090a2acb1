"""Tags: few, so that a process keeps them in memory for one head of the log.

`tag` holds only existing tags. A merge or a removal leaves a slug (`tag_slug`) and an id
(`former_tag`), for the addresses and saved revisions that still name the tag.
"""

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
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    # Only editors see a proposed tag; readers see its articles without it.
    accepted: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    import_batch_id: UUID | None = Field(default=None, index=True)  # of the import that made it


class TagSlug(SQLModel, table=True):
    """The present or former tag of a slug. The slug stays with its tag for good, moves with a
    merge, and has no tag once its tag was removed."""

    __tablename__ = "tag_slug"
    __table_args__ = (
        sa.CheckConstraint("(tag_id IS NULL) = (removed_at IS NOT NULL)", name="either"),
    )

    slug: str = Field(primary_key=True)
    tag_id: UUID | None = Field(default=None, foreign_key="tag.id", index=True)
    removed_at: datetime | None = None


class FormerTag(SQLModel, table=True):
    """The id of a former tag, which revisions and publications still name. `tag_id` is its merge
    target, none after a removal; `paths` led to it, for followers with a copy."""

    __tablename__ = "former_tag"

    id: UUID = Field(primary_key=True)
    tag_id: UUID | None = Field(default=None, foreign_key="tag.id", index=True)
    paths: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False, server_default="[]"))
