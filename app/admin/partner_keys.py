"""The keys of one partner: make, list, revoke."""

from typing import Annotated
from uuid import UUID

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.http.access import require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.partners import keys
from app.partners.keys import KeyInfo, KeyInput
from app.public.envelopes import One, Total
from app.public.partner import NewPartnerKey, PartnerKeys, PartnerKeyView

router = management("partners")

Keeper = Annotated[Principal, require_scopes("partners:write")]


@router.get("/partners/{partner_id}/keys", response_model=PartnerKeys)
def list_partner_keys(tx: ReadTx, partner_id: UUID, principal: Keeper) -> Outcome:
    """Its keys without their secrets, those that have ended too."""
    views = [_view(info) for info in keys.of_partner(tx, partner_id)]
    return Outcome(PartnerKeys(data=views, meta=Total(total=len(views))))


@router.post(
    "/partners/{partner_id}/keys",
    status_code=201,
    response_model=One[NewPartnerKey],
    responses=problem_answers(409),
)
def create_partner_key(
    tx: WriteTx, partner_id: UUID, principal: Keeper, body: Json[KeyInput], runtime: RuntimeDep
) -> Outcome:
    """A key, shown this once: hand it to the partner over a safe channel."""
    now = runtime.clock()
    new_key = keys.create(tx, principal, partner_id, body, now)
    view = _view(new_key.info).model_dump()
    return Outcome(
        One[NewPartnerKey](data=NewPartnerKey(**view, key=new_key.key)),
        201,
        location=f"/v1/admin/partners/{partner_id}/keys/{new_key.info.id}",
        repeat_body=One[NewPartnerKey](data=NewPartnerKey(**view, key=None)),
    )


@router.delete("/partners/{partner_id}/keys/{key_id}", status_code=204)
def revoke_partner_key(
    tx: WriteTx, partner_id: UUID, key_id: str, principal: Keeper, runtime: RuntimeDep
) -> Outcome:
    """End a key: at once for embargoed content, within five seconds elsewhere."""
    now = runtime.clock()
    keys.revoke(tx, principal, partner_id, key_id, now)
    return Outcome(status=204)


def _view(info: KeyInfo) -> PartnerKeyView:
    return PartnerKeyView.model_validate(info, from_attributes=True)
