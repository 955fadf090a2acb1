"""Working copies, which editors change. Nothing here is public."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Article(SQLModel, table=True):
    """A working copy. Every act increments `revision`, so that nobody acts on a state they have not
    seen; its content is the row of `revision` with the number `text_revision`."""

    __tablename__ = "article"
    __table_args__ = (
        sa.UniqueConstraint("external_source", "external_id"),
        sa.CheckConstraint("kind IN ('article', 'page')", name="kind"),
        sa.CheckConstraint("revision >= 1", name="revision"),
        sa.Index("article_changed", "updated_at", "id"),
        sa.Index(
            "article_open",
            "state",
            "id",
            sqlite_where=sa.text("trashed_at IS NULL"),
            postgresql_where=sa.text("trashed_at IS NULL"),
        ),
        sa.Index(
            "article_trashed",
            "trashed_at",
            sqlite_where=sa.text("trashed_at IS NOT NULL"),
            postgresql_where=sa.text("trashed_at IS NOT NULL"),
        ),
        sa.Index(
            "article_parent",
            "parent_slug",
            sqlite_where=sa.text("parent_slug IS NOT NULL"),
            postgresql_where=sa.text("parent_slug IS NOT NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    revision: int
    state: str = Field(index=True)  # draft, in_review, approved; else how it was last released
    lang: str
    slug: str
    title: str
    translation_group: UUID | None = Field(default=None, index=True)
    external_source: str | None = None
    external_id: str | None = None
    import_digest: str | None = None
    import_revision: int | None = None
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None = None
    text_revision: int = Field(sa_column_kwargs={"server_default": sa.text("1")})
    changed_by: str = Field(sa_column_kwargs={"server_default": sa.text("''")})
    changed_by_id: UUID | None = None  # an account; no foreign key: the text outlives it
    review_note: str | None = None  # the note of the last step of the review
    parent_slug: str | None = None  # a slug, also a former one, of the page above this page
    slug_is_set: bool = Field(sa_column_kwargs={"server_default": sa.true()})  # not by its title
    source_id: UUID | None = Field(default=None, index=True)  # of the article it is translated from
    source_text: int | None = None  # the number of the text of that article that it follows
    import_batch_id: UUID | None = Field(default=None, index=True)  # of the import that made it


class Revision(SQLModel, table=True):
    """A saved state of a working copy. A run of autosaves is one row that is replaced, until a
    publication, a preview or a step of the workflow relies on it: then it stays."""

    __tablename__ = "revision"
    __table_args__ = (
        sa.Index(
            "revision_saved_by",
            "saved_by_id",
            "article_id",
            sqlite_where=sa.text("saved_by_id IS NOT NULL"),
            postgresql_where=sa.text("saved_by_id IS NOT NULL"),
        ),
    )

    article_id: UUID = Field(foreign_key="article.id", primary_key=True)
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    body_html: str
    saved_by: str
    saved_at: datetime
    note: str | None = None
    saved_by_id: UUID | None = None
    autosaved_since: datetime | None = None  # start of the run of autosaves; none: saved by hand


class ArticleTag(SQLModel, table=True):
    """The tags of working copies, for lists of them and to find the users of a tag."""

    __tablename__ = "article_tag"

    tag_id: UUID = Field(foreign_key="tag.id", primary_key=True)
    article_id: UUID = Field(foreign_key="article.id", primary_key=True, index=True)


class ArticleSlug(SQLModel, table=True):
    """The holder of a slug. A slug that was ever public stays with its article for good."""

    __tablename__ = "article_slug"

    slug: str = Field(primary_key=True)
    article_id: UUID = Field(foreign_key="article.id", index=True)


class DraftIndex(SQLModel, table=True):
    """What lists of working copies are searched and ordered by: the newest text of each, in plain
    letters. It is made anew with every save, so nothing in it is a truth of its own."""

    __tablename__ = "draft_index"

    article_id: UUID = Field(foreign_key="article.id", primary_key=True)
    title_key: str = Field(index=True)  # the title in plain ASCII, which both databases order alike
    words: str = Field(sa_column=sa.Column(sa.Text, nullable=False))
    author_slugs: str  # each between blanks
    published_at: datetime | None = None  # the date that its editors gave
