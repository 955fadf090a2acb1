"""The closed lists of words that appear on the wire and in the store, and how a date is written."""

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    Strict,
    StringConstraints,
)
from typing_extensions import TypeAliasType

from app.kit import languages
from app.kit.dates import day_of, day_or_moment_of, in_range, moment_of

Kind = Literal["article", "page"]
DatePrecision = Literal["time", "day", "month", "year", "unknown"]
BodyFormat = Literal["markdown", "html", "text"]
TagType = Literal["topic", "place", "person", "organisation", "series", "format"]
TagStatus = Literal["proposed", "accepted"]
SponsorKind = Literal["founding", "sponsor", "patron", "funder", "partner"]
CommitteeGroup = Literal["officers", "committee", "staff"]
Rhythm = Literal["instant", "daily", "weekly"]
"""How often a newsletter goes."""
GoneReason = Literal["unpublished", "retracted", "expired", "embargoed", "removed", "import_undone"]
ArticleAct = Literal[
    "submitted",
    "approved",
    "returned",
    "published",
    "corrected",
    "unpublished",
    "embargoed",
    "retracted",
    "moved",
    "cancelled",
    "discarded",
    "trashed",
    "restored",
    "linked",
    "unlinked",
    "source_set",
    "preview.created",
    "preview.revoked",
]
"""What is done to an article beside saving it. The audit keeps these words for good."""
ContentKind = Literal["article", "tag", "sponsor", "committee_member", "event"]
Topic = Literal[
    "article.upsert",
    "article.delete",
    "tag.upsert",
    "tag.delete",
    "sponsor.upsert",
    "sponsor.delete",
    "committee_member.upsert",
    "committee_member.delete",
    "event.upsert",
    "event.delete",
]
"""What a webhook is told of public content: one of each kind's two changes."""
DeskTopic = Literal[
    "article.submitted",
    "article.returned",
    "article.approved",
    "article.scheduled",
    "article.schedule_moved",
    "article.schedule_cancelled",
    "article.published",
    "article.corrected",
    "article.unpublished",
    "article.retracted",
    "import.completed",
]
"""What a webhook is told of the desk, if it names the topic."""
ChangeReason = Literal[
    "unpublished", "retracted", "expired", "embargoed", "merged", "removed", "import_undone"
]

PolicyName = Literal[
    "principles",
    "ownership",
    "funding",
    "masthead",
    "mission",
    "ethics",
    "corrections",
    "verification",
    "unnamed_sources",
    "no_bylines",
    "feedback",
    "diversity",
    "diversity_staffing",
]
"""What a news organisation tells of itself, as schema.org's NewsMediaOrganization has it."""

MachineUsage = Literal["all", "ai-all", "ai-train", "ai-input", "ai-index", "search"]
"""The usages of RSL 1.0. `all` holds the others, `ai-all` the three that begin with `ai-`."""

PaymentType = Literal[
    "free",
    "attribution",
    "contribution",
    "purchase",
    "subscription",
    "training",
    "crawl",
    "use",
]
"""How a machine's owner pays, as RSL 1.0 has it."""

KeyScope = Literal["content:read", "embargo:read", "usage:read", "keys:rotate"]

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = TypeAliasType(
    "Slug",
    Annotated[
        str,
        StringConstraints(pattern=SLUG_PATTERN, max_length=120),
        Field(description="A name for addresses"),
    ],
)
Lang = TypeAliasType(
    "Lang",
    Annotated[
        str,
        StringConstraints(pattern=f"^{languages.PATTERN}$"),
        Field(description="BCP 47 code such as pt or pt-BR, one of the site's languages"),
        BeforeValidator(languages.normalise_code),
    ],
)
WebAddress = Annotated[str, Field(json_schema_extra={"format": "uri"})]
# What editors type may hold other scripts: https://es.wikipedia.org/wiki/Perú
GivenAddress = Annotated[str, Field(json_schema_extra={"format": "iri"})]
Count = Annotated[int, Field(ge=0)]
# Whatever takes a date takes one of these two: pydantic's own parsing takes digits for seconds.
Moment = Annotated[
    AwareDatetime,
    Strict(),
    BeforeValidator(lambda value: moment_of(value) if isinstance(value, str) else value),
    AfterValidator(in_range),
]
Day = Annotated[
    date,
    Strict(),
    BeforeValidator(lambda value: day_of(value) if isinstance(value, str) else value),
]


def _day_or_moment(value: object) -> object:
    if isinstance(value, str):
        return day_or_moment_of(value)
    if isinstance(value, date):
        return value
    raise ValueError("write a day, or a moment with its offset, as text")


DayOrMoment = Annotated[
    Annotated[AwareDatetime, Strict()] | Annotated[date, Strict()],
    BeforeValidator(_day_or_moment),
    Field(description="An instant with its offset, or a day of what lasts whole days"),
]
