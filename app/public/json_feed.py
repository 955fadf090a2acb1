"""JSON Feed 1.1 (jsonfeed.org/version/1.1); what it has no place for is under `_willay`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from app.public.articles import Correction, Rights, Source
from app.public.vocabulary import GivenAddress, Kind, Lang, WebAddress


class FeedAuthor(BaseModel):
    """Who wrote it, or who publishes."""

    name: str
    url: GivenAddress | SkipJsonSchema[None] = None


class Attachment(BaseModel):
    """The article's picture."""

    url: GivenAddress
    mime_type: str
    title: str
    size_in_bytes: int | SkipJsonSchema[None] = None


class FeedHub(BaseModel):
    """Where to subscribe for pushes."""

    type: Literal["WebSub"]
    url: GivenAddress


class FeedTranslation(BaseModel):
    """The same story in another language."""

    lang: Lang
    url: GivenAddress


class ItemExtension(BaseModel):
    """What JSON Feed has no place for."""

    kind: Kind
    rights: Rights
    source: Source | None
    corrections: list[Correction]
    translations: list[FeedTranslation]


class JsonFeedItem(BaseModel):
    """An article; its `id` never changes."""

    id: str
    url: GivenAddress
    external_url: GivenAddress | SkipJsonSchema[None] = None
    title: str
    content_html: str
    summary: str
    image: GivenAddress | SkipJsonSchema[None] = None
    date_published: datetime
    date_modified: datetime
    authors: list[FeedAuthor]
    tags: list[str]
    language: Lang
    attachments: list[Attachment]
    willay: Annotated[ItemExtension, Field(alias="_willay")]


class FeedExtension(BaseModel):
    """About the feed."""

    licence: GivenAddress
    about: WebAddress


class JsonFeed(BaseModel):
    """The newest articles; `next_url` goes on through the whole archive."""

    version: Literal["https://jsonfeed.org/version/1.1"]
    title: str
    home_page_url: GivenAddress
    feed_url: WebAddress
    description: str
    next_url: WebAddress | SkipJsonSchema[None] = None
    authors: list[FeedAuthor]
    language: Lang | SkipJsonSchema[None] = None
    hubs: list[FeedHub] | SkipJsonSchema[None] = None
    items: list[JsonFeedItem]
    willay: Annotated[FeedExtension, Field(alias="_willay")]
