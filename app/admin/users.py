"""Accounts: make, change, suspend, reset."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from app.accounts import users
from app.accounts.inputs import AccountChange, AccountInput
from app.accounts.principal import Principal
from app.accounts.revocation import log_out_everywhere
from app.accounts.scopes import Role
from app.accounts.users import AccountInfo
from app.database import ReadTx, WriteTx
from app.http.access import require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
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


Admin = Annotated[Principal, require_scopes("users:write")]


@router.get("/users", response_model=Accounts)
def list_users(tx: ReadTx, principal: Admin) -> Outcome:
    """Every account."""
    accounts = [_view(info) for info in users.list_accounts(tx, principal)]
    return Outcome(Accounts(data=accounts, meta=Total(total=len(accounts))))


@router.post(
    "/users", status_code=201, response_model=One[NewAccount], responses=problem_answers(409)
)
def create_user(
    tx: WriteTx, principal: Admin, body: Json[AccountInput], runtime: RuntimeDep
) -> Outcome:
    """A new account without a password, and the secret by which its owner sets one."""
    now = runtime.clock()
    new_account = users.create(tx, principal, body, now)
    secret = users.reset(tx, principal, new_account.id, now)
    view = _view(users.get_account(tx, principal, new_account.id))

    def answer(shown_secret: str | None) -> BaseModel:
        account = NewAccount(**view.model_dump(), reset_secret=shown_secret)
        return One[NewAccount](data=account)

    where = f"/v1/admin/users/{new_account.id}"
    return Outcome(answer(secret), 201, view.revision, where, repeat_body=answer(None))


@router.get("/users/{account_id}", response_model=One[Account])
def read_user(tx: ReadTx, account_id: UUID, principal: Admin) -> Outcome:
    """One account."""
    return _account_outcome(users.get_account(tx, principal, account_id))


@router.patch("/users/{account_id}", response_model=One[Account], responses=problem_answers(409))
def change_user(
    tx: WriteTx,
    account_id: UUID,
    principal: Admin,
    revision: IfMatch,
    body: Json[AccountChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Another role or name; acts at once on open sessions and tokens."""
    now = runtime.clock()
    return _account_outcome(users.change(tx, principal, account_id, body, now, revision))


@router.post(
    "/users/{account_id}/suspend", response_model=One[Account], responses=problem_answers(409)
)
def suspend_user(
    tx: WriteTx, account_id: UUID, principal: Admin, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Shut an account out at once: its sessions and personal tokens end."""
    now = runtime.clock()
    return _account_outcome(users.suspend(tx, principal, account_id, now, revision))


@router.post(
    "/users/{account_id}/unsuspend", response_model=One[Account], responses=problem_answers(409)
)
def unsuspend_user(
    tx: WriteTx, account_id: UUID, principal: Admin, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Let an account in again."""
    now = runtime.clock()
    return _account_outcome(users.unsuspend(tx, principal, account_id, now, revision))


@router.post(
    "/users/{account_id}/reset", response_model=One[ResetSecret], responses=problem_answers(409)
)
def reset_user(
    tx: WriteTx, account_id: UUID, principal: Admin, body: Json[Reset], runtime: RuntimeDep
) -> Outcome:
    """Take a password back; its owner sets another one by the secret."""
    now = runtime.clock()
    secret = users.reset(tx, principal, account_id, now, drop_totp=body.drop_totp)
    return Outcome(
        One[ResetSecret](data=ResetSecret(reset_secret=secret)),
        repeat_body=One[ResetSecret](data=ResetSecret(reset_secret=None)),
    )


@router.post("/users/{account_id}/logout", status_code=204)
def log_user_out(tx: WriteTx, account_id: UUID, principal: Admin, runtime: RuntimeDep) -> Outcome:
    """End every session of an account."""
    now = runtime.clock()
    log_out_everywhere(tx, principal, now, account_id)
    return Outcome(status=204)


def _view(info: AccountInfo) -> Account:
    return Account.model_validate(info, from_attributes=True)


def _account_outcome(info: AccountInfo) -> Outcome:
    return Outcome(One[Account](data=_view(info)), revision=info.revision)
