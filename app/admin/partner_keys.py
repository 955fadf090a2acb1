"""The keys of one partner: make, list, revoke."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.http.access import allowed
from app.http.bodies import json_of
from app.http.management import management
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, shown
from app.partners import keys
from app.partners.keys import KeyInfo, KeyInput
from app.public.envelopes import One, Total
from app.public.partner import NewPartnerKey, PartnerKeys, PartnerKeyView

router = management("partners")

Keeper = Annotated[Principal, allowed("partners:write")]


@router.get("/partners/{partner_id}/keys", response_model=PartnerKeys)
async def list_partner_keys(request: Request, partner_id: UUID, who: Keeper) -> Response:
    """Its keys without their secrets, those that have ended too."""

    def work(tx: ReadTx) -> Outcome:
        found = [_view(info) for info in keys.of_partner(tx, partner_id)]
        return Outcome(PartnerKeys(data=found, meta=Total(total=len(found))))

    return await shown(request, work)


@router.post(
    "/partners/{partner_id}/keys",
    status_code=201,
    response_model=One[NewPartnerKey],
    responses=problem_answers(409),
)
async def create_partner_key(
    request: Request,
    partner_id: UUID,
    who: Keeper,
    sent: Annotated[KeyInput, json_of(KeyInput)],
) -> Response:
    """A key, shown this once: hand it to the partner over a safe channel."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        made = keys.create(tx, who, partner_id, sent, now)
        view = _view(made.info).model_dump()
        return Outcome(
            One[NewPartnerKey](data=NewPartnerKey(**view, key=made.key)),
            201,
            location=f"/v1/admin/partners/{partner_id}/keys/{made.info.id}",
            kept=One[NewPartnerKey](data=NewPartnerKey(**view, key=None)),
        )

    return await changed(request, who, work)


@router.delete("/partners/{partner_id}/keys/{key_id}", status_code=204)
async def revoke_partner_key(
    request: Request, partner_id: UUID, key_id: str, who: Keeper
) -> Response:
    """End a key: at once for embargoed content, within five seconds elsewhere."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        keys.revoke(tx, who, partner_id, key_id, now)
        return Outcome(status=204)

    return await changed(request, who, work)


def _view(info: KeyInfo) -> PartnerKeyView:
    return PartnerKeyView.model_validate(info, from_attributes=True)
