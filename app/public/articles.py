"""Articles as the world sees them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.public.vocabulary import DatePrecision, Kind, TagType


class Author(BaseModel):
    """A name under an article; `slug` is what `author=` takes."""

    name: str
    slug: str


class Source(BaseModel):
    """Where the story was first published, when it was elsewhere."""

    name: str
    url: str | None


class Image(BaseModel):
    """The article's main picture."""

    url: str
    alt: str
    caption: str | None
    credit: str | None


class Rights(BaseModel):
    """What a reader may do with the text. `licence` is a URI."""

    licence: str
    credit: str | None
    syndicatable: bool


class Correction(BaseModel):
    """A dated note to readers about what was wrong."""

    at: datetime
    note: str


class TagReference(BaseModel):
    """A tag on an article, named in the article's language where it has such a name."""

    slug: str
    type: TagType
    name: str


class Translation(BaseModel):
    """The same story in another language, visible now."""

    lang: str
    slug: str


class Related(BaseModel):
    """Another article on the same subjects."""

    id: UUID
    slug: str
    lang: str
    title: str
    published_at: datetime


class FrozenArticle(BaseModel):
    """The article's own fields, made once at publication and served as they are."""

    id: UUID
    kind: Kind
    slug: str
    lang: str
    title: str
    summary: str
    published_at: datetime
    date_precision: DatePrecision
    updated_at: datetime
    authors: list[Author]
    source: Source | None
    image: Image | None
    rights: Rights
    corrections: list[Correction]
    is_excerpt: bool


class ArticleItem(FrozenArticle):
    """An article in a list. With `fields=` only the named members are present."""

    tags: list[TagReference]
    translations: list[Translation]


class ArticleDetail(ArticleItem):
    """One article whole; `body_html` is sanitised."""

    body_html: str
    paths: Annotated[list[str], Field(description="Addresses that used to lead here")]
    related: list[Related]
