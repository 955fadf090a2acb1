"""Routes for partners: each takes a key, and judges it in the snapshot that it reads.

So a key that is revoked, suspended or has lost a right is refused at once, on every replica.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.responses import Response

from app.database import ReadTx
from app.errors import Forbidden, Unauthenticated
from app.http.access import origin_of
from app.http.contract.references import PARTNER_KEY
from app.http.problems import header, problem_answers
from app.partners import keys
from app.partners.keys import Holder
from app.public.vocabulary import KeyScope
from app.runtime import Runtime

PRIVATE: Final = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}
"""The headers of an answer for one partner."""

PRIVATE_HEADERS: Final = {
    name: header("For this partner alone", f"^{value}$") for name, value in PRIVATE.items()
}

_BEARER: Final = HTTPBearer(
    scheme_name=PARTNER_KEY,
    description="A partner's key. What is public needs none, and takes one for the partner's own "
    "rate and quota.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """The key that a request shows, not judged yet, and the request's address."""

    key: str
    address: str

    def holder(self, tx: ReadTx, now: datetime, scope: KeyScope | None = None) -> Holder:
        """The key's holder; `Unauthenticated`, or `Forbidden` if it lacks the scope."""
        holder = keys.verify_key(tx, self.key, now)
        if scope is not None:
            keys.require(holder, scope)
        return holder

    def horizon(self, tx: ReadTx, now: datetime) -> datetime:
        """The time until which the holder may see scheduled content; `Forbidden` without that
        right."""
        holder = self.holder(tx, now, "embargo:read")
        if holder.embargo_hours == 0:
            raise Forbidden(
                "embargo_not_granted", "You may not see embargoed content; ask the publisher."
            )
        return now + timedelta(hours=holder.embargo_hours)


def partner_responses(*statuses: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route for partners."""
    answers = problem_answers(400, 401, 429, 503, *statuses)
    return {**answers, status: {"headers": PRIVATE_HEADERS}}


async def _presented_key(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> PresentedKey:
    if bearer is None:
        raise Unauthenticated("key_required", "Send `Authorization: Bearer` with a partner's key.")
    return PresentedKey(bearer.credentials, origin_of(request).plain_address)


PartnerKey = Annotated[PresentedKey, Depends(_presented_key)]
"""The key that a request must show: `shown: PartnerKey`."""


@dataclass(frozen=True, slots=True)
class PartnerView:
    """The snapshot from which a partner's own page is read, and in which its key is judged."""

    tx: ReadTx
    runtime: Runtime


async def answer_partner(
    request: Request, work: Callable[[PartnerView], BaseModel], *, slow: bool = False
) -> Response:
    """Answer one partner from one snapshot."""
    runtime: Runtime = request.state.runtime

    def run() -> Response:
        with runtime.database.reading() as tx:
            return private_response(work(PartnerView(tx, runtime)))

    return await (runtime.counts if slow else runtime.reads).run(run)


def private_response(body: BaseModel, status: int = 200) -> Response:
    """An answer for one partner alone."""
    return Response(body.model_dump_json(), status, PRIVATE, "application/json")
