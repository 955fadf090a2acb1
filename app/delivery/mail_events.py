"""Reports of providers about letters: one signed event for a bounce or a complaint."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from standardwebhooks import Webhook as SharedSecret
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.responses import Response

from app.database import WriteTx
from app.errors import NotFound, Unauthenticated
from app.http.bodies import SMALL, documented_body, parse_json, read
from app.http.endpoint import RuntimeDep
from app.http.parameters import NoParameters
from app.http.problems import NO_STORE, problem_answers
from app.http.routing import EndpointRoute
from app.http.transactions import in_write
from app.inputs import Input
from app.newsletters import bounces
from app.newsletters.addresses import AddressBook
from app.newsletters.bounces import ReportKind
from app.newsletters.inputs import Address
from app.newsletters.links import letter_at
from app.runtime import Runtime

router = APIRouter(tags=["newsletters"], route_class=EndpointRoute)


class MailEvent(Input):
    """What a provider reports: of the letter with a return path, else of an address."""

    type: Annotated[
        Literal["bounce", "soft_bounce", "complaint"],
        Field(description="No such mailbox, one that is full, or a letter that was called spam"),
    ]
    return_path: Annotated[
        Annotated[str, Field(max_length=320)] | None,
        Field(description="The envelope's sender, which names the letter"),
    ] = None
    email: Annotated[Address | None, Field(description="Whom the last letter went to")] = None


_KINDS: Mapping[str, ReportKind] = {
    "bounce": "hard",
    "soft_bounce": "soft",
    "complaint": "complaint",
}


@router.post(
    "/v1/mail/events",
    status_code=204,
    responses={
        **problem_answers(400, 401, 404, 408, 413, 422, 429, 503),
        204: {"headers": {"Cache-Control": NO_STORE}},
    },
    openapi_extra=documented_body(MailEvent),
)
async def report_mail_event(
    request: Request, _params: NoParameters, runtime: RuntimeDep
) -> Response:
    """Report a bounce or a complaint, signed as Standard Webhooks are. A report of what is
    forgotten changes nothing."""
    secret = runtime.settings.mail_events_secret
    if secret is None:
        message = "Nobody reports here; set WILLAY_MAIL_EVENTS_SECRET first."
        raise NotFound("mail_events_off", message)
    body = await read(request, SMALL)
    try:
        SharedSecret(secret.get_secret_value()).verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError) as error:
        message = "The signature does not fit; sign as Standard Webhooks do, within five minutes."
        raise Unauthenticated("signature_invalid", message) from error
    event = parse_json(MailEvent, body)
    now = runtime.clock()
    await in_write(runtime, lambda tx: _record(tx, runtime, event, now))
    return Response(None, 204, {"Cache-Control": "no-store"})


def _record(tx: WriteTx, runtime: Runtime, event: MailEvent, now: datetime) -> None:
    key, kind = runtime.key(), _KINDS[event.type]
    letter = letter_at(key, (event.return_path or "").strip(" <>"))
    if letter is not None and bounces.record_report(tx, letter, kind, now):
        return
    if event.email is not None:
        bounces.record_for_address(tx, AddressBook(key), event.email, kind, now)
