"""Parts of an article as its editors see it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from app.public.vocabulary import Lang, Slug


class Person(BaseModel):
    """Who did it: the name then, and the account; none for imports."""

    id: UUID | None
    name: str


class Release(BaseModel):
    """A text that is public or to be: `revision` is its number, null means without end."""

    revision: int
    slug: Slug
    visible_from: datetime
    visible_until: datetime | None
    published_by: str


class Ending(BaseModel):
    """Why and since when the public reads it no more."""

    reason: Literal["unpublished", "retracted", "expired", "embargoed"]
    note: str | None
    at: datetime


class Sibling(BaseModel):
    """The same story in another language: as readers see it when it is `live`."""

    id: UUID
    lang: Lang
    slug: Slug
    title: str
    live: bool


class Uncorrected(BaseModel):
    """A draft, or a text that is scheduled from some time on: these of its fields said something
    else than the public text did, and stayed as they were. See whether they need the correction."""

    revision: int
    visible_from: datetime | None
    fields: list[str]


class Removed(BaseModel):
    """What the body lost when it was sanitised, as it was first written, and how many of them."""

    what: str
    excerpt: str
    count: int


class TranslatedFrom(BaseModel):
    """The article that this one is translated from. It follows the text `text_revision` there; when
    `is_stale`, the newest is another, since `stale_since`. It is not `is_translated` as long as it
    has the words with which it began."""

    id: UUID
    lang: Lang
    slug: Slug
    title: str
    text_revision: int
    newest_revision: int
    is_stale: bool
    stale_since: datetime | None
    is_translated: bool
