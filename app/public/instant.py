"""What Meilisearch's front-end clients are answered: flat hits, in the names of their wire."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from app.public.images import Share
from app.public.vocabulary import Count, GivenAddress, Kind, Lang, Slug, WebAddress

Absent = SkipJsonSchema[None]


class InstantHit(BaseModel):
    """An article or a standing page; which members are there is the asker's choice.

    `published_at` and `updated_at` are seconds since 1970. `tags` are names in one language for
    the whole answer, as the facet `tags` has them; `tag_slugs` stay when a tag is renamed; `url` is
    where readers find it. `_formatted` holds the same as text, with what matched marked, and of the
    `body` a passage.
    """

    model_config = ConfigDict(title="InstantHit")

    id: UUID | Absent = None
    kind: Kind | Absent = None
    slug: Slug | Absent = None
    url: GivenAddress | Absent = None
    lang: Lang | Absent = None
    title: str | Absent = None
    summary: str | Absent = None
    published_at: int | Absent = None
    updated_at: int | Absent = None
    year: int | Absent = None
    tags: list[str] | Absent = None
    tag_slugs: list[Slug] | Absent = None
    authors: list[str] | Absent = None
    image: GivenAddress | None = None
    image_alt: str | None = None
    credit: str | None = None
    licence: GivenAddress | Absent = None
    syndicatable: bool | Absent = None
    formatted: Annotated[dict[str, object] | Absent, Field(alias="_formatted")] = None
    ranking_score: Annotated[Share | Absent, Field(alias="_rankingScore")] = None


ATTRIBUTES: Final = tuple(
    name for name, member in InstantHit.model_fields.items() if not member.alias
)


class FacetStats(BaseModel):
    """The lowest and the highest value."""

    min: float
    max: float


class InstantResult(BaseModel):
    """The answer to one question, by offsets or by pages as it was asked. Totals are those of the
    engine; no page leads past the 10,000th hit."""

    indexUid: str | Absent = None
    hits: list[InstantHit]
    query: str
    processingTimeMs: Count
    limit: Count | Absent = None
    offset: Count | Absent = None
    estimatedTotalHits: Count | Absent = None
    hitsPerPage: Count | Absent = None
    page: Count | Absent = None
    totalPages: Count | Absent = None
    totalHits: Count | Absent = None
    facetDistribution: dict[str, dict[str, Count]] | Absent = None
    facetStats: dict[str, FacetStats] | Absent = None
    requestUid: UUID


class InstantHealth(BaseModel):
    """It can be asked."""

    status: Literal["available"]


class InstantVersion(BaseModel):
    """The version of this service, where Meilisearch has its own."""

    commitSha: str
    commitDate: str
    pkgVersion: str


class InstantResults(BaseModel):
    """The answers to several questions, in their order."""

    results: list[InstantResult]


class FacetHit(BaseModel):
    """A value of a facet, and how many hits have it."""

    value: str
    count: Count


class FacetHits(BaseModel):
    """The values that begin with what was typed, the most frequent first."""

    facetHits: list[FacetHit]
    facetQuery: str | None
    processingTimeMs: Count


class InstantRefusal(BaseModel):
    """A failure as Meilisearch's clients read it."""

    message: str
    code: str
    type: Annotated[str, Field(pattern="^(invalid_request|internal)$")]
    link: str


class SearchToken(BaseModel):
    """A token for a search server, and where to show it."""

    token: Annotated[str, Field(description="For the `Authorization` header")]
    url: Annotated[WebAddress, Field(description="Where the search server is")]
    index: Annotated[str, Field(description="What to search there")]
    expires_at: Annotated[
        str,
        Field(description="Ask for a new one before", json_schema_extra={"format": "date-time"}),
    ]
