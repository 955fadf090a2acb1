"""Sponsors: make, change, order, remove. Their dates decide when the public sees them."""

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
from app.editorial.ordering import PeopleOrder
from app.editorial.people import NewSponsor, SponsorChange
from app.http.access import actor, allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.problems import problem_answers
from app.http.writing import Outcome, published, shown
from app.public.envelopes import One, Total
from app.public.vocabulary import GivenAddress, SponsorKind

router = management("sponsors")

Reader = Annotated[Principal, allowed("articles:read")]
Publisher = Annotated[Principal, allowed("people:write")]


class ManagedSponsor(BaseModel):
    """A sponsor as editors see it; `is_public` says whether its dates hold today."""

    id: UUID
    revision: int
    name: str
    kind: SponsorKind
    url: GivenAddress | None
    logo: GivenAddress | None
    statement: str | None
    valid_from: date | None
    valid_to: date | None
    position: int
    is_public: bool
    created_at: datetime
    updated_at: datetime


class ManagedSponsors(BaseModel):
    """All, past and future ones too, in their order."""

    data: list[ManagedSponsor]
    meta: Total


@router.get("/sponsors", response_model=ManagedSponsors)
async def list_sponsors(request: Request, who: Reader) -> Response:
    """All sponsors, whether or not the public sees them today."""
    clock = request.state.runtime.clock()
    return await shown(request, lambda tx: _all(tx, head(tx).moment(clock)))


@router.post(
    "/sponsors", status_code=201, response_model=One[ManagedSponsor], responses=problem_answers()
)
async def create_sponsor(
    request: Request, who: Publisher, sent: Annotated[NewSponsor, json_of(NewSponsor)]
) -> Response:
    """A new sponsor, the last in the order."""

    def work(tx: PublishTx) -> Outcome:
        made = people.add_sponsor(tx, actor(who), sent)
        return _one(tx, made.id, tx.moment, 201, f"/v1/admin/sponsors/{made.id}")

    return await published(request, who, work)


@router.post("/sponsors/order", response_model=ManagedSponsors)
async def order_sponsors(
    request: Request, who: Publisher, sent: Annotated[PeopleOrder, json_of(PeopleOrder)]
) -> Response:
    """Put all into an order: the ids of all of them, the first first."""

    def work(tx: PublishTx) -> Outcome:
        ordering.order_sponsors(tx, actor(who), sent.ids)
        return _all(tx, tx.moment)

    return await published(request, who, work)


@router.get("/sponsors/{sponsor_id:uuid}", response_model=One[ManagedSponsor])
async def read_sponsor(request: Request, sponsor_id: UUID, who: Reader) -> Response:
    """One sponsor."""
    clock = request.state.runtime.clock()
    return await shown(request, lambda tx: _one(tx, sponsor_id, head(tx).moment(clock)))


@router.patch("/sponsors/{sponsor_id:uuid}", response_model=One[ManagedSponsor])
async def change_sponsor(
    request: Request,
    sponsor_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[SponsorChange, json_of(SponsorChange)],
) -> Response:
    """Change what is said of a sponsor; a field that is left out stays."""

    def work(tx: PublishTx) -> Outcome:
        people.edit_sponsor(tx, actor(who), sponsor_id, sent, revision)
        return _one(tx, sponsor_id, tx.moment)

    return await published(request, who, work)


@router.delete("/sponsors/{sponsor_id:uuid}", status_code=204, response_model=None)
async def remove_sponsor(
    request: Request, sponsor_id: UUID, who: Publisher, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Remove a sponsor, at once and for good."""

    def work(tx: PublishTx) -> Outcome:
        people.remove_sponsor(tx, actor(who), sponsor_id, revision)
        return Outcome(status=204)

    return await published(request, who, work)


def _view(known: overview.KnownSponsor) -> ManagedSponsor:
    return ManagedSponsor.model_validate(known, from_attributes=True)


def _all(tx: ReadTx, now: datetime) -> Outcome:
    found = [_view(known) for known in overview.sponsors(tx, now)]
    return Outcome(ManagedSponsors(data=found, meta=Total(total=len(found))))


def _one(
    tx: ReadTx, sponsor_id: UUID, now: datetime, status: int = 200, location: str | None = None
) -> Outcome:
    known = overview.sponsor(tx, sponsor_id, now)
    return Outcome(One[ManagedSponsor](data=_view(known)), status, known.revision, location)
