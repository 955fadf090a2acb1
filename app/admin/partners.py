"""Partners with keys: what each may have, on what terms, and how much it asks for."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.http.access import allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.parameters import DIGITS, Parameters
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, shown
from app.partners import registry, usage
from app.partners.registry import PartnerChange, PartnerInfo, PartnerInput
from app.public.envelopes import One, Total
from app.public.partner import Usage
from app.runtime import Runtime

router = management("partners")

Keeper = Annotated[Principal, allowed("partners:write")]


class Partner(BaseModel):
    """An organisation with keys. Without `quota_per_day` there is none; `embargo_hours` is how far
    ahead it sees what is scheduled, 0: not at all."""

    id: UUID
    name: str
    contact_email: str | None
    terms: str | None = Field(description="Markdown, shown to the partner")
    terms_updated_at: datetime | None
    rate_per_minute: int
    quota_per_day: int | None
    embargo_hours: int
    suspended_at: datetime | None
    revision: int
    created_at: datetime
    updated_at: datetime


class Partners(BaseModel):
    """By name."""

    data: list[Partner]
    meta: Total


class DaysParameters(Parameters):
    """How many days."""

    days: Annotated[int, Field(ge=1, le=400), DIGITS] = 30


@router.get("/partners", response_model=Partners)
async def list_partners(request: Request, who: Keeper) -> Response:
    """Every partner."""

    def work(tx: ReadTx) -> Outcome:
        found = [_view(info) for info in registry.everyone(tx)]
        return Outcome(Partners(data=found, meta=Total(total=len(found))))

    return await shown(request, work)


@router.post(
    "/partners", status_code=201, response_model=One[Partner], responses=problem_answers(409)
)
async def create_partner(
    request: Request, who: Keeper, sent: Annotated[PartnerInput, json_of(PartnerInput)]
) -> Response:
    """A new partner; give it a key next."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        info = registry.create(tx, who, sent, now)
        return _one(info, 201, f"/v1/admin/partners/{info.id}")

    return await changed(request, who, work)


@router.get("/partners/{partner_id}", response_model=One[Partner])
async def read_partner(request: Request, partner_id: UUID, who: Keeper) -> Response:
    """One partner."""
    return await shown(request, lambda tx: _one(registry.one(tx, partner_id)))


@router.patch("/partners/{partner_id}", response_model=One[Partner])
async def change_partner(
    request: Request,
    partner_id: UUID,
    who: Keeper,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[PartnerChange, json_of(PartnerChange)],
) -> Response:
    """Other terms, limits or rights. What shows embargoed content follows at once, limits within
    seconds."""
    now = request.state.runtime.clock()
    return await changed(
        request,
        who,
        lambda tx: _one(registry.change(tx, who, partner_id, sent, now, revision)),
    )


@router.delete("/partners/{partner_id}", status_code=204)
async def delete_partner(
    request: Request, partner_id: UUID, who: Keeper, revision: Annotated[int, IF_MATCH]
) -> Response:
    """End a partner, with its keys and the record of its usage."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        registry.delete(tx, who, partner_id, now, revision)
        return Outcome(status=204)

    return await changed(request, who, work)


@router.post("/partners/{partner_id}/suspend", response_model=One[Partner])
async def suspend_partner(
    request: Request, partner_id: UUID, who: Keeper, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Refuse all its keys until it is resumed."""
    return await _commanded(request, who, partner_id, revision, registry.suspend)


@router.post("/partners/{partner_id}/resume", response_model=One[Partner])
async def resume_partner(
    request: Request, partner_id: UUID, who: Keeper, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Take its keys again."""
    return await _commanded(request, who, partner_id, revision, registry.resume)


@router.get("/partners/{partner_id}/usage", response_model=Usage)
async def read_partner_usage(
    request: Request,
    partner_id: UUID,
    who: Keeper,
    asked: Annotated[DaysParameters, Query()],
) -> Response:
    """What it asked for, by day; other processes' last seconds are not in it yet."""
    runtime: Runtime = request.state.runtime

    def work(tx: ReadTx) -> Outcome:
        quota = registry.one(tx, partner_id).quota_per_day
        now = runtime.clock()
        return Outcome(usage.told(tx, runtime.meter, partner_id, quota, asked.days, now))

    return await shown(request, work)


async def _commanded(
    request: Request,
    who: Principal,
    partner: UUID,
    revision: int,
    command: Callable[[WriteTx, Principal, UUID, datetime, int], PartnerInfo],
) -> Response:
    now = request.state.runtime.clock()
    return await changed(request, who, lambda tx: _one(command(tx, who, partner, now, revision)))


def _view(info: PartnerInfo) -> Partner:
    return Partner.model_validate(info, from_attributes=True)


def _one(info: PartnerInfo, status: int = 200, location: str | None = None) -> Outcome:
    return Outcome(One[Partner](data=_view(info)), status, info.revision, location)
