"""The input of subscriptions."""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
)
from typing_extensions import TypeAliasType

from app.accounts.inputs import Name
from app.errors import Invalid
from app.inputs import Input, PatchInput, make_optional
from app.partners.targets import parse_target
from app.public.vocabulary import DeskTopic, Slug, Topic

Payload = Literal["full", "thin"]
State = Literal["pending", "active", "paused"]
PausedReason = Literal["by_hand", "failing", "gone", "unverified", "restored", "key_changed"]


def _check_target(text: str) -> str:
    try:
        parse_target(text)
    except Invalid as error:
        raise ValueError(error.message) from error
    return text


Url = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_check_target)]
AnyTopic = TypeAliasType("AnyTopic", Topic | DeskTopic)
Topics = Annotated[tuple[AnyTopic, ...], Field(max_length=40, strict=False)]
TagSlugs = Annotated[tuple[Slug, ...], Field(max_length=50, strict=False)]


class WebhookInput(Input):
    """`topics` and `tags` say what is told; none of them: all public changes. With tags, articles
    that have or had one of them (or of their descendants), and these tags. Events of the desk,
    such as `article.submitted`, are told where they are named, whatever the tags."""

    name: Name
    url: Url
    topics: Topics = ()
    tags: TagSlugs = ()
    payload: Payload = "full"


@make_optional
class WebhookChange(PatchInput):
    """What is to be changed; another `url` has to be verified anew."""

    name: Name
    url: Url
    topics: Topics
    tags: TagSlugs
    payload: Payload
