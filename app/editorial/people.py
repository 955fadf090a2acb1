"""Sponsors and committee members: their dates are intervals, so no job ends them."""

from datetime import date, datetime
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import Field, model_validator

from app.changes import PublishTx
from app.editorial.content import Address, Input, Line, Text
from app.errors import Conflict, NotFound
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


def add_sponsor(tx: PublishTx, sponsor: SponsorInput, sponsor_id: UUID | None = None) -> Sponsor:
    """A new sponsor; `Conflict` when its id is taken."""
    return _add(tx, Sponsor, sponsor, sponsor_id, _validity(sponsor))


def edit_sponsor(tx: PublishTx, sponsor_id: UUID, sponsor: SponsorInput) -> Sponsor:
    """Replace what is said of a sponsor; `NotFound` when there is none."""
    return _edit(tx, Sponsor, sponsor, sponsor_id, _validity(sponsor))


def add_member(
    tx: PublishTx, member: MemberInput, member_id: UUID | None = None
) -> CommitteeMember:
    """A new committee member; `Conflict` when the id is taken."""
    return _add(tx, CommitteeMember, member, member_id, _term(member))


def edit_member(tx: PublishTx, member_id: UUID, member: MemberInput) -> CommitteeMember:
    """Replace what is said of a member; `NotFound` when there is none."""
    return _edit(tx, CommitteeMember, member, member_id, _term(member))


Person = TypeVar("Person", Sponsor, CommitteeMember)
_Interval = tuple[datetime, datetime]


def _add(
    tx: PublishTx,
    table: type[Person],
    said: SponsorInput | MemberInput,
    person_id: UUID | None,
    interval: _Interval,
) -> Person:
    if person_id is not None and tx.session.get(table, person_id) is not None:
        raise Conflict("id_taken", "Somebody else has this id.")
    row = table(
        id=person_id or uuid7(tx.moment),
        **said.model_dump(),
        visible_from=interval[0],
        visible_until=interval[1],
        created_at=tx.moment,
        updated_at=tx.moment,
    )
    tx.session.add(row)
    if _shown(row, tx.moment):
        tx.append(table.__tablename__, row.id, "created")
    return row


def _edit(
    tx: PublishTx,
    table: type[Person],
    said: SponsorInput | MemberInput,
    person_id: UUID,
    interval: _Interval,
) -> Person:
    row = tx.session.get(table, person_id)
    if row is None:
        raise NotFound(f"{table.__tablename__}_not_found", "There is nobody with this id.")
    before = _shown(row, tx.moment)
    for name, value in said.model_dump().items():
        setattr(row, name, value)
    row.visible_from, row.visible_until = interval
    row.updated_at = tx.moment
    if before or _shown(row, tx.moment):
        tx.append(table.__tablename__, row.id, "updated")
    return row


def _shown(row: Sponsor | CommitteeMember, at: datetime) -> bool:
    """Readers see the person; of one who is not there yet, or not any more, they hear nothing."""
    return row.visible_from <= at < row.visible_until


def _validity(sponsor: SponsorInput) -> _Interval:
    return _days(sponsor.valid_from, sponsor.valid_to)


def _term(member: MemberInput) -> _Interval:
    return _days(member.term_from, member.term_to)


def _days(first: date | None, last: date | None) -> _Interval:
    return (start_of(first) if first else LONG_AGO, end_of(last) if last else FOREVER)
