"""The closed lists of words that appear on the wire and in the store."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

Kind = Literal["article", "page"]
DatePrecision = Literal["time", "day", "month", "year", "unknown"]
BodyFormat = Literal["markdown", "html", "text"]
TagType = Literal["topic", "place", "person", "organisation", "series", "format"]
TagStatus = Literal["proposed", "accepted"]
SponsorKind = Literal["founding", "sponsor", "patron", "funder", "partner"]
CommitteeGroup = Literal["officers", "committee", "staff"]
GoneReason = Literal["unpublished", "retracted", "expired", "embargoed", "removed"]
ChangedKind = Literal["article", "tag", "sponsor", "committee_member"]
ChangeReason = Literal["unpublished", "retracted", "expired", "embargoed", "merged", "removed"]

KeyScope = Literal["content:read", "embargo:read", "usage:read", "keys:rotate"]

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=120)]
Lang = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}$"),
    Field(description="ISO 639 code, one of the site's languages"),
]
WebAddress = Annotated[str, Field(json_schema_extra={"format": "uri"})]
# What editors type may hold other scripts: https://es.wikipedia.org/wiki/Perú
GivenAddress = Annotated[str, Field(json_schema_extra={"format": "iri"})]
Count = Annotated[int, Field(ge=0)]
