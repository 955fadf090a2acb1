"""What a partner is told of itself, and what it may see before the world does."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.public.articles import ArticleDetail
from app.public.envelopes import Total
from app.public.vocabulary import Count, KeyScope

KeyId = Annotated[str, Field(pattern="^[0-9a-f]{8}$", description="The part that is no secret")]


class PartnerTerms(BaseModel):
    """What was agreed on using the content, in Markdown."""

    text: str
    updated_at: datetime


class PartnerLimits(BaseModel):
    """How fast, and how much; without a quota there is none."""

    rate_per_minute: Count
    quota_per_day: Count | None


class PartnerGrants(BaseModel):
    """How far ahead of its time a scheduled article is shown; 0: not at all."""

    embargo_hours: Count


class PartnerKeyView(BaseModel):
    """A key without its secret."""

    id: KeyId
    name: str
    scopes: list[KeyScope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    rotated_from: str | None = Field(description="The key that this one replaces")


class NewPartnerKey(PartnerKeyView):
    """With the whole key; null when an answer that was lost is repeated and cannot show it."""

    key: str | None


class PartnerSelf(BaseModel):
    """Who you are here, on what terms, and the key that you have shown."""

    name: str
    terms: PartnerTerms | None
    limits: PartnerLimits
    grants: PartnerGrants
    key: PartnerKeyView


class UsageOfDay(BaseModel):
    """One UTC day. `requests` count for the quota; `not_modified` of them were answered 304;
    `refused` (429) count for nothing; `bytes` are those of bodies."""

    day: date
    requests: Count
    not_modified: Count
    refused: Count
    bytes: Count


class UsageMeta(BaseModel):
    """Of today: the quota, what is left of it, and when the next day begins."""

    quota_per_day: Count | None
    left_today: Count | None
    resets_at: datetime


class Usage(BaseModel):
    """The newest day first; days without a request are there too."""

    data: list[UsageOfDay]
    meta: UsageMeta


class PartnerKeys(BaseModel):
    """The newest first, those that have ended too."""

    data: list[PartnerKeyView]
    meta: Total


class EmbargoedArticle(ArticleDetail):
    """An article as it will be; nobody may show it before `embargoed_until`."""

    embargoed_until: datetime
    is_update: bool = Field(description="An earlier text of it is public already")
