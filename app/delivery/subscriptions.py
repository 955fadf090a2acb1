"""Subscriptions of readers to newsletters."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from app.changes import head
from app.database import ReadTx, WriteTx
from app.http.bodies import documented_body
from app.http.endpoint import RuntimeDep, SmallJson
from app.http.parameters import NoParameters
from app.http.problems import NO_STORE, problem_answers
from app.http.routing import EndpointRoute
from app.http.subscribing import accept_subscription
from app.http.transactions import in_read, in_write
from app.newsletters import readers
from app.newsletters.inputs import SubscriptionChange, SubscriptionInput
from app.newsletters.links import LINK_PATTERN
from app.newsletters.readers import StoredSubscription
from app.public.articles import TagReference
from app.public.envelopes import One
from app.public.newsletters import Subscription, SubscriptionPromise
from app.published.cache import Tags

router = APIRouter(tags=["newsletters"], route_class=EndpointRoute)

PROMISE: Final = (
    "If letters can go to this address, one is on its way. Open it, and press the button on the"
    " page that it leads to."
)
_PRIVATE: Final = {"Cache-Control": "no-store"}
_HEADERS: Final = {"headers": {"Cache-Control": NO_STORE}}

Token = Annotated[str, Path(pattern=LINK_PATTERN)]


@router.post(
    "/v1/subscriptions",
    status_code=202,
    response_model=One[SubscriptionPromise],
    responses={
        **problem_answers(400, 403, 404, 408, 413, 415, 422, 429, 503),
        202: _HEADERS,
    },
    openapi_extra=documented_body(SubscriptionInput),
)
async def subscribe(
    request: Request,
    _params: NoParameters,
    body: SmallJson[SubscriptionInput],
    runtime: RuntimeDep,
) -> Response:
    """Ask for news by e-mail. A letter asks to confirm; the answer is the same for every address.
    Only pages of this site and servers may post here."""
    await accept_subscription(request, runtime, body)
    promise = One[SubscriptionPromise](data=SubscriptionPromise(message=PROMISE))
    return Response(promise.model_dump_json(), 202, _PRIVATE, "application/json")


@router.post(
    "/v1/subscriptions/{token}/confirm",
    status_code=204,
    responses={**problem_answers(400, 404, 410, 429, 503), 204: _HEADERS},
)
async def confirm_subscription(
    token: Token, _params: NoParameters, runtime: RuntimeDep
) -> Response:
    """Confirm a subscription by the token of the letter, once the reader has pressed a button."""
    await in_write(runtime, lambda tx: readers.confirm(tx, runtime.key(), token, runtime.clock()))
    return Response(None, 204, _PRIVATE)


@router.get(
    "/v1/subscriptions/{token}",
    response_model=One[Subscription],
    responses={**problem_answers(400, 404, 429, 503), 200: _HEADERS},
)
async def read_subscription(token: Token, _params: NoParameters, runtime: RuntimeDep) -> Response:
    """All that is stored of the reader whose letter has this token."""

    def read(tx: ReadTx) -> Response:
        tags = runtime.memory.tags(tx, head(tx))
        args = (tx, runtime.key(), tags, token, runtime.clock())
        return _response(readers.read_subscription(*args), tags)

    return await in_read(runtime, read)


@router.patch(
    "/v1/subscriptions/{token}",
    response_model=One[Subscription],
    responses={**problem_answers(400, 404, 408, 413, 415, 422, 429, 503), 200: _HEADERS},
    openapi_extra=documented_body(SubscriptionChange),
)
async def change_subscription(
    token: Token,
    _params: NoParameters,
    body: SmallJson[SubscriptionChange],
    runtime: RuntimeDep,
) -> Response:
    """Change how often, in which language and about what letters come."""

    def change(tx: WriteTx) -> Response:
        tags, key = runtime.memory.tags(tx, head(tx)), runtime.key()
        args = (tx, key, tags, runtime.settings, token, body, runtime.clock())
        return _response(readers.change_subscription(*args), tags)

    return await in_write(runtime, change)


@router.delete(
    "/v1/subscriptions/{token}",
    status_code=204,
    responses={**problem_answers(400, 404, 429, 503), 204: _HEADERS},
)
async def erase_subscription(token: Token, _params: NoParameters, runtime: RuntimeDep) -> Response:
    """Leave, and be forgotten at once."""
    await in_write(runtime, lambda tx: readers.erase(tx, runtime.key(), token, runtime.clock()))
    return Response(None, 204, _PRIVATE)


def _response(subscription: StoredSubscription, tags: Tags) -> Response:
    body = One[Subscription](
        data=Subscription(
            email=subscription.email,
            state=subscription.state,
            rhythm=subscription.rhythm,
            lang=subscription.lang,
            topics=[_reference(tags, tag.id, subscription.lang) for tag in subscription.topics],
            created_at=subscription.created_at,
            confirmed_at=subscription.consented_at,
            consent=subscription.consent,
        )
    )
    return Response(body.model_dump_json(), 200, _PRIVATE, "application/json")


def _reference(tags: Tags, tag_id: UUID, lang: str) -> TagReference:
    return TagReference.model_validate_json(tags.reference(tags.by_id[tag_id], lang))
