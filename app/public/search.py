"""What a search answers."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import TypeAliasType

from app.public.articles import ArticleItem
from app.public.committee import CommitteeMember
from app.public.envelopes import Links
from app.public.events import Event
from app.public.sponsors import Sponsor
from app.public.tags import Tag
from app.public.vocabulary import ContentKind, Count, TagType, WebAddress

SearchEngine = Literal["embedded", "meilisearch", "both"]


class Highlights(BaseModel):
    """Safe HTML with `<mark>` around what matched; the body's best passage. Empty when absent."""

    title: str
    summary: str
    body: str


class _RankedItem(BaseModel):
    """What all hits have; `score` compares within one answer only."""

    score: float
    highlights: Highlights


class ArticleHit(_RankedItem):
    """An article or a page."""

    kind: Literal["article"]
    item: ArticleItem


class TagHit(_RankedItem):
    """A tag."""

    kind: Literal["tag"]
    item: Tag


class SponsorHit(_RankedItem):
    """A sponsor."""

    kind: Literal["sponsor"]
    item: Sponsor


class CommitteeMemberHit(_RankedItem):
    """A member of the committee."""

    kind: Literal["committee_member"]
    item: CommitteeMember


class EventHit(_RankedItem):
    """An event."""

    kind: Literal["event"]
    item: Event


SearchHit = TypeAliasType(
    "SearchHit",
    Annotated[
        ArticleHit | TagHit | SponsorHit | CommitteeMemberHit | EventHit,
        Field(discriminator="kind"),
    ],
)
"""One result; its `kind` says what the item is."""


class FacetValue(BaseModel):
    """How many of the things found have this value; `value` is what the parameter takes."""

    value: str
    name: str
    count: Count


class TagFacetValue(FacetValue):
    """A tag that things found have; its `type` groups topics, places and so on."""

    type: TagType


class Facets(BaseModel):
    """Only those that were asked for, the most frequent value first."""

    tags: list[TagFacetValue] | SkipJsonSchema[None] = None
    lang: list[FacetValue] | SkipJsonSchema[None] = None
    year: list[FacetValue] | SkipJsonSchema[None] = None
    kind: list[FacetValue] | SkipJsonSchema[None] = None


class Corrected(BaseModel):
    """The words that were searched for in place of those given; `insist` takes them as given."""

    q: str
    insist: WebAddress


class Freshness(BaseModel):
    """How many changes of the store search is behind; `/readyz` has the seconds too."""

    behind_changes: Count


class SearchMeta(BaseModel):
    """About the answer. `engine` gave it; with `both` one found, and the other had a say in the
    order. `degraded` when another one should have taken part, and could not be reached.
    `did_you_mean` may be meant and was not searched for."""

    limit: Annotated[int, Field(ge=1, le=100)]
    page: Annotated[int, Field(ge=1)]
    total: Count
    total_is_exact: bool
    engine: SearchEngine
    degraded: bool
    freshness: Freshness
    corrected: Corrected | SkipJsonSchema[None] = None
    did_you_mean: str | SkipJsonSchema[None] = None
    facets: Facets | SkipJsonSchema[None] = None


class SearchPage(BaseModel):
    """One page of hits, best first."""

    data: list[SearchHit]
    meta: SearchMeta
    links: Links


class Completion(BaseModel):
    """A name that completes what was typed; `slug` where the thing has one."""

    kind: ContentKind
    id: UUID
    title: str
    highlighted: Annotated[str, Field(description="Safe HTML with `<mark>`")]
    slug: str | None


class Completions(BaseModel):
    """Best first."""

    data: list[Completion]
