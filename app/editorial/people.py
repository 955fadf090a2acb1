"""Sponsors and committee members, as editors write them."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from app.editorial.content import Address, Line, Text
from app.editorial.dated_content import LAST_POSITION, DatedContent
from app.inputs import Input, PatchInput, make_optional
from app.kinds import committee, sponsors
from app.models.committee import CommitteeMember
from app.models.sponsor import Sponsor
from app.public.vocabulary import CommitteeGroup, Day, Lang, SponsorKind

Position = Annotated[int, Field(ge=0, le=LAST_POSITION)]
Biography = Annotated[dict[Lang, Text], Field(max_length=50)]


def _not_before(first: str, last: date | None, info: ValidationInfo) -> date | None:
    """The last day; ValueError when it is before the first day, which is in the field `first`."""
    begins: date | None = info.data.get(first)
    if begins is not None and last is not None and last < begins:
        raise ValueError(f"the last day is before the first; see {first}")
    return last


class NewSponsor(Input):
    """A sponsor, who comes last; `valid_to` is the last valid day."""

    name: Line
    kind: SponsorKind = "sponsor"
    url: Address | None = None
    logo: Address | None = None
    statement: Text | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    @field_validator("valid_to", mode="after")
    @classmethod
    def _check_dates(cls, last: date | None, info: ValidationInfo) -> date | None:
        return _not_before("valid_from", last, info)


class SponsorInput(NewSponsor):
    """A sponsor with a place among the others, as the interchange format has it."""

    position: Position = 0


@make_optional
class SponsorChange(PatchInput):
    """What to change of a sponsor."""

    name: Line
    kind: SponsorKind
    url: Address | None
    logo: Address | None
    statement: Text | None
    valid_from: Day | None
    valid_to: Day | None


class NewMember(Input):
    """A committee member, who comes last; `term_to` is the last day in office."""

    name: Line
    role: Line = "Member"
    group: CommitteeGroup = "committee"
    affiliation: Text | None = None
    biography: Biography = {}
    term_from: Day | None = None
    term_to: Day | None = None

    @field_validator("term_to", mode="after")
    @classmethod
    def _check_dates(cls, last: date | None, info: ValidationInfo) -> date | None:
        return _not_before("term_from", last, info)


class MemberInput(NewMember):
    """A member with a place among the others, as the interchange format has it."""

    position: Position = 0


@make_optional
class MemberChange(PatchInput):
    """What to change of a committee member."""

    name: Line
    role: Line
    group: CommitteeGroup
    affiliation: Text | None
    biography: Annotated[dict[Lang, Text | None], Field(max_length=50)] | None
    term_from: Day | None
    term_to: Day | None


SPONSORS: Final = DatedContent(
    sponsors.SPONSORS, Sponsor, SponsorInput, "There is nobody with this id."
)
MEMBERS: Final = DatedContent(
    committee.COMMITTEE, CommitteeMember, MemberInput, "There is nobody with this id."
)
