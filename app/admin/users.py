"""Accounts: make, change, suspend, reset."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts import users
from app.accounts.ending import log_out_everywhere
from app.accounts.inputs import AccountChange, AccountInput
from app.accounts.principal import Principal
from app.accounts.scopes import Role
from app.accounts.users import AccountInfo
from app.database import ReadTx, WriteTx
from app.editorial.content import Input
from app.http.access import allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, shown
from app.public.envelopes import One, Total

router = management("users")


class Account(BaseModel):
    """An account as admins see it."""

    id: UUID
    email: str
    name: str
    role: Role
    revision: int
    has_password: bool
    has_totp: bool
    suspended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class NewAccount(Account):
    """With the secret by which its owner sets a password at `/v1/admin/auth/reset` within a day;
    shown once, null when this answer is repeated."""

    reset_secret: str | None


class Accounts(BaseModel):
    """Every account, by e-mail."""

    data: list[Account]
    meta: Total


class Reset(Input):
    """`drop_totp` removes a lost second factor too."""

    drop_totp: bool = False


class ResetSecret(BaseModel):
    """Shown once, null when this answer is repeated."""

    reset_secret: str | None


Admin = Annotated[Principal, allowed("users:write")]


@router.get("/users", response_model=Accounts)
async def list_users(request: Request, who: Admin) -> Response:
    """Every account."""

    def work(tx: ReadTx) -> Outcome:
        found = [_view(info) for info in users.everyone(tx, who)]
        return Outcome(Accounts(data=found, meta=Total(total=len(found))))

    return await shown(request, work)


@router.post(
    "/users", status_code=201, response_model=One[NewAccount], responses=problem_answers(409)
)
async def create_user(
    request: Request, who: Admin, sent: Annotated[AccountInput, json_of(AccountInput)]
) -> Response:
    """A new account without a password, and the secret by which its owner sets one."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        made = users.create(tx, who, sent, now)
        secret = users.reset(tx, who, made.id, now)
        view = _view(users.one(tx, who, made.id))

        def body(shown_secret: str | None) -> BaseModel:
            account = NewAccount(**view.model_dump(), reset_secret=shown_secret)
            return One[NewAccount](data=account)

        where = f"/v1/admin/users/{made.id}"
        return Outcome(body(secret), 201, view.revision, where, kept=body(None))

    return await changed(request, who, work)


@router.get("/users/{account_id}", response_model=One[Account])
async def read_user(request: Request, account_id: UUID, who: Admin) -> Response:
    """One account."""
    return await shown(request, lambda tx: _one(users.one(tx, who, account_id)))


@router.patch("/users/{account_id}", response_model=One[Account], responses=problem_answers(409))
async def change_user(
    request: Request,
    account_id: UUID,
    who: Admin,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[AccountChange, json_of(AccountChange)],
) -> Response:
    """Another role or name; acts at once on open sessions and tokens."""
    now = request.state.runtime.clock()
    return await changed(
        request, who, lambda tx: _one(users.change(tx, who, account_id, sent, now, revision))
    )


@router.post(
    "/users/{account_id}/suspend", response_model=One[Account], responses=problem_answers(409)
)
async def suspend_user(
    request: Request, account_id: UUID, who: Admin, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Shut an account out at once: its sessions and personal tokens end."""
    return await _commanded(request, who, account_id, revision, users.suspend)


@router.post(
    "/users/{account_id}/unsuspend", response_model=One[Account], responses=problem_answers(409)
)
async def unsuspend_user(
    request: Request, account_id: UUID, who: Admin, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Let an account in again."""
    return await _commanded(request, who, account_id, revision, users.unsuspend)


@router.post(
    "/users/{account_id}/reset", response_model=One[ResetSecret], responses=problem_answers(409)
)
async def reset_user(
    request: Request, account_id: UUID, who: Admin, sent: Annotated[Reset, json_of(Reset)]
) -> Response:
    """Take a password back; its owner sets another one by the secret."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        secret = users.reset(tx, who, account_id, now, drop_totp=sent.drop_totp)
        return Outcome(
            One[ResetSecret](data=ResetSecret(reset_secret=secret)),
            kept=One[ResetSecret](data=ResetSecret(reset_secret=None)),
        )

    return await changed(request, who, work)


@router.post("/users/{account_id}/logout", status_code=204)
async def log_user_out(request: Request, account_id: UUID, who: Admin) -> Response:
    """End every session of an account."""
    now = request.state.runtime.clock()

    def work(tx: WriteTx) -> Outcome:
        log_out_everywhere(tx, who, now, account_id)
        return Outcome(status=204)

    return await changed(request, who, work)


async def _commanded(
    request: Request,
    who: Principal,
    account_id: UUID,
    revision: int,
    command: Callable[[WriteTx, Principal, UUID, datetime, int], AccountInfo],
) -> Response:
    now = request.state.runtime.clock()
    return await changed(request, who, lambda tx: _one(command(tx, who, account_id, now, revision)))


def _view(info: AccountInfo) -> Account:
    return Account.model_validate(info, from_attributes=True)


def _one(info: AccountInfo) -> Outcome:
    return Outcome(One[Account](data=_view(info)), revision=info.revision)
