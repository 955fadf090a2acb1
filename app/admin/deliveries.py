"""The deliveries of webhooks and their results; trial messages and replays."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.http.access import require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import management
from app.http.parameters import Limit, Parameters, links_onward
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
from app.partners import delivery_log
from app.partners.delivery_log import DeliveryInfo, DeliveryState
from app.public.envelopes import Links, One, PageMeta
from app.public.vocabulary import Moment

router = management("webhooks")

Owner = Annotated[Principal, require_scopes("webhooks:write")]


class Replay(Input):
    """One of: a delivery; everything `after` an entry of the log; everything `since` an instant."""

    delivery: Annotated[UUID | None, Field(strict=False)] = None
    after: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None
    since: Moment | None = None

    @model_validator(mode="after")
    def _require_one_source(self) -> Self:
        if sum(value is not None for value in (self.delivery, self.after, self.since)) != 1:
            raise ValueError("name a delivery, or where to begin: one of them")
        return self


class Attempt(BaseModel):
    """A try: the `status` that was answered, or the `problem` in its way."""

    number: int
    at: datetime
    milliseconds: int
    status: int | None
    problem: str | None
    answer: Annotated[str | None, Field(description="How the answer began")]


class Delivery(BaseModel):
    """What was to be told. `superseded` when there was something newer to tell of the same."""

    id: UUID
    event_id: str
    topic: str
    sequence: int | None
    state: DeliveryState
    created_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None
    attempts: list[Attempt]


class Deliveries(BaseModel):
    """The newest first."""

    data: list[Delivery]
    meta: PageMeta
    links: Links


class Replayed(BaseModel):
    """The delivery that was made, or the entry after which all is told again."""

    delivery: Delivery | None
    after: int | None


class DeliveryParameters(Parameters):
    """The parameters of the list of deliveries."""

    state: Literal["", "pending", "delivered", "superseded", "failed"] = ""
    cursor: Annotated[str, Field(max_length=200)] = ""
    limit: Limit = 20


@router.post(
    "/webhooks/{webhook_id}/test", response_model=One[Delivery], responses=problem_answers(409)
)
def try_webhook(tx: WriteTx, webhook_id: UUID, principal: Owner, runtime: RuntimeDep) -> Outcome:
    """Send a message that says nothing; its delivery tells what came of it."""
    now = runtime.clock()
    return Outcome(
        One[Delivery](data=_delivery(delivery_log.send_test(tx, principal, webhook_id, now)))
    )


@router.post(
    "/webhooks/{webhook_id}/replay", response_model=One[Replayed], responses=problem_answers(409)
)
def replay_webhook(
    tx: WriteTx, webhook_id: UUID, principal: Owner, body: Json[Replay], runtime: RuntimeDep
) -> Outcome:
    """Tell one thing again, or everything from a point; as it stands now."""
    now = runtime.clock()
    if body.delivery is not None:
        delivery = _delivery(
            delivery_log.replay_delivery(tx, principal, webhook_id, body.delivery, now)
        )
        return Outcome(One[Replayed](data=Replayed(delivery=delivery, after=None)))
    since = body.since if body.since is not None else body.after or 0
    after = delivery_log.replay_from(tx, principal, webhook_id, now, since)
    return Outcome(One[Replayed](data=Replayed(delivery=None, after=after)))


@router.get("/webhooks/{webhook_id}/deliveries", response_model=Deliveries)
def list_deliveries(
    tx: ReadTx, webhook_id: UUID, principal: Owner, params: DeliveryParameters, runtime: RuntimeDep
) -> Outcome:
    """What was sent, challenges included, and how it went; kept for 30 days."""
    base = f"{runtime.settings.public_url}/v1/admin/webhooks/{webhook_id}/deliveries"
    page = delivery_log.list_deliveries(
        tx, webhook_id, params.state or None, params.cursor or None, params.limit
    )
    links = links_onward(base, params, page.next)
    data = [_delivery(info) for info in page.deliveries]
    return Outcome(Deliveries(data=data, meta=PageMeta(limit=params.limit), links=links))


def _delivery(info: DeliveryInfo) -> Delivery:
    return Delivery.model_validate(info, from_attributes=True)
