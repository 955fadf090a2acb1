"""Webhooks: who is told of changes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.keys import SecretKey
from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.editorial.content import Input
from app.http.access import allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, shown
from app.partners import subscriptions
from app.partners.inputs import PausedReason, Payload, State, WebhookChange, WebhookInput
from app.partners.payloads import Topic
from app.partners.subscriptions import WebhookInfo
from app.partners.targets import Reach, networks
from app.public.envelopes import One, Total
from app.public.vocabulary import Slug
from app.runtime import Runtime

router = management("webhooks")

Owner = Annotated[Principal, allowed("webhooks:write")]


class Webhook(BaseModel):
    """A subscription. `pending` until its target has answered the challenge; `waiting` are
    deliveries to come; the log has become deliveries up to the entry `position`."""

    id: UUID
    name: str
    url: str
    topics: list[Topic]
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
async def list_webhooks(request: Request, who: Owner) -> Response:
    """Every subscription, without its secret."""
    key = _key(request)

    def work(tx: ReadTx) -> Outcome:
        found = [_view(info) for info in subscriptions.everyone(tx, key)]
        return Outcome(Webhooks(data=found, meta=Total(total=len(found))))

    return await shown(request, work)


@router.post(
    "/webhooks", status_code=201, response_model=One[NewWebhook], responses=problem_answers(409)
)
async def create_webhook(
    request: Request, who: Owner, sent: Annotated[WebhookInput, json_of(WebhookInput)]
) -> Response:
    """A new subscription. Its target is sent a challenge, and what happens from now on once it
    has answered that."""
    key, reach, now = _key(request), _reach(request), request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        info, secret = subscriptions.create(tx, who, key, reach, sent, now)
        return _secret(info, secret, 201)

    return await changed(request, who, work)


@router.get("/webhooks/{webhook_id}", response_model=One[Webhook])
async def read_webhook(request: Request, webhook_id: UUID, who: Owner) -> Response:
    """One subscription."""
    key = _key(request)
    return await shown(request, lambda tx: _one(subscriptions.one(tx, key, webhook_id)))


@router.patch("/webhooks/{webhook_id}", response_model=One[Webhook])
async def change_webhook(
    request: Request,
    webhook_id: UUID,
    who: Owner,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[WebhookChange, json_of(WebhookChange)],
) -> Response:
    """Another name, target, choice or payload; another target is verified anew."""
    key, reach, now = _key(request), _reach(request), request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        info = subscriptions.change(tx, who, key, reach, webhook_id, sent, now, revision)
        return _one(info)

    return await changed(request, who, work)


@router.delete("/webhooks/{webhook_id}", status_code=204)
async def delete_webhook(
    request: Request, webhook_id: UUID, who: Owner, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Drop a subscription and the record of what it was sent."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        subscriptions.delete(tx, who, webhook_id, now, revision)
        return Outcome(status=204)

    return await changed(request, who, work)


@router.post("/webhooks/{webhook_id}/rotate", response_model=One[NewWebhook])
async def rotate_webhook(
    request: Request,
    webhook_id: UUID,
    who: Owner,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[Rotation, json_of(Rotation)],
) -> Response:
    """Another secret and key pair."""
    key, now = _key(request), request.state.runtime.clock()
    overlap = timedelta(hours=sent.overlap_hours)

    def work(tx: WriteTx) -> Outcome:
        return _secret(*subscriptions.rotate(tx, who, key, webhook_id, now, revision, overlap), 200)

    return await changed(request, who, work)


@router.post("/webhooks/{webhook_id}/pause", response_model=One[Webhook])
async def pause_webhook(
    request: Request, webhook_id: UUID, who: Owner, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Send nothing until it is resumed."""
    return await _commanded(request, who, webhook_id, revision, subscriptions.pause)


@router.post(
    "/webhooks/{webhook_id}/resume", response_model=One[Webhook], responses=problem_answers(409)
)
async def resume_webhook(
    request: Request, webhook_id: UUID, who: Owner, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Go on where it was paused, with all that happened meanwhile."""
    return await _commanded(request, who, webhook_id, revision, subscriptions.resume)


async def _commanded(
    request: Request,
    who: Principal,
    webhook: UUID,
    revision: int,
    command: Callable[[WriteTx, Principal, SecretKey, UUID, datetime, int], WebhookInfo],
) -> Response:
    key, now = _key(request), request.state.runtime.clock()
    return await changed(
        request, who, lambda tx: _one(command(tx, who, key, webhook, now, revision))
    )


def _key(request: Request) -> SecretKey:
    runtime: Runtime = request.state.runtime
    return runtime.key()


def _reach(request: Request) -> Reach:
    runtime: Runtime = request.state.runtime
    return Reach(networks(runtime.settings.webhook_networks))


def _view(info: WebhookInfo) -> Webhook:
    return Webhook.model_validate(info, from_attributes=True)


def _one(info: WebhookInfo) -> Outcome:
    return Outcome(One[Webhook](data=_view(info)), revision=info.revision)


def _secret(info: WebhookInfo, secret: str, status: int) -> Outcome:
    view = _view(info).model_dump()
    return Outcome(
        One[NewWebhook](data=NewWebhook(**view, secret=secret)),
        status,
        info.revision,
        f"/v1/admin/webhooks/{info.id}" if status == 201 else None,
        kept=One[NewWebhook](data=NewWebhook(**view, secret=None)),
    )
