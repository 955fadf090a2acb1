"""What surrounds the data: lists, single objects, problems."""

from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from app.public.vocabulary import GoneReason

Item = TypeVar("Item")


class Links(BaseModel):
    """Absolute addresses; also sent as an RFC 8288 `Link` header."""

    self: str
    next: str | None
    prev: str | None


class PageMeta(BaseModel):
    """`total` is there only when `count=true` was asked for."""

    limit: int
    total: int | None = None


class Page(BaseModel, Generic[Item]):
    """One page of a list that is walked by cursor."""

    data: list[Item]
    meta: PageMeta
    links: Links


class Total(BaseModel):
    """How many there are."""

    total: int


class Whole(BaseModel, Generic[Item]):
    """A list that is always sent whole."""

    data: list[Item]
    meta: Total
    links: Links


class One(BaseModel, Generic[Item]):
    """One object."""

    data: Item


class Resolution(BaseModel):
    """What answers at an old path now: 200 where it still does, 301 where it has moved."""

    path: str
    status: Literal[200, 301]
    kind: Literal["article", "page", "tag"]
    id: UUID
    slug: str
    lang: str | None
    url: str = Field(description="The resource in this API")


class ProblemDetail(BaseModel):
    """One thing that is wrong, and where: a JSON pointer or a query parameter."""

    code: str
    message: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """RFC 9457 problem. `code` is stable; `detail` says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemDetail] | None = None
    reason: GoneReason | None = Field(default=None, description="Why it is gone (410)")
    at: str | None = Field(default=None, description="Since when it is gone (410)")
    request_id: str | None = Field(default=None, description="Quote it to the operator (500)")
