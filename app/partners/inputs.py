"""What subscriptions are made from."""

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.errors import Invalid
from app.kit.text import legal
from app.partners.payloads import Topic
from app.partners.targets import parsed
from app.public.vocabulary import Slug

Payload = Literal["full", "thin"]
State = Literal["pending", "active", "paused"]
PausedReason = Literal["by_hand", "failing", "gone", "unverified", "restored", "key_changed"]


def _target(text: str) -> str:
    try:
        parsed(text)
    except Invalid as error:
        raise ValueError(error.message) from error
    return text


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\n\r\t]*$"),
    AfterValidator(legal),
]
Url = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_target)]
Topics = Annotated[tuple[Topic, ...], Field(max_length=20, strict=False)]
TagSlugs = Annotated[tuple[Slug, ...], Field(max_length=50, strict=False)]


class _Input(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class WebhookInput(_Input):
    """`topics` and `tags` say what is told; none of them: everything. With tags, articles that
    have or had one of them (or of their descendants), and these tags."""

    name: Name
    url: Url
    topics: Topics = ()
    tags: TagSlugs = ()
    payload: Payload = "full"


class WebhookChange(_Input):
    """What is to be changed; another `url` has to be verified anew."""

    name: Name | None = None
    url: Url | None = None
    topics: Topics | None = None
    tags: TagSlugs | None = None
    payload: Payload | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name what is to be changed")
        return self
