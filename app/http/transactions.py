"""One management request: one hop, one transaction, and the answer only after its commit.

The answer's bytes are made inside the transaction. A POST with an `Idempotency-Key` takes effect
once: see `app.idempotency`.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app import idempotency
from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.errors import BadRequest
from app.idempotency import StoredResponse
from app.runtime import Runtime

Result = TypeVar("Result")
Tx = TypeVar("Tx", bound=WriteTx)

_KEY: Final = re.compile("[!-~]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer. A repeated request gets `repeat_body` where `body` shows a secret that the store
    may not hold."""

    body: BaseModel | None = None
    status: int = 200
    revision: int | None = None
    location: str | None = None
    repeat_body: BaseModel | None = None


@dataclass(frozen=True, slots=True)
class _Repeatable:
    """A request with its key, and a digest that tells it from another with the same key."""

    principal: Principal
    key: str
    digest: str


async def in_read(runtime: Runtime, work: Callable[[ReadTx], Result]) -> Result:
    """The result of public work in one snapshot."""

    def run() -> Result:
        with runtime.database.reading() as tx:
            return work(tx)

    return await runtime.reads.run(run)


async def in_write(runtime: Runtime, work: Callable[[WriteTx], Result]) -> Result:
    """The result of public work in a transaction, after its commit."""

    def run() -> Result:
        with runtime.database.writing() as tx:
            return work(tx)

    return await runtime.edits.run(run)


async def answer_read(request: Request, work: Callable[[ReadTx], Outcome]) -> Response:
    """Answer from one snapshot."""
    runtime: Runtime = request.state.runtime

    def run() -> Response:
        with runtime.database.reading() as tx:
            return _response(_to_stored_response(work(tx)))

    return await runtime.edits.run(run)


async def answer_write(
    request: Request, principal: Principal, work: Callable[[WriteTx], Outcome], *, body: bytes = b""
) -> Response:
    """Change data that is not public. `body` stands for a body that was not JSON."""
    runtime: Runtime = request.state.runtime
    return await _run_write(request, principal, runtime.database.writing, work, body)


async def answer_publish(
    request: Request,
    principal: Principal,
    work: Callable[[PublishTx], Outcome],
    *,
    body: bytes = b"",
) -> Response:
    """Change data that may be public, at `tx.moment`."""
    runtime: Runtime = request.state.runtime
    return await _run_write(request, principal, runtime.publishing, work, body)


async def _run_write(
    request: Request,
    principal: Principal,
    begin: Callable[[], AbstractContextManager[Tx]],
    work: Callable[[Tx], Outcome],
    body: bytes,
) -> Response:
    runtime: Runtime = request.state.runtime
    repeatable = _repeatable(request, principal, body)

    def run() -> Response:
        with begin() as tx:
            before = _claim_key(tx, runtime, repeatable)
            if before is not None:
                return _response(before, replayed=True)
            outcome = work(tx)
            response = _to_stored_response(outcome)
            if repeatable is not None and principal.account_id is not None:
                stored = (
                    _to_stored_response(outcome, outcome.repeat_body)
                    if outcome.repeat_body is not None
                    else response
                )
                idempotency.store_response(tx, principal.account_id, repeatable.key, stored)
        return _response(response)

    return await runtime.edits.run(run)


def _claim_key(
    tx: WriteTx, runtime: Runtime, repeatable: _Repeatable | None
) -> StoredResponse | None:
    if repeatable is None or repeatable.principal.account_id is None:
        return None
    return idempotency.claim_key(
        tx, repeatable.principal.account_id, repeatable.key, repeatable.digest, runtime.clock()
    )


def _repeatable(request: Request, principal: Principal, raw_body: bytes) -> _Repeatable | None:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return None
    if not _KEY.fullmatch(key):
        raise BadRequest(
            "invalid_idempotency_key", "An Idempotency-Key has 1 to 200 visible ASCII characters."
        )
    mark = sha256()
    body: bytes = getattr(request.state, "body", raw_body)
    for part in (request.method, str(request.url.path), str(request.url.query)):
        mark.update(part.encode() + b"\0")
    mark.update(request.headers.get("if-match", "").encode() + b"\0" + body)
    # Keyed, because a body may hold a password, which a bare digest would let somebody guess.
    digest = request.state.runtime.key().derive("request", mark.hexdigest()).hex()
    return _Repeatable(principal, key, digest)


def _to_stored_response(outcome: Outcome, body: BaseModel | None = None) -> StoredResponse:
    headers = {}
    if outcome.revision is not None:
        headers["ETag"] = f'"{outcome.revision}"'
    if outcome.location is not None:
        headers["Location"] = outcome.location
    content = body or outcome.body
    return StoredResponse(
        outcome.status, headers, content.model_dump_json() if content is not None else ""
    )


def _response(response: StoredResponse, *, replayed: bool = False) -> Response:
    headers = {"Cache-Control": "no-store", **response.headers}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(
        response.body, response.status, headers, "application/json" if response.body else None
    )
