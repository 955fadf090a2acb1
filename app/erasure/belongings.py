"""An account and its rows: all are deleted, except an id that other rows refer to."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col

from app.accounts import users
from app.accounts.links import end_links
from app.accounts.principal import OPERATOR
from app.audit import ERASED
from app.changes import PublishTx
from app.errors import Conflict
from app.models.account import Account, PasswordReset, RecoveryCode, Totp
from app.models.credential import ApiToken, LoginSession
from app.models.idempotency import IdempotencyKey
from app.models.letter import Letter

OWN: Final[dict[str, tuple[type[SQLModel], ...]]] = {
    "login sessions": (LoginSession,),
    "tokens": (ApiToken,),
    "password resets": (PasswordReset,),
    "second factors": (Totp, RecoveryCode),
    "stored answers": (IdempotencyKey,),
    "letters": (Letter,),
}
"""The tables that belong to one account alone; each has an `account_id`."""


def erase_account(tx: PublishTx, account: UUID) -> dict[str, int]:
    """Delete all of them; an account that other rows refer to keeps only its id.

    `Conflict` for the last active admin.
    """
    _refuse_last_admin(tx, account)
    end_links(tx, tx.moment, account_id=account)
    erased = {place: _delete_rows(tx, tables, account) for place, tables in OWN.items()}
    is_own = col(Account.id) == account
    try:
        with tx.connection.begin_nested():
            tx.execute(sa.delete(Account).where(is_own))
        return {"account, deleted": 1} | erased
    except IntegrityError:
        nobody = {
            "email": f"{account.hex}@erased.invalid",
            "name": ERASED,
            "role": "writer",
            "password_hash": None,
            "suspended_at": tx.moment,
            "updated_at": tx.moment,
            "revision": Account.revision + 1,
        }
        tx.execute(sa.update(Account).where(is_own).values(nobody))
        return {"account, only its id is left": 1} | erased


def _delete_rows(tx: PublishTx, tables: tuple[Any, ...], account: UUID) -> int:
    number = 0
    for table in tables:
        number += tx.execute(sa.delete(table).where(col(table.account_id) == account)).rowcount
    return number


def _refuse_last_admin(tx: PublishTx, account: UUID) -> None:
    everyone = users.list_accounts(tx, OPERATOR)
    active = [
        account.id
        for account in everyone
        if account.role == "admin" and account.suspended_at is None
    ]
    if active == [account]:
        raise Conflict("last_admin", "This is the last active admin; make another one first.")
