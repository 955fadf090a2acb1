"""What surrounds the data: lists, single objects, problems."""

from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import override

from app.public.vocabulary import Count, GoneReason, Lang, Slug, WebAddress

Item = TypeVar("Item")


class Envelope(BaseModel):
    """The base of what surrounds items of one type; the contract calls it after that type."""

    suffix: ClassVar[str] = "List"

    @classmethod
    @override
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """The name around an item's type, such as `ArticleList` around `ListedArticle`."""
        item = params[0].__name__.removeprefix("Listed").removesuffix("Detail")
        return f"{item}{cls.suffix}"


class Links(BaseModel):
    """Absolute addresses; also sent as an RFC 8288 `Link` header."""

    self: WebAddress
    next: WebAddress | None
    prev: WebAddress | None


class PageMeta(BaseModel):
    """`total` is there only when `count=true` was asked for. When it is not exact, at least so many
    match: the filter has no kept count, and counting stopped."""

    limit: Annotated[int, Field(ge=1, le=100)]
    total: Count | SkipJsonSchema[None] = Field(None, exclude_if=lambda total: total is None)
    total_is_exact: bool | SkipJsonSchema[None] = Field(
        None, exclude_if=lambda is_exact: is_exact is None
    )


class Page(Envelope, Generic[Item]):
    """One page of a list that is walked by cursor."""

    data: list[Item]
    meta: PageMeta
    links: Links


class Total(BaseModel):
    """How many there are."""

    total: Count


class Whole(Envelope, Generic[Item]):
    """A list that is sent whole, but for what `links.next` leads to."""

    data: list[Item]
    meta: Total
    links: Links


class One(Envelope, Generic[Item]):
    """One object."""

    suffix = "Response"

    data: Item


class Resolution(BaseModel):
    """What answers at a path. 200: the path is `location`, so show it. 301: lead readers to
    `location`. The old address of a file leads to `media`, which has no slug: `location` and `url`
    are the file."""

    path: str
    status: Literal[200, 301]
    kind: Literal["article", "page", "tag", "media"]
    id: UUID
    slug: Slug | None
    lang: Lang | None
    location: Annotated[
        str,
        Field(
            pattern=r"^/([!-.0-~][!-~]*)?$",
            description=(
                "Its page at the front end, by the templates of the settings; of media, the path of"
                " the file in this API"
            ),
        ),
    ]
    url: WebAddress = Field(description="The resource in this API")


Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Code = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]


class PlannedRelease(BaseModel):
    """A text that is to become public (or was, until it was cancelled), and of which article;
    without `visible_until` it has no end."""

    id: UUID
    lang: Lang
    revision: int
    slug: Slug
    visible_from: Instant
    visible_until: Instant | None = None


class ProblemDetail(BaseModel):
    """One thing that is wrong, and where: a JSON pointer or a query parameter."""

    code: Code
    message: str
    pointer: str | SkipJsonSchema[None] = None
    parameter: str | SkipJsonSchema[None] = None


class Problem(BaseModel):
    """RFC 9457 problem. `code` is stable; `detail` says what to do."""

    type: str
    title: str
    status: Annotated[int, Field(ge=300, le=599)]
    code: Code
    detail: str
    errors: list[ProblemDetail] | SkipJsonSchema[None] = None
    reason: GoneReason | SkipJsonSchema[None] = Field(
        default=None, description="Why it is gone (410)"
    )
    at: Instant | SkipJsonSchema[None] = Field(
        default=None, description="Since when it is gone (410)"
    )
    current_revision: int | SkipJsonSchema[None] = Field(
        default=None, description="The revision that there is now (412)"
    )
    changed_by: str | SkipJsonSchema[None] = Field(
        default=None, description="Who saved that revision (412)"
    )
    changed_at: Instant | SkipJsonSchema[None] = Field(
        default=None, description="When it was saved (412)"
    )
    releases: list[PlannedRelease] | SkipJsonSchema[None] = Field(
        default=None, description="What it would cancel (409)"
    )
    request_id: str | SkipJsonSchema[None] = Field(
        default=None, description="Quote it to the operator (500)"
    )
