"""Kept counts of the articles that were visible at the log's clock. `app.counts` keeps them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class PublicationCount(SQLModel, table=True):
    """The articles found under both of two tags, with `first_tag_id < second_tag_id`.

    The nil id stands for "any article": it is the first of the two in the counts of single tags,
    and both of them in the count of all.
    """

    __tablename__ = "publication_count"

    kind: str = Field(primary_key=True)
    first_tag_id: UUID = Field(primary_key=True)
    second_tag_id: UUID = Field(primary_key=True)
    lang: str = Field(primary_key=True)
    syndicatable: bool = Field(primary_key=True)
    n: int


class PublicationMonth(SQLModel, table=True):
    """The articles found under a tag (all, under the nil id), by the UTC month of their date."""

    __tablename__ = "publication_month"

    kind: str = Field(primary_key=True)
    tag_id: UUID = Field(primary_key=True)
    month: str = Field(primary_key=True)  # YYYY-MM
    lang: str = Field(primary_key=True)
    syndicatable: bool = Field(primary_key=True)
    n: int


class PublicationDay(SQLModel, table=True):
    """The last change of what is shown under a UTC day: something came, went or was rewritten.

    The days 02 to 27 of a month are one row, under 02: only months and their edges are asked for.
    """

    __tablename__ = "publication_day"

    kind: str = Field(primary_key=True)
    day: str = Field(primary_key=True)  # YYYY-MM-DD
    changed_at: datetime


class AuthorCount(SQLModel, table=True):
    """The articles under which an author's slug stands. `app.author_counts` keeps them."""

    __tablename__ = "author_count"

    author_slug: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    lang: str = Field(primary_key=True)
    n: int
