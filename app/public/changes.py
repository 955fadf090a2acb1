"""The change feed as partners see it."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from app.public.articles import ArticleItem, Outline, Seo, TagReference, TagReferences
from app.public.committee import CommitteeMember
from app.public.envelopes import Links
from app.public.events import Event
from app.public.named_types import (
    ArticleKind,
    BodyHtml,
    ContentKind,
    EventId,
    Id,
    NamesByLang,
    OptionalText,
    PageSize,
    ParentSlug,
    Paths,
    Sequence,
    SynonymsByLang,
    TagType,
    Unused,
)
from app.public.sponsors import Sponsor
from app.public.vocabulary import ChangeReason, Count, GivenAddress, Kind, Lang, Slug


class ChangedArticle(ArticleItem, Outline):
    """An article or page whole. What is `related` is left out: other articles decide it."""

    body_html: BodyHtml
    seo: Seo
    paths: Paths


class ChangedTag(BaseModel):
    """A tag; its children and its number of articles are left out: others decide them."""

    id: Id
    slug: Slug
    type: TagType
    name: Annotated[str, Field(description="In the site's first language, if there")]
    description: OptionalText
    parent: ParentSlug
    names: NamesByLang
    synonyms: SynonymsByLang


ITEM_KIND: Final = Field(description="What `item` is")


class _Change(BaseModel):
    """What all changes have. A thing that changed several times may be named once, by its last
    change."""

    sequence: Sequence
    at: Annotated[datetime, Field(description="When it took effect")]
    event_id: EventId
    id: Id


class _Upsert(_Change):
    """Take `item` in place of what you have under `kind` and `id`."""

    type: Annotated[Literal["upsert"], Field(description="It is public now")]
    reason: Unused
    paths: Paths
    merged_into: Unused


class ArticleUpsert(_Upsert):
    """An article or a page that is new or has changed."""

    kind: Annotated[Literal["article"], ITEM_KIND]
    article_kind: ArticleKind
    slug: Slug
    lang: Lang
    tags: TagReferences
    url: Annotated[
        GivenAddress | None, Field(description="Its page at the front end, if there is a site")
    ]
    item: ChangedArticle


class TagUpsert(_Upsert):
    """A tag that is new or has changed."""

    kind: Annotated[Literal["tag"], ITEM_KIND]
    article_kind: Unused
    slug: Slug
    lang: Unused
    tags: Unused
    url: Annotated[
        GivenAddress | None, Field(description="Its page at the front end, if there is a site")
    ]
    item: ChangedTag


class _OtherUpsert(_Upsert):
    """Something that has no page of its own."""

    article_kind: Unused
    slug: Unused
    lang: Unused
    tags: Unused
    url: Unused


class SponsorUpsert(_OtherUpsert):
    """A sponsor that is new or has changed."""

    kind: Annotated[Literal["sponsor"], ITEM_KIND]
    item: Sponsor


class CommitteeMemberUpsert(_OtherUpsert):
    """A member of the committee who is new or has changed."""

    kind: Annotated[Literal["committee_member"], ITEM_KIND]
    item: CommitteeMember


class EventUpsert(_OtherUpsert):
    """An event that is new or has changed."""

    kind: Annotated[Literal["event"], ITEM_KIND]
    item: Event


class Deletion(_Change):
    """Drop what you have under `kind` and `id`."""

    type: Annotated[Literal["delete"], Field(description="It is public no more")]
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
    url: Unused
    paths: Annotated[list[str], Field(description="All addresses that ever led here")]
    merged_into: Annotated[
        UUID | None, Field(description="Of a tag that was `merged`: the id of what it is today")
    ]
    item: Unused


Upsert = TypeAliasType(
    "Upsert",
    Annotated[
        ArticleUpsert | TagUpsert | SponsorUpsert | CommitteeMemberUpsert | EventUpsert,
        Field(discriminator="kind", description="Something that is public now"),
    ],
)

Change = TypeAliasType(
    "Change",
    Annotated[
        Upsert | Deletion, Field(discriminator="type", description="A change of public content")
    ],
)


class ChangeMeta(BaseModel):
    """How far this answer leads."""

    limit: PageSize
    cursor: Annotated[str, Field(description="Goes on from here, for ever")]
    sequence: Annotated[Count, Field(description="The last one that this answer knows of")]
    caught_up: Annotated[bool, Field(description="Nothing has happened since")]


class ChangePage(BaseModel):
    """What has changed after a cursor."""

    data: Annotated[
        list[Change], Field(description="In order; empty only when nothing has changed")
    ]
    meta: ChangeMeta
    links: Links
