"""Committee members: make, change, order, remove. Their dates decide when the public sees them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts.principal import Principal
from app.changes import PublishTx, head
from app.database import ReadTx
from app.editorial import ordering, overview, people
from app.editorial.changing import check_languages
from app.editorial.ordering import PeopleOrder
from app.editorial.people import MemberChange, NewMember
from app.http.access import actor, allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.problems import problem_answers
from app.http.writing import Outcome, published, shown
from app.public.envelopes import One, Total
from app.public.vocabulary import CommitteeGroup, Lang

router = management("committee")

Reader = Annotated[Principal, allowed("articles:read")]
Publisher = Annotated[Principal, allowed("people:write")]


class ManagedMember(BaseModel):
    """A member as editors see it; `is_public` says whether its dates hold today."""

    id: UUID
    revision: int
    name: str
    role: str
    group: CommitteeGroup
    affiliation: str | None
    biography: dict[Lang, str]
    term_from: date | None
    term_to: date | None
    position: int
    is_public: bool
    created_at: datetime
    updated_at: datetime


class ManagedMembers(BaseModel):
    """All, past and future ones too, in their order."""

    data: list[ManagedMember]
    meta: Total


@router.get("/committee", response_model=ManagedMembers)
async def list_members(request: Request, who: Reader) -> Response:
    """All members, whether or not the public sees them today."""
    clock = request.state.runtime.clock()
    return await shown(request, lambda tx: _all(tx, head(tx).moment(clock)))


@router.post(
    "/committee", status_code=201, response_model=One[ManagedMember], responses=problem_answers()
)
async def create_member(
    request: Request, who: Publisher, sent: Annotated[NewMember, json_of(NewMember)]
) -> Response:
    """A new member, the last in the order."""
    check_languages(request.state.runtime.house, biography=sent.biography)

    def work(tx: PublishTx) -> Outcome:
        made = people.add_member(tx, actor(who), sent)
        return _one(tx, made.id, tx.moment, 201, f"/v1/admin/committee/{made.id}")

    return await published(request, who, work)


@router.post("/committee/order", response_model=ManagedMembers)
async def order_members(
    request: Request, who: Publisher, sent: Annotated[PeopleOrder, json_of(PeopleOrder)]
) -> Response:
    """Put all into an order: the ids of all of them, the first first."""

    def work(tx: PublishTx) -> Outcome:
        ordering.order_members(tx, actor(who), sent.ids)
        return _all(tx, tx.moment)

    return await published(request, who, work)


@router.get("/committee/{member_id:uuid}", response_model=One[ManagedMember])
async def read_member(request: Request, member_id: UUID, who: Reader) -> Response:
    """One member."""
    clock = request.state.runtime.clock()
    return await shown(request, lambda tx: _one(tx, member_id, head(tx).moment(clock)))


@router.patch("/committee/{member_id:uuid}", response_model=One[ManagedMember])
async def change_member(
    request: Request,
    member_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[MemberChange, json_of(MemberChange)],
) -> Response:
    """Change what is said of a member; a field that is left out stays."""
    check_languages(request.state.runtime.house, biography=sent.biography)

    def work(tx: PublishTx) -> Outcome:
        people.edit_member(tx, actor(who), member_id, sent, revision)
        return _one(tx, member_id, tx.moment)

    return await published(request, who, work)


@router.delete("/committee/{member_id:uuid}", status_code=204, response_model=None)
async def remove_member(
    request: Request, member_id: UUID, who: Publisher, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Remove a member, at once and for good."""

    def work(tx: PublishTx) -> Outcome:
        people.remove_member(tx, actor(who), member_id, revision)
        return Outcome(status=204)

    return await published(request, who, work)


def _view(known: overview.KnownMember) -> ManagedMember:
    return ManagedMember.model_validate(known, from_attributes=True)


def _all(tx: ReadTx, now: datetime) -> Outcome:
    found = [_view(known) for known in overview.members(tx, now)]
    return Outcome(ManagedMembers(data=found, meta=Total(total=len(found))))


def _one(
    tx: ReadTx, member_id: UUID, now: datetime, status: int = 200, location: str | None = None
) -> Outcome:
    known = overview.member(tx, member_id, now)
    return Outcome(One[ManagedMember](data=_view(known)), status, known.revision, location)
