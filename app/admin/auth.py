"""Logging in and out, one's own sessions and password."""

import asyncio
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.accounts import own_account, sessions
from app.accounts.inputs import OwnChange
from app.accounts.own_account import OwnAccount
from app.accounts.principal import Principal, require_session
from app.accounts.revocation import log_out_everywhere
from app.accounts.scopes import Role, Scope
from app.accounts.sessions import NewSession
from app.audit import Via
from app.database import ReadTx, WriteTx
from app.http.access import origin_of, require_scopes
from app.http.bodies import form_of
from app.http.endpoint import Json, RuntimeDep, SmallJson
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
from app.outbox import NoticeKind
from app.public.envelopes import One

router = management("login")

Secret = Annotated[str, Field(max_length=1_000)]
Code = Annotated[str, Field(max_length=40)]


class LoginForm(BaseModel):
    """OAuth 2 password form; `code` is that of a second factor, where one is on."""

    model_config = ConfigDict(extra="ignore")  # clients add fields of their own, as RFC 6749 lets

    username: Annotated[str, Field(max_length=300, description="The account's e-mail")]
    password: Secret
    grant_type: Literal["", "password"] = "password"
    code: Code = ""


class AccessToken(BaseModel):
    """A login as RFC 6749 answers it."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # a word of RFC 6750
    expires_in: Annotated[int, Field(description="Seconds; it ends sooner when it is not used")]


class Me(BaseModel):
    """Who a request comes from and what it may do; `lang`, `timezone` and `notices` are those of
    letters to me. Null stands for those of the site."""

    account_id: UUID | None
    email: str
    name: str
    role: Role
    scopes: list[Scope]
    via: Via
    lang: str | None
    timezone: str | None
    notices: list[NoticeKind]
    has_totp: bool


class Session(BaseModel):
    """An open login of one's own."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    is_current: bool


class Sessions(BaseModel):
    """One's open logins, the newest first."""

    data: list[Session]


class PasswordChange(Input):
    """Another password of one's own."""

    password: Secret
    new_password: Secret


class PasswordReset(Input):
    """A new password by the secret of a reset."""

    secret: Secret
    new_password: Secret


class ResetWish(Input):
    """The e-mail of the account that needs another password."""

    email: Annotated[str, Field(max_length=300)]


class ResetPromise(BaseModel):
    """The same for every e-mail."""

    message: str


_RESET_SECONDS: Final = 0.3
_PROMISE: Final = (
    "If an account has this e-mail, a letter goes to it that tells how to set a new password;"
    " an account gets three such letters in an hour at most."
)


def session_response(session: NewSession, now: datetime) -> AccessToken:
    """The answer to a login; it is the only answer that shows the session's secret."""
    seconds = int((session.expires_at - now).total_seconds())
    return AccessToken(access_token=session.secret, expires_in=seconds)


@router.post("/auth/token", response_model=AccessToken, responses=problem_answers(401, 422, 429))
async def log_in(
    request: Request, body: Annotated[LoginForm, form_of(LoginForm)], runtime: RuntimeDep
) -> Response:
    """Log in; the token goes into `Authorization: Bearer`."""
    origin = origin_of(request)
    session = await runtime.logins.run(
        lambda: runtime.authenticator.login(body.username, body.password, body.code or None, origin)
    )
    token = session_response(session, runtime.clock()).model_dump_json()
    return Response(token, 200, {"Cache-Control": "no-store"}, "application/json")


@router.post("/auth/logout", status_code=204)
def log_out(
    tx: WriteTx, principal: Annotated[Principal, require_scopes()], runtime: RuntimeDep
) -> Outcome:
    """End the session that asks."""
    now = runtime.clock()
    _, current = require_session(principal)
    sessions.end(tx, principal, current, now)
    return Outcome(status=204)


@router.get("/auth/me", response_model=One[Me])
def read_me(tx: ReadTx, principal: Annotated[Principal, require_scopes()]) -> Outcome:
    """Who I am and what I may do."""
    return _me_outcome(principal, own_account.get_own(tx, _account_of(principal)))


