"""Working copies: what editors change. Nothing here is public."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Article(SQLModel, table=True):
    """A working copy. Its content is the newest row of `revision`."""

    __tablename__ = "article"
    __table_args__ = (
        sa.UniqueConstraint("external_source", "external_id"),
        sa.CheckConstraint("kind IN ('article', 'page')", name="kind"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    revision: int
    state: str = Field(index=True)
    lang: str
    slug: str
    title: str
    translation_group: UUID | None = Field(default=None, index=True)
    external_source: str | None = None
    external_id: str | None = None
    import_digest: str | None = None
    import_revision: int | None = None
    created_at: datetime
    updated_at: datetime = Field(index=True)
    trashed_at: datetime | None = None


class Revision(SQLModel, table=True):
    """One saved state of a working copy; never changed, so a publication can rely on it."""

    __tablename__ = "revision"

    article_id: UUID = Field(foreign_key="article.id", primary_key=True)
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    body_html: str
    saved_by: str
    saved_at: datetime
    note: str | None = None


class ArticleTag(SQLModel, table=True):
    """The tags of working copies, for lists of them and for the questions of who uses a tag."""

    __tablename__ = "article_tag"

    tag_id: UUID = Field(foreign_key="tag.id", primary_key=True)
    article_id: UUID = Field(foreign_key="article.id", primary_key=True, index=True)


class ArticleSlug(SQLModel, table=True):
    """Who holds a slug. A slug that was ever public stays with its article for good."""

    __tablename__ = "article_slug"

    slug: str = Field(primary_key=True)
    article_id: UUID = Field(foreign_key="article.id", index=True)
