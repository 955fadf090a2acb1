"""The change feed as partners see it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from app.public.articles import ArticleItem, Outline, Paths, Seo, TagReference
from app.public.committee import CommitteeMember
from app.public.envelopes import Links
from app.public.events import Event
from app.public.sponsors import Sponsor
from app.public.vocabulary import (
    ChangeReason,
    ContentKind,
    Count,
    GivenAddress,
    Kind,
    Lang,
    Slug,
    TagType,
)


class ChangedArticle(ArticleItem, Outline):
    """An article or page whole. What is `related` is left out: other articles decide it."""

    body_html: str
    seo: Seo
    paths: Paths


class ChangedTag(BaseModel):
    """A tag; its children and its number of articles are left out: others decide them."""

    id: UUID
    slug: Slug
    type: TagType
    name: str
    description: str | None
    parent: Slug | None
    names: dict[Lang, str]
    synonyms: dict[Lang, list[str]]


class _Change(BaseModel):
    """What all changes have. A thing that changed several times may be named once, by its last
    change."""

    sequence: Annotated[int, Field(ge=1)]
    at: Annotated[datetime, Field(description="When it took effect")]
    event_id: Annotated[str, Field(pattern="^evt_[0-9a-f]{24}$")]
    id: UUID


class _Upsert(_Change):
    """Take `item` in place of what you have under `kind` and `id`."""

    type: Literal["upsert"]
    reason: None
    paths: Annotated[list[str], Field(description="Addresses that used to lead here")]
    merged_into: None


class ArticleUpsert(_Upsert):
    """An article or a page that is new or has changed."""

    kind: Literal["article"]
    article_kind: Kind
    slug: Slug
    lang: Lang
    tags: list[TagReference]
    url: Annotated[
        GivenAddress | None, Field(description="Its page at the front end, if there is a site")
    ]
    item: ChangedArticle


class TagUpsert(_Upsert):
    """A tag that is new or has changed."""

    kind: Literal["tag"]
    article_kind: None
    slug: Slug
    lang: None
    tags: None
    url: Annotated[
        GivenAddress | None, Field(description="Its page at the front end, if there is a site")
    ]
    item: ChangedTag


class _OtherUpsert(_Upsert):
    """Something that has no page of its own."""

    article_kind: None
    slug: None
    lang: None
    tags: None
    url: None


class SponsorUpsert(_OtherUpsert):
    """A sponsor that is new or has changed."""

    kind: Literal["sponsor"]
    item: Sponsor


class CommitteeMemberUpsert(_OtherUpsert):
    """A member of the committee who is new or has changed."""

    kind: Literal["committee_member"]
    item: CommitteeMember


class EventUpsert(_OtherUpsert):
    """An event that is new or has changed."""

    kind: Literal["event"]
    item: Event


class Deletion(_Change):
    """Drop what you have under `kind` and `id`."""

    type: Literal["delete"]
    kind: ContentKind
    reason: Annotated[ChangeReason, Field(description="Why it is gone")]
    article_kind: Annotated[
        Kind | None, Field(description="Of an article: whether it was a standing page")
    ]
    slug: Annotated[Slug | None, Field(description="Of an article: its last one")]
    lang: Annotated[Lang | None, Field(description="Of an article")]
    tags: Annotated[
        list[TagReference] | None, Field(description="Of an article: those that it had last")
    ]
    url: None
    paths: Annotated[list[str], Field(description="All addresses that ever led here")]
    merged_into: Annotated[
        UUID | None, Field(description="Of a tag that was `merged`: the id of what it is today")
    ]
    item: None


Upsert = TypeAliasType(
    "Upsert",
    Annotated[
        ArticleUpsert | TagUpsert | SponsorUpsert | CommitteeMemberUpsert | EventUpsert,
        Field(discriminator="kind"),
    ],
)
"""Something that is public now; its `kind` says what the item is."""

Change = TypeAliasType("Change", Annotated[Upsert | Deletion, Field(discriminator="type")])
"""One change of the public content, told by its `type`."""


class ChangeMeta(BaseModel):
    """`cursor` goes on from here, for ever; `caught_up` says that nothing has happened since."""

    limit: Annotated[int, Field(ge=1, le=100)]
    cursor: str
    sequence: Count
    caught_up: bool


class ChangePage(BaseModel):
    """What has changed after a cursor, in order; `data` is empty only when there is nothing."""

    data: list[Change]
    meta: ChangeMeta
    links: Links
