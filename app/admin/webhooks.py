"""Webhooks: the subscriptions to changes."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.http.access import require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
from app.partners import subscriptions
from app.partners.inputs import (
    AnyTopic,
    PausedReason,
    Payload,
    State,
    WebhookChange,
    WebhookInput,
)
from app.partners.subscriptions import WebhookInfo
from app.partners.targets import ReachPolicy, parse_networks
from app.public.envelopes import One, Total
from app.public.vocabulary import Slug
from app.runtime import Runtime

router = management("webhooks")

Owner = Annotated[Principal, require_scopes("webhooks:write")]


class Webhook(BaseModel):
    """A subscription. `pending` until its target has answered the challenge; `waiting` are
    deliveries to come; the log has become deliveries up to the entry `position`."""

    id: UUID
    name: str
    url: str
    topics: list[AnyTopic]
    tags: list[Slug]
    payload: Payload
    state: State
    paused_reason: PausedReason | None
    revision: int
    public_key: Annotated[str, Field(description="Verifies the signatures `v1a`")]
    position: int
    waiting: int
    failures: Annotated[int, Field(description="Attempts in a row")]
    failing_since: datetime | None
    retry_at: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


class NewWebhook(Webhook):
    """With the secret that verifies the signatures `v1`; shown once, null when this answer is
    repeated."""

    secret: str | None


class Webhooks(BaseModel):
    """The oldest first."""

    data: list[Webhook]
    meta: Total


class Rotation(Input):
    """For `overlap_hours` messages carry the signatures of the old secret too."""

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


@router.get("/webhooks", response_model=Webhooks)
def list_webhooks(tx: ReadTx, principal: Owner, runtime: RuntimeDep) -> Outcome:
    """Every subscription, without its secret."""
    key = runtime.key()
    webhooks = [_view(info) for info in subscriptions.list_webhooks(tx, key)]
    return Outcome(Webhooks(data=webhooks, meta=Total(total=len(webhooks))))


@router.post(
    "/webhooks", status_code=201, response_model=One[NewWebhook], responses=problem_answers(409)
)
def create_webhook(
    tx: WriteTx, principal: Owner, body: Json[WebhookInput], runtime: RuntimeDep
) -> Outcome:
    """A new subscription. Its target is sent a challenge, and what happens from now on once it
    has answered that."""
    key, reach, now = runtime.key(), _reach(runtime), runtime.clock()
    info, secret = subscriptions.create(tx, principal, key, reach, body, now)
    return _secret_outcome(info, secret, 201)


@router.get("/webhooks/{webhook_id}", response_model=One[Webhook])
def read_webhook(tx: ReadTx, webhook_id: UUID, principal: Owner, runtime: RuntimeDep) -> Outcome:
    """One subscription."""
    key = runtime.key()
    return _webhook_outcome(subscriptions.get_webhook(tx, key, webhook_id))


@router.patch("/webhooks/{webhook_id}", response_model=One[Webhook])
def change_webhook(
    tx: WriteTx,
    webhook_id: UUID,
    principal: Owner,
    revision: IfMatch,
    body: Json[WebhookChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Another name, target, choice or payload; another target is verified anew."""
    key, reach, now = runtime.key(), _reach(runtime), runtime.clock()
    info = subscriptions.change(tx, principal, key, reach, webhook_id, body, now, revision)
    return _webhook_outcome(info)


@router.delete("/webhooks/{webhook_id}", status_code=204)
def delete_webhook(
    tx: WriteTx, webhook_id: UUID, principal: Owner, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Drop a subscription and the record of what it was sent."""
    now = runtime.clock()
    subscriptions.delete(tx, principal, webhook_id, now, revision)
    return Outcome(status=204)


@router.post("/webhooks/{webhook_id}/rotate", response_model=One[NewWebhook])
def rotate_webhook(
    tx: WriteTx,
    webhook_id: UUID,
    principal: Owner,
    revision: IfMatch,
    body: Json[Rotation],
    runtime: RuntimeDep,
) -> Outcome:
    """Another secret and key pair."""
    key, now = runtime.key(), runtime.clock()
    overlap = timedelta(hours=body.overlap_hours)
    return _secret_outcome(
        *subscriptions.rotate(tx, principal, key, webhook_id, now, revision, overlap), 200
    )


@router.post("/webhooks/{webhook_id}/pause", response_model=One[Webhook])
def pause_webhook(
    tx: WriteTx, webhook_id: UUID, principal: Owner, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Send nothing until it is resumed."""
    key, now = runtime.key(), runtime.clock()
    return _webhook_outcome(subscriptions.pause(tx, principal, key, webhook_id, now, revision))


@router.post(
    "/webhooks/{webhook_id}/resume", response_model=One[Webhook], responses=problem_answers(409)
)
def resume_webhook(
    tx: WriteTx, webhook_id: UUID, principal: Owner, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Go on where it was paused, with all that happened meanwhile."""
    key, now = runtime.key(), runtime.clock()
    return _webhook_outcome(subscriptions.resume(tx, principal, key, webhook_id, now, revision))


def _reach(runtime: Runtime) -> ReachPolicy:
    return ReachPolicy(parse_networks(runtime.settings.webhook_networks))


def _view(info: WebhookInfo) -> Webhook:
    return Webhook.model_validate(info, from_attributes=True)


def _webhook_outcome(info: WebhookInfo) -> Outcome:
    return Outcome(One[Webhook](data=_view(info)), revision=info.revision)


def _secret_outcome(info: WebhookInfo, secret: str, status: int) -> Outcome:
    view = _view(info).model_dump()
    return Outcome(
        One[NewWebhook](data=NewWebhook(**view, secret=secret)),
        status,
        info.revision,
        f"/v1/admin/webhooks/{info.id}" if status == 201 else None,
        repeat_body=One[NewWebhook](data=NewWebhook(**view, secret=None)),
    )
