"""What surrounds the data: lists, single objects, problems."""

from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import override

from app.public.named_types import Id, PageSize
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

    self: Annotated[WebAddress, Field(description="Of this answer")]
    next: Annotated[WebAddress | None, Field(description="Null on the last page")]
    prev: Annotated[WebAddress | None, Field(description="Null on the first page")]


class PageMeta(BaseModel):
    """How much of a list is here; `total` is there only when `count=true` was asked for."""

    limit: PageSize
    total: Count | SkipJsonSchema[None] = Field(
        None, description="How many match", exclude_if=lambda total: total is None
    )
    total_is_exact: bool | SkipJsonSchema[None] = Field(
        None,
        description="False when at least so many match: counting stopped, as none is kept for"
        " the filter",
        exclude_if=lambda is_exact: is_exact is None,
    )


class Page(Envelope, Generic[Item]):
    """One page of a list that is walked by cursor."""

    data: Annotated[list[Item], Field(description="In the order of the list")]
    meta: PageMeta
    links: Links


class Total(BaseModel):
    """How many there are."""

    total: Annotated[Count, Field(description="In the whole list")]


class Whole(Envelope, Generic[Item]):
    """A list that is sent whole, but for what `links.next` leads to."""

    data: Annotated[list[Item], Field(description="All, or as far as `links.next`")]
    meta: Total
    links: Links


class One(Envelope, Generic[Item]):
    """One object."""

    suffix = "Response"

    data: Item


class Resolution(BaseModel):
    """What answers at a path. The old address of a file leads to `media`: `location` and `url` are
    the file. What moved to another site is `elsewhere`, and they are its address there."""

    path: Annotated[str, Field(description="The one asked for, in its normal form")]
    status: Annotated[
        Literal[200, 301], Field(description="200: show `location`; 301: lead readers there")
    ]
    kind: Annotated[
        Literal["article", "page", "tag", "media", "elsewhere"], Field(description="What is there")
    ]
    id: Id
    slug: Annotated[Slug | None, Field(description="Null of media and elsewhere")]
    lang: Annotated[Lang | None, Field(description="Null unless `kind` is `article` or `page`")]
    location: Annotated[
        str,
        Field(
            pattern=r"^(/([!-.0-~][!-~]*)?|https?://[!-~]+)$",
            description=(
                "Its page at the front end, by the templates of the settings; of media, the path of"
                " the file in this API; a whole address elsewhere"
            ),
        ),
    ]
    url: WebAddress = Field(description="The resource in this API")


Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Code = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]


class PlannedRelease(BaseModel):
    """A text that is to become public (or was, until it was cancelled)."""

    id: Id
    lang: Lang
    revision: Annotated[int, Field(description="Of the article, whose text it is")]
    slug: Slug
    visible_from: Annotated[Instant, Field(description="When it becomes public")]
    visible_until: Annotated[Instant | None, Field(description="Null: it has no end")] = None


class ProblemDetail(BaseModel):
    """One thing that is wrong, and where."""

    code: Annotated[Code, Field(description="Stable")]
    message: Annotated[str, Field(description="A sentence for people")]
    pointer: Annotated[
        str | SkipJsonSchema[None], Field(description="Where in the body: a JSON pointer")
    ] = None
    parameter: Annotated[
        str | SkipJsonSchema[None], Field(description="The one of the query that is wrong")
    ] = None


class Problem(BaseModel):
    """A problem by RFC 9457."""

    type: Annotated[str, Field(description="A URI that stands for `code`")]
    title: Annotated[str, Field(description="The words for `status`")]
    status: Annotated[int, Field(ge=300, le=599, description="The status of the answer")]
    code: Annotated[Code, Field(description="Stable; programs decide by it")]
    detail: Annotated[str, Field(description="What to do, for people")]
    errors: list[ProblemDetail] | SkipJsonSchema[None] = Field(
        default=None, description="All that is wrong with what was sent"
    )
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
