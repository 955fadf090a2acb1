"""JSON Feed 1.1 (jsonfeed.org/version/1.1); what it has no place for is under `_willay`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from app.public.articles import Corrections, OriginalSource, Rights
from app.public.named_types import ArticleKind, Summary, Title
from app.public.vocabulary import GivenAddress, Lang, WebAddress


class FeedAuthor(BaseModel):
    """Who wrote it, or who publishes."""

    name: Annotated[str, Field(description="As readers see it")]
    url: Annotated[
        GivenAddress | SkipJsonSchema[None], Field(description="The front page of the publisher")
    ] = None


class Attachment(BaseModel):
    """The article's picture."""

    url: Annotated[GivenAddress, Field(description="Where the file is")]
    mime_type: Annotated[str, Field(description="Its media type")]
    title: Annotated[str, Field(description="What is to be seen")]
    size_in_bytes: Annotated[
        int | SkipJsonSchema[None], Field(description="Of the file, if known")
    ] = None


class FeedHub(BaseModel):
    """Where to subscribe for pushes."""

    type: Annotated[Literal["WebSub"], Field(description="The protocol")]
    url: Annotated[GivenAddress, Field(description="Where the hub is")]


class FeedTranslation(BaseModel):
    """The same story in another language."""

    lang: Lang
    url: Annotated[GivenAddress, Field(description="Its page at the front end")]


class ItemExtension(BaseModel):
    """What JSON Feed has no place for."""

    kind: ArticleKind
    rights: Rights
    source: OriginalSource
    corrections: Corrections
    translations: Annotated[
        list[FeedTranslation], Field(description="The same story in other languages")
    ]


class JsonFeedItem(BaseModel):
    """An article."""

    id: Annotated[str, Field(description="A URN that never changes")]
    url: Annotated[GivenAddress, Field(description="Its page at the front end")]
    external_url: Annotated[
        GivenAddress | SkipJsonSchema[None], Field(description="The story at its source")
    ] = None
    title: Title
    content_html: Annotated[str, Field(description="The whole body")]
    summary: Summary
    image: Annotated[
        GivenAddress | SkipJsonSchema[None], Field(description="An address of the picture")
    ] = None
    date_published: Annotated[datetime, Field(description="The date for readers")]
    date_modified: Annotated[datetime, Field(description="When it last changed")]
    authors: Annotated[list[FeedAuthor], Field(description="In the order of the byline")]
    tags: Annotated[list[str], Field(description="Their names")]
    language: Lang
    attachments: Annotated[list[Attachment], Field(description="The picture as a file")]
    willay: Annotated[ItemExtension, Field(alias="_willay")]


class FeedExtension(BaseModel):
    """About the feed."""

    licence: Annotated[GivenAddress, Field(description="Of what names none itself")]
    about: Annotated[WebAddress, Field(description="The front page of this API")]


class JsonFeed(BaseModel):
    """The newest articles."""

    version: Annotated[
        Literal["https://jsonfeed.org/version/1.1"], Field(description="Of JSON Feed")
    ]
    title: Annotated[str, Field(description="The site and the filter")]
    home_page_url: Annotated[GivenAddress, Field(description="The front page for readers")]
    feed_url: Annotated[WebAddress, Field(description="Of this answer")]
    description: Annotated[str, Field(description="Whose it is")]
    next_url: Annotated[
        WebAddress | SkipJsonSchema[None],
        Field(description="Older ones, through the whole archive"),
    ] = None
    authors: Annotated[list[FeedAuthor], Field(description="The publisher")]
    language: Lang | SkipJsonSchema[None] = None
    hubs: Annotated[
        list[FeedHub] | SkipJsonSchema[None], Field(description="Where to subscribe for pushes")
    ] = None
    items: Annotated[list[JsonFeedItem], Field(description="The newest first")]
    willay: Annotated[FeedExtension, Field(alias="_willay")]
