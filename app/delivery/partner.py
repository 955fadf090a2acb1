"""A partner's own pages: who it is here, what it used, its keys."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from app.http.endpoint import EndpointRoute, RuntimeDep, SmallOptionalJson
from app.http.parameters import DIGITS, NoParameters, Parameters
from app.http.partner_access import PartnerKey, PartnerView, documented, private
from app.inputs import Input
from app.partners import keys, registry, usage
from app.partners.keys import LONGEST_OVERLAP, KeyInfo
from app.public.envelopes import One, Total
from app.public.partner import (
    NewPartnerKey,
    PartnerGrants,
    PartnerKeys,
    PartnerKeyView,
    PartnerLimits,
    PartnerSelf,
    PartnerTerms,
    Usage,
)

router = APIRouter(prefix="/v1/partner", tags=["partner"], route_class=EndpointRoute)


class KeyRotation(Input):
    """For how long the old key stays good beside the new one; 0: it ends at once."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP // timedelta(hours=1))] = 24


class UsageParameters(Parameters):
    """How many days."""

    days: Annotated[int, Field(ge=1, le=400), DIGITS] = 30


@router.get("", response_model=One[PartnerSelf], responses=documented())
def read_partner(view: PartnerView, shown: PartnerKey, _params: NoParameters) -> One[PartnerSelf]:
    """Who you are here, on what terms, how fast and how much you may ask."""
    holder = shown.holder(view.tx, view.runtime.clock())
    info = registry.one(view.tx, holder.partner_id)
    mine = next(k for k in keys.of_partner(view.tx, info.id) if k.id == holder.key_id)
    terms = None
    if info.terms is not None and info.terms_updated_at is not None:
        terms = PartnerTerms(text=info.terms, updated_at=info.terms_updated_at)
    told = PartnerSelf(
        name=info.name,
        terms=terms,
        limits=PartnerLimits(
            rate_per_minute=info.rate_per_minute, quota_per_day=info.quota_per_day
        ),
        grants=PartnerGrants(embargo_hours=info.embargo_hours),
        key=_view(mine),
    )
    return One[PartnerSelf](data=told)


@router.get("/usage", response_model=Usage, responses=documented(403))
def read_usage(view: PartnerView, shown: PartnerKey, params: UsageParameters) -> Usage:
    """What you asked for, by day, and what is left of today's quota."""
    now = view.runtime.clock()
    holder = shown.holder(view.tx, now, "usage:read")
    quota = holder.quota_per_day
    return usage.told(view.tx, view.runtime.meter, holder.partner_id, quota, params.days, now)


@router.get("/keys", response_model=PartnerKeys, responses=documented())
def list_keys(view: PartnerView, shown: PartnerKey, _params: NoParameters) -> PartnerKeys:
    """Your keys, without their secrets."""
    holder = shown.holder(view.tx, view.runtime.clock())
    found = [_view(info) for info in keys.of_partner(view.tx, holder.partner_id)]
    return PartnerKeys(data=found, meta=Total(total=len(found)))


@router.post(
    "/keys/rotate",
    status_code=201,
    response_model=One[NewPartnerKey],
    responses=documented(403, 408, 409, 413, 415, 422, status=201),
    openapi_extra={
        "requestBody": {
            "content": {"application/json": {"schema": KeyRotation.model_json_schema()}},
            "required": False,
        }
    },
)
async def rotate_key(
    shown: PartnerKey,
    _params: NoParameters,
    body: SmallOptionalJson[KeyRotation],
    runtime: RuntimeDep,
) -> Response:
    """Another key in place of the one that you show. Ask again if the answer gets lost: until the
    new key is used, it is the same."""

    def run() -> Response:
        now, overlap = runtime.clock(), timedelta(hours=body.overlap_hours)
        with runtime.database.writing() as tx:
            made = keys.rotate(tx, runtime.key(), shown.key, overlap, shown.address, now)
        view = _view(made.info).model_dump()
        return private(One[NewPartnerKey](data=NewPartnerKey(**view, key=made.key)), 201)

    return await runtime.desk.run(run)


def _view(info: KeyInfo) -> PartnerKeyView:
    return PartnerKeyView.model_validate(info, from_attributes=True)
