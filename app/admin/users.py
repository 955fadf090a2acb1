"""Accounts: make, change, suspend, reset."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts import users
from app.accounts.inputs import AccountChange, AccountInput
from app.accounts.keys import SecretKey
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
from app.runtime import Runtime

router = management("users")


class Account(BaseModel):
    """An account as admins see it."""

    id: UUID
    email: str
    name: str
    role: Role
    lang: str | None
    revision: int
    has_password: bool
    has_totp: bool
    suspended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ResetSecret(BaseModel):
    """The way to a password: the secret that its owner sends to `/v1/admin/auth/reset` within a
    day, shown once and null when this answer is repeated; or the letter that holds it."""

    reset_secret: str | None
    letter: UUID | None


class NewAccount(Account, ResetSecret):
    """A new account without a password, and the way to one."""


class Accounts(BaseModel):
    """Every account, by e-mail."""

    data: list[Account]
    meta: Total


SendLetter = Annotated[
    bool, Field(description="Whether a letter carries the secret, where a server sends letters")
]


class NewAccountInput(AccountInput):
    """A new account. Its owner is invited by a letter, where a server sends letters."""

    letter: SendLetter = True


class Reset(Input):
    """`drop_totp` removes a lost second factor too."""

    drop_totp: bool = False
    letter: SendLetter = True


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
    tx: WriteTx, principal: Admin, body: Json[NewAccountInput], runtime: RuntimeDep
) -> Outcome:
    """A new account without a password, and a letter or a secret by which its owner sets one."""
    now, letter_key = runtime.clock(), _letter_key(runtime, body.letter)
    new_account = users.create(tx, principal, body, now)
    offer = users.reset(
        tx, principal, new_account.id, now, letter_key=letter_key, kind="invitation"
    )
    view = _view(users.get_account(tx, principal, new_account.id))

    def answer(secret: str | None) -> BaseModel:
        account = NewAccount(**view.model_dump(), reset_secret=secret, letter=offer.letter)
        return One[NewAccount](data=account)

    where = f"/v1/admin/users/{new_account.id}"
    return Outcome(answer(offer.secret), 201, view.revision, where, repeat_body=answer(None))


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
    """Take a password back; its owner sets another one by a letter or the secret."""
    now, letter_key = runtime.clock(), _letter_key(runtime, body.letter)
    offer = users.reset(
        tx, principal, account_id, now, drop_totp=body.drop_totp, letter_key=letter_key
    )

    def answer(secret: str | None) -> BaseModel:
        return One[ResetSecret](data=ResetSecret(reset_secret=secret, letter=offer.letter))

    return Outcome(answer(offer.secret), repeat_body=answer(None))


@router.post("/users/{account_id}/logout", status_code=204)
def log_user_out(tx: WriteTx, account_id: UUID, principal: Admin, runtime: RuntimeDep) -> Outcome:
    """End every session of an account."""
    now = runtime.clock()
    log_out_everywhere(tx, principal, now, account_id)
    return Outcome(status=204)


def _letter_key(runtime: Runtime, is_wanted: bool) -> SecretKey | None:
    """The key for a letter's secret; None where no server sends letters, or none is wanted."""
    return runtime.key() if is_wanted and runtime.settings.smtp_url is not None else None


def _view(info: AccountInfo) -> Account:
    return Account.model_validate(info, from_attributes=True)


def _account_outcome(info: AccountInfo) -> Outcome:
    return Outcome(One[Account](data=_view(info)), revision=info.revision)
