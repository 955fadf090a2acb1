"""What a search answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import TypeAliasType

from app.public.articles import ArticleItem
from app.public.committee import CommitteeMember
from app.public.envelopes import Links
from app.public.events import Event
from app.public.named_types import ContentKind, Id, PageSize, TagType, Title
from app.public.sponsors import Sponsor
from app.public.tags import Tag
from app.public.vocabulary import Count, WebAddress

SearchEngine = TypeAliasType(
    "SearchEngine",
    Annotated[
        Literal["embedded", "meilisearch", "both"],
        Field(description="Who gave it; of `both` one found, and the other had a say in the order"),
    ],
)


class Highlights(BaseModel):
    """Safe HTML with `<mark>` around what matched."""

    title: Annotated[str, Field(description="Empty when it has no title")]
    summary: Annotated[str, Field(description="Empty when it has none")]
    body: Annotated[str, Field(description="The best passage, or empty")]


class _RankedItem(BaseModel):
    """What all hits have."""

    score: Annotated[float, Field(description="Compares within one answer only")]
    highlights: Highlights


class ArticleHit(_RankedItem):
    """An article or a page."""

    kind: Annotated[Literal["article"], Field(description="What `item` is")]
    item: ArticleItem


class TagHit(_RankedItem):
    """A tag."""

    kind: Annotated[Literal["tag"], Field(description="What `item` is")]
    item: Tag


class SponsorHit(_RankedItem):
    """A sponsor."""

    kind: Annotated[Literal["sponsor"], Field(description="What `item` is")]
    item: Sponsor


class CommitteeMemberHit(_RankedItem):
    """A member of the committee."""

    kind: Annotated[Literal["committee_member"], Field(description="What `item` is")]
    item: CommitteeMember


class EventHit(_RankedItem):
    """An event."""

    kind: Annotated[Literal["event"], Field(description="What `item` is")]
    item: Event


SearchHit = TypeAliasType(
    "SearchHit",
    Annotated[
        ArticleHit | TagHit | SponsorHit | CommitteeMemberHit | EventHit,
        Field(discriminator="kind", description="Something that was found"),
    ],
)


class FacetValue(BaseModel):
    """A value that things found have."""

    value: Annotated[str, Field(description="What the parameter takes")]
    name: Annotated[str, Field(description="For readers")]
    count: Annotated[Count, Field(description="How many of the things found have it")]


class TagFacetValue(FacetValue):
    """A tag that things found have."""

    type: TagType


class Facets(BaseModel):
    """Only those that were asked for, the most frequent value first."""

    tags: Annotated[list[TagFacetValue] | SkipJsonSchema[None], Field(description="For `tag`")] = (
        None
    )
    lang: Annotated[list[FacetValue] | SkipJsonSchema[None], Field(description="For `lang`")] = None
    year: Annotated[
        list[FacetValue] | SkipJsonSchema[None], Field(description="For `from_date` and `to_date`")
    ] = None
    kind: Annotated[list[FacetValue] | SkipJsonSchema[None], Field(description="For `kind`")] = None


class Corrected(BaseModel):
    """The words that were searched for in place of those given."""

    q: Annotated[str, Field(description="What was searched for")]
    insist: Annotated[WebAddress, Field(description="Takes the given words as they are")]


class Freshness(BaseModel):
    """How late search is; `/readyz` has the seconds too."""

    behind_changes: Annotated[
        Count, Field(description="Changes of the store that are not in it yet")
    ]


class SearchMeta(BaseModel):
    """About the answer."""

    limit: PageSize
    page: Annotated[int, Field(ge=1, description="Counted from 1")]
    total: Annotated[Count, Field(description="How many were found")]
    total_is_exact: Annotated[bool, Field(description="False when it is an estimate")]
    engine: SearchEngine
    degraded: Annotated[bool, Field(description="A part could not be reached")]
    freshness: Freshness
    corrected: Corrected | SkipJsonSchema[None] = None
    did_you_mean: Annotated[
        str | SkipJsonSchema[None], Field(description="Perhaps meant; not searched for")
    ] = None
    facets: Facets | SkipJsonSchema[None] = None


class SearchPage(BaseModel):
    """One page of hits."""

    data: Annotated[list[SearchHit], Field(description="Best first, unless `order` says otherwise")]
    meta: SearchMeta
    links: Links


class Completion(BaseModel):
    """A name that completes what was typed."""

    kind: ContentKind
    id: Id
    title: Title
    highlighted: Annotated[str, Field(description="Safe HTML with `<mark>`")]
    slug: Annotated[str | None, Field(description="Null when it has none")]


class Completions(BaseModel):
    """Names that complete what was typed."""

    data: Annotated[list[Completion], Field(description="Best first")]
