"""What a partner is told of itself, and what it may see before the world does."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.public.articles import ArticleDetail
from app.public.envelopes import Total
from app.public.named_types import UpdatedAt
from app.public.vocabulary import Count, KeyScope

KeyId = Annotated[str, Field(pattern="^[0-9a-f]{8}$", description="The part that is no secret")]


class PartnerTerms(BaseModel):
    """What was agreed on using the content."""

    text: Annotated[str, Field(description="Markdown")]
    updated_at: UpdatedAt


class PartnerLimits(BaseModel):
    """How fast, and how much."""

    rate_per_minute: Annotated[Count, Field(description="Requests")]
    quota_per_day: Annotated[
        Count | None, Field(description="Requests in a UTC day; null: no quota")
    ]


class PartnerGrants(BaseModel):
    """What goes beyond the public content."""

    embargo_hours: Annotated[
        Count,
        Field(description="How far ahead of its time a scheduled article is shown; 0: not at all"),
    ]


class PartnerKeyView(BaseModel):
    """A key without its secret."""

    id: KeyId
    name: Annotated[str, Field(description="What it is for")]
    scopes: Annotated[list[KeyScope], Field(description="What it may be used for")]
    created_at: Annotated[datetime, Field(description="When it was made")]
    expires_at: Annotated[datetime, Field(description="When it ends by itself")]
    revoked_at: Annotated[datetime | None, Field(description="When it was ended, if it was")]
    last_used_at: Annotated[datetime | None, Field(description="Null: never yet")]
    rotated_from: str | None = Field(description="The key that this one replaces")


class NewPartnerKey(PartnerKeyView):
    """With the whole key, which is shown once."""

    key: Annotated[
        str | None, Field(description="The secret; null when an answer that was lost is repeated")
    ]


class PartnerSelf(BaseModel):
    """Who you are here, on what terms, and the key that you have shown."""

    name: Annotated[str, Field(description="What the publisher calls you")]
    terms: Annotated[PartnerTerms | None, Field(description="Null: none were written down")]
    limits: PartnerLimits
    grants: PartnerGrants
    key: PartnerKeyView


class UsageOfDay(BaseModel):
    """One UTC day."""

    day: Annotated[date, Field(description="In UTC")]
    requests: Annotated[Count, Field(description="That count for the quota")]
    not_modified: Annotated[Count, Field(description="How many of them were answered 304")]
    refused: Annotated[Count, Field(description="Answered 429; not in the quota")]
    bytes: Annotated[Count, Field(description="Of the bodies of answers")]


class UsageMeta(BaseModel):
    """Of today."""

    quota_per_day: Annotated[Count | None, Field(description="Requests; null: no quota")]
    left_today: Annotated[Count | None, Field(description="Requests; null: no quota")]
    resets_at: Annotated[datetime, Field(description="When the next UTC day begins")]


class Usage(BaseModel):
    """What was asked with all your keys."""

    data: Annotated[
        list[UsageOfDay], Field(description="The newest day first; days without a request too")
    ]
    meta: UsageMeta


class PartnerKeys(BaseModel):
    """All your keys."""

    data: Annotated[
        list[PartnerKeyView], Field(description="The newest first, those that have ended too")
    ]
    meta: Total


class EmbargoedArticle(ArticleDetail):
    """An article as it will be; nobody may show it before `embargoed_until`."""

    embargoed_until: Annotated[datetime, Field(description="When it is to become public")]
    is_update: bool = Field(description="An earlier text of it is public already")
