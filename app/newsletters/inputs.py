"""What readers and editors send: a subscription, a change of it, the shape of an issue."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.inputs import Input, PatchInput, make_optional
from app.kit.text import check_legal, check_visible
from app.newsletters.addresses import normalised_address
from app.public.vocabulary import Lang, Rhythm, Slug

MOST_TOPICS: Final = 50
MOST_CHOSEN: Final = 100

Address = Annotated[
    str,
    Field(max_length=320, description="An e-mail address"),
    AfterValidator(normalised_address),
]
Topics = Annotated[
    list[Slug], Field(max_length=MOST_TOPICS, description="Tags' slugs; none stands for all news")
]


Pace = Annotated[Rhythm, Field(description="How often letters come")]


class SubscriptionInput(Input):
    """Who wants which news how often; `lang` is the site's first language when absent."""

    email: Address
    lang: Annotated[Lang | None, Field(description="That of letters and of the news")] = None
    topics: Topics = []
    rhythm: Pace = "weekly"


@make_optional
class SubscriptionChange(PatchInput):
    """What to change of a subscription; what is absent stays."""

    lang: Lang
    topics: Topics
    rhythm: Pace


Subject = Annotated[
    str,
    StringConstraints(min_length=1, max_length=150, strip_whitespace=True),
    StringConstraints(pattern=r"^[^\n\r\t]*$"),
    AfterValidator(check_legal),
    AfterValidator(check_visible),
]
Introduction = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(check_legal)]


@make_optional
class IssueChange(PatchInput):
    """What to change of an issue. `articles` are exactly those that it has, in their order; with
    null they are those of the rule, without `excluded`, or those of the tag `series`."""

    subject: Subject | None
    introduction: Introduction
    articles: Annotated[list[UUID], Field(max_length=MOST_CHOSEN)] | None
    excluded: Annotated[list[UUID], Field(max_length=MOST_CHOSEN)]
    series: Slug | None
