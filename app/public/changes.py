"""The change feed as partners see it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.public.articles import ArticleItem, Outline, Paths, Seo
from app.public.envelopes import Links
from app.public.items import DatedItem
from app.public.vocabulary import ChangeReason, ContentKind, Count, Lang, Slug, TagType


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


class Change(BaseModel):
    """Take `item` in place of what you have under `kind` and `id` (`upsert`), or drop that
    (`delete`). A thing that changed several times may be named once, by its last change."""

    sequence: Annotated[int, Field(ge=1)]
    at: Annotated[datetime, Field(description="When it took effect")]
    event_id: Annotated[str, Field(pattern="^evt_[0-9a-f]{24}$")]
    type: Literal["upsert", "delete"]
    kind: ContentKind
    id: UUID
    reason: Annotated[ChangeReason | None, Field(description="Of a `delete`: why it is gone")]
    paths: Annotated[
        list[str],
        Field(description="Addresses that used to lead here; of a `delete` all that ever did"),
    ]
    merged_into: Annotated[
        UUID | None, Field(description="Of a tag that was `merged`: the id of what it is today")
    ]
    item: ChangedArticle | ChangedTag | DatedItem | None


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
