"""Sponsors and committee members: their dates are intervals, so no job ends them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from app.changes import PublishTx
from app.editorial.content import Address, Input, Line, Text
from app.kit.clock import FOREVER, LONG_AGO, end_of, start_of
from app.kit.ids import uuid7
from app.models.committee import CommitteeMember
from app.models.sponsor import Sponsor
from app.public.vocabulary import CommitteeGroup, Lang, SponsorKind

Position = Annotated[int, Field(ge=0, le=1_000_000)]


def _ordered(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise ValueError("the last day is before the first")


class SponsorInput(Input):
    """A sponsor; `valid_to` is the last valid day."""

    name: Line
    kind: SponsorKind = "sponsor"
    url: Address | None = None
    logo: Address | None = None
    statement: Text | None = None
    position: Position = 0
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _dates(self) -> "SponsorInput":
        _ordered(self.valid_from, self.valid_to)
        return self


class MemberInput(Input):
    """A committee member; `term_to` is the last day in office."""

    name: Line
    role: Line = "Member"
    group: CommitteeGroup = "committee"
    affiliation: Text | None = None
    biography: dict[Lang, Text] = {}
    position: Position = 0
    term_from: date | None = None
    term_to: date | None = None

    @model_validator(mode="after")
    def _dates(self) -> "MemberInput":
        _ordered(self.term_from, self.term_to)
        return self


def add_sponsor(tx: PublishTx, sponsor: SponsorInput, import_digest: str | None = None) -> UUID:
    """A new sponsor."""
    begins, ends = _interval(sponsor.valid_from, sponsor.valid_to)
    row = Sponsor(
        id=uuid7(tx.moment),
        **sponsor.model_dump(),
        visible_from=begins,
        visible_until=ends,
        import_digest=import_digest,
        created_at=tx.moment,
        updated_at=tx.moment,
    )
    tx.session.add(row)
    tx.append("sponsor", row.id, "created")
    return row.id


def add_member(tx: PublishTx, member: MemberInput, import_digest: str | None = None) -> UUID:
    """A new committee member."""
    begins, ends = _interval(member.term_from, member.term_to)
    row = CommitteeMember(
        id=uuid7(tx.moment),
        **member.model_dump(),
        visible_from=begins,
        visible_until=ends,
        import_digest=import_digest,
        created_at=tx.moment,
        updated_at=tx.moment,
    )
    tx.session.add(row)
    tx.append("committee_member", row.id, "created")
    return row.id


def _interval(first: date | None, last: date | None) -> tuple[datetime, datetime]:
    return (start_of(first) if first else LONG_AGO, end_of(last) if last else FOREVER)
