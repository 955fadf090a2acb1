"""The pages of a partner: its rights, its usage and its keys."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from app.http.endpoint import RuntimeDep, SmallOptionalJson
from app.http.parameters import DIGITS, NoParameters, Parameters
from app.http.partner_access import PartnerKey, PartnerView, partner_responses, private_response
from app.http.routing import EndpointRoute
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
    """How the old key ends."""

    overlap_hours: Annotated[
        int,
        Field(
            ge=0,
            le=LONGEST_OVERLAP // timedelta(hours=1),
            description="For how long it stays good beside the new one; 0: it ends at once",
        ),
    ] = 24


class UsageParameters(Parameters):
    """The number of days of a report on usage."""

    days: Annotated[int, Field(ge=1, le=400, description="How far back, from today"), DIGITS] = 30


@router.get("", response_model=One[PartnerSelf], responses=partner_responses())
def read_own_partner(
    view: PartnerView, presented: PartnerKey, _params: NoParameters
) -> One[PartnerSelf]:
    """Who you are here, on what terms, how fast and how much you may ask."""
    holder = presented.holder(view.tx, view.runtime.clock())
    info = registry.get_partner(view.tx, holder.partner_id)
    own_key = next(k for k in keys.of_partner(view.tx, info.id) if k.id == holder.key_id)
    terms = None
    if info.terms is not None and info.terms_updated_at is not None:
        terms = PartnerTerms(text=info.terms, updated_at=info.terms_updated_at)
    partner_self = PartnerSelf(
        name=info.name,
        terms=terms,
        limits=PartnerLimits(
            rate_per_minute=info.rate_per_minute, quota_per_day=info.quota_per_day
        ),
        grants=PartnerGrants(embargo_hours=info.embargo_hours),
        key=_view(own_key),
    )
    return One[PartnerSelf](data=partner_self)


@router.get("/usage", response_model=Usage, responses=partner_responses(403))
def read_own_usage(view: PartnerView, presented: PartnerKey, params: UsageParameters) -> Usage:
    """What you asked for, by day, and what is left of today's quota."""
    now = view.runtime.clock()
    holder = presented.holder(view.tx, now, "usage:read")
    quota = holder.quota_per_day
    return usage.usage_of(view.tx, view.runtime.meter, holder.partner_id, quota, params.days, now)


@router.get("/keys", response_model=PartnerKeys, responses=partner_responses())
def list_own_keys(view: PartnerView, presented: PartnerKey, _params: NoParameters) -> PartnerKeys:
    """Your keys, without their secrets."""
    holder = presented.holder(view.tx, view.runtime.clock())
    views = [_view(info) for info in keys.of_partner(view.tx, holder.partner_id)]
    return PartnerKeys(data=views, meta=Total(total=len(views)))


@router.post(
    "/keys/rotate",
    status_code=201,
    response_model=One[NewPartnerKey],
    responses=partner_responses(403, 408, 409, 413, 415, 422, status=201),
    openapi_extra={
        "requestBody": {
            "content": {"application/json": {"schema": KeyRotation.model_json_schema()}},
            "required": False,
        }
    },
)
async def rotate_own_key(
    presented: PartnerKey,
    _params: NoParameters,
    body: SmallOptionalJson[KeyRotation],
    runtime: RuntimeDep,
) -> Response:
    """Another key in place of the one that you show. Ask again if the answer gets lost: until the
    new key is used, it is the same."""

    def run() -> Response:
        now, overlap = runtime.clock(), timedelta(hours=body.overlap_hours)
        with runtime.database.writing() as tx:
            new_key = keys.rotate(tx, runtime.key(), presented.key, overlap, presented.address, now)
        view = _view(new_key.info).model_dump()
        return private_response(
            One[NewPartnerKey](data=NewPartnerKey(**view, key=new_key.key)), 201
        )

    return await runtime.edits.run(run)


def _view(info: KeyInfo) -> PartnerKeyView:
    return PartnerKeyView.model_validate(info, from_attributes=True)