@router.patch("/auth/me", response_model=One[Me])
def change_me(
    tx: WriteTx,
    principal: Annotated[Principal, require_scopes()],
    revision: IfMatch,
    body: Json[OwnChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Another name of mine, and what letters I want in which language; in a session only."""
    now = runtime.clock()
    return _me_outcome(principal, own_account.change_own(tx, principal, body, now, revision))


@router.get("/auth/sessions", response_model=Sessions)
def list_sessions(
    tx: ReadTx, principal: Annotated[Principal, require_scopes()], runtime: RuntimeDep
) -> Outcome:
    """My open logins."""
    now = runtime.clock()
    return Outcome(
        Sessions.model_validate({"data": sessions.of_own(tx, principal, now)}, from_attributes=True)
    )


@router.delete("/auth/sessions", status_code=204)
def end_sessions(
    tx: WriteTx, principal: Annotated[Principal, require_scopes()], runtime: RuntimeDep
) -> Outcome:
    """Log out everywhere, here too; my personal tokens and the links that I made end as well."""
    now = runtime.clock()
    log_out_everywhere(tx, principal, now)
    return Outcome(status=204)


@router.delete("/auth/sessions/{session_id}", status_code=204)
def end_session(
    tx: WriteTx,
    session_id: UUID,
    principal: Annotated[Principal, require_scopes()],
    runtime: RuntimeDep,
) -> Outcome:
    """Log out one of my sessions."""
    now = runtime.clock()
    sessions.end(tx, principal, session_id, now)
    return Outcome(status=204)


@router.put("/auth/password", response_model=AccessToken, responses=problem_answers(429))
async def change_password(
    request: Request,
    principal: Annotated[Principal, require_scopes()],
    body: Json[PasswordChange],
    runtime: RuntimeDep,
) -> Response:
    """Another password; every session, personal token and link of mine ends, and a new session is
    given."""
    origin = origin_of(request)
    session = await runtime.logins.run(
        lambda: runtime.authenticator.change_password(
            principal, body.password, body.new_password, origin
        )
    )
    token = session_response(session, runtime.clock()).model_dump_json()
    return Response(token, 200, {"Cache-Control": "no-store"}, "application/json")


@router.post("/auth/reset", status_code=204, responses=problem_answers(401, 429))
async def redeem_reset(
    request: Request, body: SmallJson[PasswordReset], runtime: RuntimeDep
) -> Response:
    """Set a password by the secret of a reset; log in after it."""
    origin = origin_of(request)
    await runtime.logins.run(
        lambda: runtime.authenticator.redeem_reset(body.secret, body.new_password, origin)
    )
    return Response(None, 204, {"Cache-Control": "no-store"})


@router.post("/auth/reset-request", status_code=202, response_model=One[ResetPromise])
async def request_reset(
    request: Request, body: SmallJson[ResetWish], runtime: RuntimeDep
) -> Response:
    """Ask for a letter by which one sets a new password; the answer tells nothing of accounts."""
    origin, is_sent = origin_of(request), runtime.settings.smtp_url is not None
    plan = runtime.logins.run(
        lambda: runtime.authenticator.request_reset(body.email, origin, is_sent=is_sent)
    )
    # As long for every e-mail, so that the time tells nothing either.
    await asyncio.gather(plan, asyncio.sleep(_RESET_SECONDS))
    promise = One[ResetPromise](data=ResetPromise(message=_PROMISE)).model_dump_json()
    return Response(promise, 202, {"Cache-Control": "no-store"}, "application/json")


def _account_of(principal: Principal) -> UUID:
    """The account of a caller over HTTP, who always has one."""
    assert principal.account_id is not None
    return principal.account_id


def _me_outcome(principal: Principal, own: OwnAccount) -> Outcome:
    me = Me(
        account_id=principal.account_id,
        email=principal.email,
        name=own.name,
        role=principal.role,
        scopes=sorted(principal.scopes),
        via=principal.via,
        lang=own.lang,
        timezone=own.timezone,
        notices=list(own.notices),
        has_totp=own.has_totp,
    )
    return Outcome(One[Me](data=me), revision=own.revision)
