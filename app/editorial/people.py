"""Sponsors and committee members: their dates are intervals, so no job ends them.

Who is removed stays as a row that nothing shows, so that an import does not bring them back.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field, ValidationInfo, field_validator
from sqlmodel import col

from app.audit import SubjectKind
from app.changes import PublishTx
from app.editorial.changing import record
from app.editorial.content import Actor, Address, Line, Text
from app.errors import Conflict, Detail, Invalid, NotFound
from app.inputs import Change, Input, partial
from app.kit.clock import FOREVER, LONG_AGO, end_of, start_of
from app.kit.ids import uuid7
from app.models.committee import CommitteeMember
from app.models.sponsor import Sponsor
from app.public.vocabulary import CommitteeGroup, Day, Lang, SponsorKind
from app.revisions import refuse_stale

Position = Annotated[int, Field(ge=0, le=1_000_000)]
Biography = Annotated[dict[Lang, Text], Field(max_length=50)]


def _not_before(first: str, last: date | None, info: ValidationInfo) -> date | None:
    """The last day, unless it is before the first, which the field of that name has."""
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
    def _ordered(cls, last: date | None, info: ValidationInfo) -> date | None:
        return _not_before("valid_from", last, info)


class SponsorInput(NewSponsor):
    """A sponsor with a place among the others, as the interchange format has it."""

    position: Position = 0


@partial
class SponsorChange(Change):
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
    def _ordered(cls, last: date | None, info: ValidationInfo) -> date | None:
        return _not_before("term_from", last, info)


class MemberInput(NewMember):
    """A member with a place among the others, as the interchange format has it."""

    position: Position = 0


@partial
class MemberChange(Change):
    """What to change of a committee member."""

    name: Line
    role: Line
    group: CommitteeGroup
    affiliation: Text | None
    biography: Annotated[dict[Lang, Text | None], Field(max_length=50)] | None
    term_from: Day | None
    term_to: Day | None


Person = TypeVar("Person", Sponsor, CommitteeMember)
KINDS: Final[Mapping[type[Any], SubjectKind]] = {
    Sponsor: "sponsor",
    CommitteeMember: "committee_member",
}
_DATES: Final[Mapping[type[Any], tuple[str, str]]] = {
    Sponsor: ("valid_from", "valid_to"),
    CommitteeMember: ("term_from", "term_to"),
}
_FIELDS: Final[Mapping[type[Any], tuple[str, ...]]] = {
    Sponsor: tuple(SponsorInput.model_fields),
    CommitteeMember: tuple(MemberInput.model_fields),
}


def add_sponsor(
    tx: PublishTx, actor: Actor, sponsor: NewSponsor, sponsor_id: UUID | None = None
) -> Sponsor:
    """A new sponsor, revision 1; `Conflict` when the id is taken."""
    return _add(tx, actor, Sponsor, sponsor, sponsor_id)


def add_member(
    tx: PublishTx, actor: Actor, member: NewMember, member_id: UUID | None = None
) -> CommitteeMember:
    """A new committee member, revision 1; `Conflict` when the id is taken."""
    return _add(tx, actor, CommitteeMember, member, member_id)


def edit_sponsor(
    tx: PublishTx,
    actor: Actor,
    sponsor_id: UUID,
    said: SponsorInput | SponsorChange,
    revision: int | None = None,
) -> Sponsor:
    """Say something else of a sponsor: all of it, or what a change gives. `NotFound`; `Stale`
    unless still at `revision`; `Invalid` when the dates would be reversed."""
    return _edit(tx, actor, Sponsor, said, sponsor_id, revision)


def edit_member(
    tx: PublishTx,
    actor: Actor,
    member_id: UUID,
    said: MemberInput | MemberChange,
    revision: int | None = None,
) -> CommitteeMember:
    """As `edit_sponsor`."""
    return _edit(tx, actor, CommitteeMember, said, member_id, revision)


def remove_sponsor(tx: PublishTx, actor: Actor, sponsor_id: UUID, revision: int | None) -> None:
    """Take a sponsor away, at once and for good. `NotFound`; `Stale` unless at `revision`."""
    _remove(tx, actor, Sponsor, sponsor_id, revision)


def remove_member(tx: PublishTx, actor: Actor, member_id: UUID, revision: int | None) -> None:
    """As `remove_sponsor`."""
    _remove(tx, actor, CommitteeMember, member_id, revision)


def held(tx: PublishTx, table: type[Person], person_id: UUID, revision: int | None) -> Person:
    """The sponsor or member; `NotFound`, or `Stale` unless at `revision`."""
    row = tx.locked(table, person_id)
    if row is None or row.removed_at is not None:
        raise NotFound(f"{table.__tablename__}_not_found", "There is nobody with this id.")
    refuse_stale(tx, KINDS[table], row, revision)
    return row


def state(row: Sponsor | CommitteeMember) -> dict[str, Any]:
    """What is said of somebody: the fields of `SponsorInput` or `MemberInput`."""
    return {name: getattr(row, name) for name in _FIELDS[type(row)]}


def _add(
    tx: PublishTx,
    actor: Actor,
    table: type[Person],
    said: NewSponsor | NewMember,
    person_id: UUID | None,
) -> Person:
    if person_id is not None and tx.session.get(table, person_id) is not None:
        raise Conflict("id_taken", "Somebody else has this id, or had it.")
    fields = said.model_dump()
    if "position" not in fields:
        last = tx.execute(sa.select(sa.func.max(col(table.position)))).scalar()
        fields["position"] = 0 if last is None else min(last + 1, 1_000_000)
    begins, ends = _interval(table, fields)
    row = table(
        id=person_id or uuid7(tx.moment),
        **fields,
        visible_from=begins,
        visible_until=ends,
        created_at=tx.moment,
        updated_at=tx.moment,
    )
    tx.session.add(row)
    if _shown(row, tx.moment):
        tx.append(KINDS[table], row.id, "created")
    record(tx, actor, f"{KINDS[table]}.created", KINDS[table], row.id, after=state(row))
    return row


def _edit(
    tx: PublishTx,
    actor: Actor,
    table: type[Person],
    said: SponsorInput | MemberInput | Change,
    person_id: UUID,
    revision: int | None,
) -> Person:
    row = held(tx, table, person_id, revision)
    before = state(row)
    after = said.over(before) if isinstance(said, Change) else {**before, **said.model_dump()}
    if after == before:
        return row
    shown = _shown(row, tx.moment)
    row.visible_from, row.visible_until = _interval(table, after)
    for name, value in after.items():
        setattr(row, name, value)
    row.revision += 1
    row.updated_at = tx.moment
    if shown or _shown(row, tx.moment):
        tx.append(KINDS[table], row.id, "updated")
    record(tx, actor, f"{KINDS[table]}.changed", KINDS[table], row.id, before=before, after=after)
    return row


def _remove(
    tx: PublishTx, actor: Actor, table: type[Person], person_id: UUID, revision: int | None
) -> None:
    row = held(tx, table, person_id, revision)
    before, shown = state(row), _shown(row, tx.moment)
    row.removed_at = row.updated_at = tx.moment
    row.visible_until = min(row.visible_until, tx.moment)
    row.visible_from = min(row.visible_from, row.visible_until)
    row.revision += 1
    if shown:
        tx.append(KINDS[table], row.id, "removed")
    record(tx, actor, f"{KINDS[table]}.removed", KINDS[table], row.id, before=before)


def _shown(row: Sponsor | CommitteeMember, at: datetime) -> bool:
    """Readers see the person; of one who is not there yet, or not any more, they hear nothing."""
    return row.visible_from <= at < row.visible_until


def _interval(table: type[Any], fields: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """When somebody is shown. `Invalid` when the last day would be before the first."""
    begins, ends = _DATES[table]
    first: date | None = fields[begins]
    last: date | None = fields[ends]
    if first is not None and last is not None and last < first:
        said = f"{ends} is before {begins}; change one of them."
        raise Invalid("reversed_range", said, (Detail("reversed_range", said, f"/{ends}"),))
    return (start_of(first) if first else LONG_AGO, end_of(last) if last else FOREVER)
