"""What subscriptions are made from, and the manner of every input of this room."""

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.accounts.inputs import Name
from app.errors import Invalid
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


Url = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_target)]
Topics = Annotated[tuple[Topic, ...], Field(max_length=20, strict=False)]
TagSlugs = Annotated[tuple[Slug, ...], Field(max_length=50, strict=False)]


class Input(BaseModel):
    """Strict, no extras, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class ChangeInput(Input):
    """What is to be changed, of which there must be something."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name what is to be changed")
        return self


class WebhookInput(Input):
    """`topics` and `tags` say what is told; none of them: everything. With tags, articles that
    have or had one of them (or of their descendants), and these tags."""

    name: Name
    url: Url
    topics: Topics = ()
    tags: TagSlugs = ()
    payload: Payload = "full"


class WebhookChange(ChangeInput):
    """What is to be changed; another `url` has to be verified anew."""

    name: Name | None = None
    url: Url | None = None
    topics: Topics | None = None
    tags: TagSlugs | None = None
    payload: Payload | None = None
