"""Partners with keys: what each may have, on what terms, and how much it asks for."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.http.access import require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import DIGITS, Parameters
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.partners import registry, usage
from app.partners.registry import PartnerChange, PartnerInfo, PartnerInput
from app.public.envelopes import One, Total
from app.public.partner import Usage

router = management("partners")

Keeper = Annotated[Principal, require_scopes("partners:write")]


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
    """The number of days of a report on usage."""

    days: Annotated[int, Field(ge=1, le=400), DIGITS] = 30


@router.get("/partners", response_model=Partners)
def list_partners(tx: ReadTx, principal: Keeper) -> Outcome:
    """Every partner."""
    partners = [_view(info) for info in registry.list_partners(tx)]
    return Outcome(Partners(data=partners, meta=Total(total=len(partners))))


@router.post(
    "/partners", status_code=201, response_model=One[Partner], responses=problem_answers(409)
)
def create_partner(
    tx: WriteTx, principal: Keeper, body: Json[PartnerInput], runtime: RuntimeDep
) -> Outcome:
    """A new partner; give it a key next."""
    now = runtime.clock()
    info = registry.create(tx, principal, body, now)
    return _partner_outcome(info, 201, f"/v1/admin/partners/{info.id}")


@router.get("/partners/{partner_id}", response_model=One[Partner])
def read_partner(tx: ReadTx, partner_id: UUID, principal: Keeper) -> Outcome:
    """One partner."""
    return _partner_outcome(registry.get_partner(tx, partner_id))


@router.patch("/partners/{partner_id}", response_model=One[Partner])
def change_partner(
    tx: WriteTx,
    partner_id: UUID,
    principal: Keeper,
    revision: IfMatch,
    body: Json[PartnerChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Other terms, limits or rights. What shows embargoed content follows at once, limits within
    seconds."""
    now = runtime.clock()
    return _partner_outcome(registry.change(tx, principal, partner_id, body, now, revision))


@router.delete("/partners/{partner_id}", status_code=204)
def delete_partner(
    tx: WriteTx, partner_id: UUID, principal: Keeper, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """End a partner, with its keys and the record of its usage."""
    now = runtime.clock()
    registry.delete(tx, principal, partner_id, now, revision)
    return Outcome(status=204)


@router.post("/partners/{partner_id}/suspend", response_model=One[Partner])
def suspend_partner(
    tx: WriteTx, partner_id: UUID, principal: Keeper, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Refuse all its keys until it is resumed."""
    now = runtime.clock()
    return _partner_outcome(registry.suspend(tx, principal, partner_id, now, revision))


@router.post("/partners/{partner_id}/resume", response_model=One[Partner])
def resume_partner(
    tx: WriteTx, partner_id: UUID, principal: Keeper, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Take its keys again."""
    now = runtime.clock()
    return _partner_outcome(registry.resume(tx, principal, partner_id, now, revision))


@router.get("/partners/{partner_id}/usage", response_model=Usage)
def read_partner_usage(
    tx: ReadTx, partner_id: UUID, principal: Keeper, params: DaysParameters, runtime: RuntimeDep
) -> Outcome:
    """What it asked for, by day; other processes' last seconds are not in it yet."""
    quota = registry.get_partner(tx, partner_id).quota_per_day
    now = runtime.clock()
    return Outcome(usage.usage_of(tx, runtime.meter, partner_id, quota, params.days, now))


def _view(info: PartnerInfo) -> Partner:
    return Partner.model_validate(info, from_attributes=True)


def _partner_outcome(info: PartnerInfo, status: int = 200, location: str | None = None) -> Outcome:
    return Outcome(One[Partner](data=_view(info)), status, info.revision, location)
