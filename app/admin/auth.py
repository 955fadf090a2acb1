"""Logging in and out, one's own sessions and password."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.accounts import sessions
from app.accounts.ending import log_out_everywhere
from app.accounts.principal import Principal, require_session
from app.accounts.scopes import Role, Scope
from app.accounts.sessions import NewSession
from app.audit import Via
from app.database import WriteTx
from app.editorial.content import Input
from app.http.access import allowed, origin_of
from app.http.bodies import SMALL, form_of, json_of
from app.http.management import management
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, shown
from app.public.envelopes import One
from app.runtime import Runtime

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
    """Who a request comes from and what it may do."""

    account_id: UUID | None
    email: str
    name: str
    role: Role
    scopes: list[Scope]
    via: Via


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


def opened(session: NewSession, now: datetime) -> AccessToken:
    """The answer that shows a session's secret, this once."""
    seconds = int((session.expires_at - now).total_seconds())
    return AccessToken(access_token=session.secret, expires_in=seconds)


@router.post("/auth/token", response_model=AccessToken, responses=problem_answers(401, 422, 429))
async def log_in(request: Request, sent: Annotated[LoginForm, form_of(LoginForm)]) -> Response:
    """Log in; the token goes into `Authorization: Bearer`."""
    runtime: Runtime = request.state.runtime
    origin = origin_of(request)
    session = await runtime.logins.run(
        lambda: runtime.authenticator.login(sent.username, sent.password, sent.code or None, origin)
    )
    body = opened(session, runtime.clock()).model_dump_json()
    return Response(body, 200, {"Cache-Control": "no-store"}, "application/json")


@router.post("/auth/logout", status_code=204)
async def log_out(request: Request, who: Annotated[Principal, allowed()]) -> Response:
    """End the session that asks."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        _, current = require_session(who)
        sessions.end(tx, who, current, now)
        return Outcome(status=204)

    return await changed(request, who, work)


@router.get("/auth/me", response_model=One[Me])
async def read_me(request: Request, who: Annotated[Principal, allowed()]) -> Response:
    """Who I am and what I may do."""
    me = Me(
        account_id=who.account_id,
        email=who.email,
        name=who.name,
        role=who.role,
        scopes=sorted(who.scopes),
        via=who.via,
    )
    return await shown(request, lambda _tx: Outcome(One[Me](data=me)))


@router.get("/auth/sessions", response_model=Sessions)
async def list_sessions(request: Request, who: Annotated[Principal, allowed()]) -> Response:
    """My open logins."""
    now = request.state.runtime.clock()
    return await shown(
        request,
        lambda tx: Outcome(
            Sessions.model_validate({"data": sessions.of_own(tx, who, now)}, from_attributes=True)
        ),
    )


@router.delete("/auth/sessions", status_code=204)
async def end_sessions(request: Request, who: Annotated[Principal, allowed()]) -> Response:
    """Log out everywhere, here too; my personal tokens and the links that I made end as well."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        log_out_everywhere(tx, who, now)
        return Outcome(status=204)

    return await changed(request, who, work)


@router.delete("/auth/sessions/{session_id}", status_code=204)
async def end_session(
    request: Request, session_id: UUID, who: Annotated[Principal, allowed()]
) -> Response:
    """Log out one of my sessions."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        sessions.end(tx, who, session_id, now)
        return Outcome(status=204)

    return await changed(request, who, work)


@router.put("/auth/password", response_model=AccessToken, responses=problem_answers(429))
async def change_password(
    request: Request,
    who: Annotated[Principal, allowed()],
    sent: Annotated[PasswordChange, json_of(PasswordChange)],
) -> Response:
    """Another password; every session, personal token and link of mine ends, and a new session is
    given."""
    runtime: Runtime = request.state.runtime
    origin = origin_of(request)
    session = await runtime.logins.run(
        lambda: runtime.authenticator.change_password(who, sent.password, sent.new_password, origin)
    )
    body = opened(session, runtime.clock()).model_dump_json()
    return Response(body, 200, {"Cache-Control": "no-store"}, "application/json")


@router.post("/auth/reset", status_code=204, responses=problem_answers(401, 429))
async def redeem_reset(
    request: Request, sent: Annotated[PasswordReset, json_of(PasswordReset, most=SMALL)]
) -> Response:
    """Set a password by the secret of a reset; log in after it."""
    runtime: Runtime = request.state.runtime
    origin = origin_of(request)
    await runtime.logins.run(
        lambda: runtime.authenticator.redeem_reset(sent.secret, sent.new_password, origin)
    )
    return Response(None, 204, {"Cache-Control": "no-store"})
