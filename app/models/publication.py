"""Publications: public versions of articles, each valid in [visible_from, visible_until).

The list walks one narrow index and takes 20 fragments by key. The tables of tags and authors have
copies of the interval, which end together with it, so that their lists do the same.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

_IN_RELEASE = sa.text("release_id IS NOT NULL")
_RELEASED: dict[str, Any] = {"sqlite_where": _IN_RELEASE, "postgresql_where": _IN_RELEASE}
_STARTS = sa.text("visible_from < visible_until")
_ENDS = sa.text("visible_until < '9999-01-01 00:00:00.000000'")
_ENDS_UTC = sa.text("visible_until < '9999-01-01 00:00:00+00'")


class Publication(SQLModel, table=True):
    """Immutable except for the end of its interval."""

    __tablename__ = "publication"
    __table_args__ = (
        sa.Index(
            "publication_list",
            "kind",
            "published_at",
            "article_id",
            "visible_from",
            "visible_until",
            "syndicatable",
            "changed_at",
        ),
        sa.Index(
            "publication_list_lang",
            "kind",
            "lang",
            "published_at",
            "article_id",
            "visible_from",
            "visible_until",
            "syndicatable",
            "changed_at",
        ),
        sa.Index(
            "publication_changed",
            "kind",
            "changed_at",
            "article_id",
            "visible_from",
            "visible_until",
        ),
        sa.Index("publication_article", "article_id", "visible_from"),
        sa.Index("publication_slug", "slug"),
        sa.Index(
            "publication_group",
            "translation_group",
            sqlite_where=sa.text("translation_group IS NOT NULL"),
            postgresql_where=sa.text("translation_group IS NOT NULL"),
        ),
        sa.Index(
            "publication_from", "visible_from", sqlite_where=_STARTS, postgresql_where=_STARTS
        ),
        # Partial on purpose: with a full index SQLite's planner would leave the list's index.
        sa.Index(
            "publication_until", "visible_until", sqlite_where=_ENDS, postgresql_where=_ENDS_UTC
        ),
        # Both planners walk it only for a query that writes its condition out.
        sa.Index(
            "publication_position",
            "kind",
            "position",
            "article_id",
            "visible_from",
            "visible_until",
            sqlite_where=sa.text("kind = 'page'"),
            postgresql_where=sa.text("kind = 'page'"),
        ),
        sa.Index(
            "publication_parent",
            "parent_slug",
            sqlite_where=sa.text("parent_slug IS NOT NULL"),
            postgresql_where=sa.text("parent_slug IS NOT NULL"),
        ),
        # These three are for the calendar of releases; most publications are in none.
        sa.Index("publication_release", "release_id", **_RELEASED),
        sa.Index("publication_begins", "visible_from", "article_id", **_RELEASED),
        sa.Index("publication_expires", "expires_at", "article_id", **_RELEASED),
        sa.CheckConstraint("visible_from <= visible_until", name="interval"),
    )

    id: int | None = Field(default=None, primary_key=True)
    article_id: UUID = Field(foreign_key="article.id")
    revision: int
    kind: str
    lang: str
    slug: str
    translation_group: UUID | None = None
    published_at: datetime
    updated_at: datetime
    changed_at: datetime  # the later of updated_at and visible_from: what `updated_since` compares
    visible_from: datetime
    visible_until: datetime
    expires_at: datetime | None = None  # the requested end; visible_until is computed from it
    ended: str | None = None  # by hand: unpublished, embargoed, retracted, cancelled, import_undone
    ended_note: str | None = None
    syndicatable: bool
    item: str = Field(sa_type=sa.Text)  # FrozenArticle as JSON
    tag_ids: str = Field(sa_type=sa.Text)  # JSON list, in the editor's order
    published_by: str
    published_by_id: UUID | None = None
    canonical_url: str | None = None  # as in `item`: sitemaps do not read items
    position: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    parent_slug: str | None = None  # a slug, also a former one, of the page above this page
    related_ids: str | None = Field(default=None, sa_type=sa.Text)  # JSON list, as tag_ids
    # No foreign key, because SQLite would have to copy the table for it.
    release_id: UUID | None = None  # what it was scheduled in, or gives it an end
    review_state: str | None = None  # draft, in_review, approved: what a cancellation restores


class PublicationBody(SQLModel, table=True):
    """The body and what only the detail shows, apart because lists never read it."""

    __tablename__ = "publication_body"

    publication_id: int = Field(foreign_key="publication.id", primary_key=True)
    body_html: str = Field(sa_type=sa.Text)
    outline: str | None = Field(default=None, sa_type=sa.Text)  # Outline as JSON
    seo: str | None = Field(default=None, sa_type=sa.Text)  # the editors' own members, as JSON


class PublicationTag(SQLModel, table=True):
    """The list of publications of each tag."""

    __tablename__ = "publication_tag"
    __table_args__ = (
        sa.Index(
            "publication_tag_list",
            "tag_id",
            "kind",
            "published_at",
            "article_id",
            "visible_from",
            "visible_until",
            "lang",
            "publication_id",
        ),
    )

    publication_id: int = Field(foreign_key="publication.id", primary_key=True)
    tag_id: UUID = Field(foreign_key="tag.id", primary_key=True)
    article_id: UUID
    kind: str
    lang: str
    published_at: datetime
    visible_from: datetime
    visible_until: datetime


class PublicationAuthor(SQLModel, table=True):
    """The list of publications of each author."""

    __tablename__ = "publication_author"
    __table_args__ = (
        sa.Index(
            "publication_author_list",
            "author_slug",
            "kind",
            "published_at",
            "article_id",
            "visible_from",
            "visible_until",
            "lang",
            "publication_id",
        ),
    )

    publication_id: int = Field(foreign_key="publication.id", primary_key=True)
    author_slug: str = Field(primary_key=True)
    article_id: UUID
    kind: str
    lang: str
    published_at: datetime
    visible_from: datetime
    visible_until: datetime
