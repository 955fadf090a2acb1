"""One's own second factor: enrol, confirm, disable, new recovery codes."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts import second_factor
from app.accounts.principal import Principal
from app.accounts.proof import Proof
from app.admin.auth import Code, Secret
from app.database import WriteTx
from app.http.access import origin_of, require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import management
from app.http.problems import problem_answers
from app.http.transactions import Outcome, answer_write
from app.inputs import Input
from app.public.envelopes import One
from app.runtime import Runtime

router = management("login")

_MAY = problem_answers(401, 403, 409, 429)


class PasswordShown(Input):
    """A fresh proof: the password, and a code where a second factor is on."""

    password: Secret
    code: Code | None = None


class CodeShown(Input):
    """A first code of an authenticator app."""

    code: Code


class Enrolment(BaseModel):
    """For an authenticator app, shown once: null when this answer is repeated. `uri` goes into a
    QR code."""

    secret: str | None
    uri: str | None


class RecoveryCodes(BaseModel):
    """Each works once, and they are shown once: none when this answer is repeated."""

    recovery_codes: list[str]


@router.post("/auth/totp", response_model=One[Enrolment], responses=_MAY)
async def enrol_second_factor(
    request: Request,
    principal: Annotated[Principal, require_scopes()],
    body: Json[PasswordShown],
    runtime: RuntimeDep,
) -> Response:
    """Begin with a second factor; it is on when a first code has confirmed it."""
    proof = await _proof(request, runtime, principal, body)

    def change(tx: WriteTx) -> Outcome:
        enrolment = second_factor.enrol(
            tx, proof, runtime.key(), runtime.clock(), runtime.settings.site_name
        )
        return Outcome(
            One[Enrolment](data=Enrolment(secret=enrolment.secret, uri=enrolment.uri)),
            repeat_body=One[Enrolment](data=Enrolment(secret=None, uri=None)),
        )

    return await answer_write(request, principal, change)


@router.post("/auth/totp/confirm", response_model=One[RecoveryCodes], responses=_MAY)
def confirm_second_factor(
    tx: WriteTx,
    principal: Annotated[Principal, require_scopes()],
    body: Json[CodeShown],
    runtime: RuntimeDep,
) -> Outcome:
    """Turn it on; other sessions end. Keep the recovery codes."""
    return _codes(second_factor.confirm(tx, principal, body.code, runtime.key(), runtime.clock()))


@router.post("/auth/totp/recovery-codes", response_model=One[RecoveryCodes], responses=_MAY)
async def renew_recovery_codes(
    request: Request,
    principal: Annotated[Principal, require_scopes()],
    body: Json[PasswordShown],
    runtime: RuntimeDep,
) -> Response:
    """New recovery codes in place of the old ones; needs a code."""
    proof = await _proof(request, runtime, principal, body)
    now = runtime.clock()
    return await answer_write(
        request, principal, lambda tx: _codes(second_factor.renew_codes(tx, proof, now))
    )


@router.post("/auth/totp/disable", status_code=204, responses=_MAY)
async def disable_second_factor(
    request: Request,
    principal: Annotated[Principal, require_scopes()],
    body: Json[PasswordShown],
    runtime: RuntimeDep,
) -> Response:
    """Turn it off; needs a code."""
    proof = await _proof(request, runtime, principal, body)
    now = runtime.clock()

    def change(tx: WriteTx) -> Outcome:
        second_factor.disable(tx, proof, now)
        return Outcome(status=204)

    return await answer_write(request, principal, change)


async def _proof(
    request: Request, runtime: Runtime, principal: Principal, password_shown: PasswordShown
) -> Proof:
    origin = origin_of(request)
    return await runtime.logins.run(
        lambda: runtime.authenticator.prove(
            principal, password_shown.password, password_shown.code, origin
        )
    )


def _codes(codes: list[str]) -> Outcome:
    return Outcome(
        One[RecoveryCodes](data=RecoveryCodes(recovery_codes=codes)),
        repeat_body=One[RecoveryCodes](data=RecoveryCodes(recovery_codes=[])),
    )
