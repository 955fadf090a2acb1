"""Tokens for programs: make, list, revoke."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts import tokens
from app.accounts.principal import Principal
from app.accounts.proof import Proof
from app.accounts.scopes import Scope
from app.accounts.tokens import Kind, TokenInfo, TokenInput
from app.admin.auth import Code, Secret
from app.database import ReadTx, WriteTx
from app.errors import Forbidden
from app.http.access import origin_of, require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import management
from app.http.parameters import Parameters
from app.http.problems import problem_answers
from app.http.transactions import Outcome, answer_write
from app.public.envelopes import One, Total

router = management("tokens")

Owner = Annotated[Principal, require_scopes("tokens:own")]


class Token(BaseModel):
    """A token without its secret; `id` is the part of it that is no secret."""

    id: str
    account_id: UUID
    name: str
    kind: Kind
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewToken(Token):
    """With the whole token; shown once, null when this answer is repeated."""

    token: str | None


class Tokens(BaseModel):
    """The newest first."""

    data: list[Token]
    meta: Total


class TokenRequest(TokenInput):
    """A new token; `scopes` are names, or `*` alone. It ends after 90 days unless `expires_at` says
    otherwise. A session shows the `password` again, and a `code` of the second factor."""

    password: Secret | None = None
    code: Code | None = None


class TokenParameters(Parameters):
    """The owner of the listed tokens."""

    of: Literal["me", "everyone"] = "me"


@router.get("/tokens", response_model=Tokens)
def list_tokens(tx: ReadTx, principal: Owner, params: TokenParameters) -> Outcome:
    """My tokens, or everyone's (`users:write`)."""
    account = principal.account_id if params.of == "me" else None
    views = [_view(info) for info in tokens.of_account(tx, principal, account)]
    return Outcome(Tokens(data=views, meta=Total(total=len(views))))


@router.post(
    "/tokens",
    status_code=201,
    response_model=One[NewToken],
    responses=problem_answers(401, 409, 429),
)
async def create_token(
    request: Request, principal: Owner, body: Json[TokenRequest], runtime: RuntimeDep
) -> Response:
    """A token of my own account, with scopes that I have. Within a login it asks for the password,
    and for a code where a second factor is on."""
    now, origin = runtime.clock(), origin_of(request)
    account_id, password, code = principal.account_id, body.password, body.code
    if account_id is None:
        raise Forbidden("no_account", "Only an account can have tokens.")
    proof: Proof | None = None
    if principal.via == "session" and password is not None:
        proof = await runtime.logins.run(
            lambda: runtime.authenticator.prove(principal, password, code, origin)
        )

    def save(tx: WriteTx) -> Outcome:
        issued = tokens.create(tx, principal, account_id, body, now, proof)
        view = _view(issued.info).model_dump()
        return Outcome(
            One[NewToken](data=NewToken(**view, token=issued.token)),
            201,
            location=f"/v1/admin/tokens/{issued.info.id}",
            repeat_body=One[NewToken](data=NewToken(**view, token=None)),
        )

    return await answer_write(request, principal, save)


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(tx: WriteTx, token_id: str, principal: Owner, runtime: RuntimeDep) -> Outcome:
    """End a token at once, and those that it made."""
    now = runtime.clock()
    tokens.revoke(tx, principal, token_id, now)
    return Outcome(status=204)


def _view(info: TokenInfo) -> Token:
    return Token.model_validate(info, from_attributes=True)
