"""A fresh proof that the account's owner still holds the session.

Commands that would let the thief of a session stay (another password, another second factor, a
token) ask for one. `Authenticator.prove` makes it outside any transaction. The command that uses it
checks in its own transaction that nothing has changed since.
"""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.errors import Forbidden, Unauthenticated
from app.models.account import Account, Totp


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that the password was just shown, and with `with_code` the second factor too."""

    principal: Principal
    account_id: UUID
    session_id: UUID
    password_hash: str
    with_code: bool


def lock_account(tx: WriteTx, account_id: UUID) -> Account | None:
    """An account as it is now, locked until the transaction ends."""
    statement = sa.select(Account).where(col(Account.id) == account_id).with_for_update()
    account: Account | None = tx.session.execute(
        statement.execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return account


def verify_proof(tx: WriteTx, proof: Proof, *, needs_code: bool = False) -> Account:
    """The account, locked; `Unauthenticated` when it changed since, `Forbidden` without a code."""
    if needs_code and not proof.with_code:
        raise Forbidden("code_required", "Show a code of your second factor for this.")
    account = lock_account(tx, proof.account_id)
    if (
        account is None
        or account.suspended_at is not None
        or account.password_hash != proof.password_hash
    ):
        raise Unauthenticated("session_ended", "The session is unknown or has ended; log in again.")
    return account


def has_second_factor(tx: ReadTx, account_id: UUID) -> bool:
    """Whether logins of the account need a code."""
    statement = sa.select(col(Totp.account_id)).where(
        col(Totp.account_id) == account_id, col(Totp.confirmed_at).isnot(None)
    )
    return tx.execute(statement).first() is not None
