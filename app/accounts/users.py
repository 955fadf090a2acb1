"""Accounts: create, change, suspend, reset. The last active admin cannot be lost.

A principal acts only on accounts whose role has no scope that the principal lacks.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app import audit
from app.accounts import offers, second_factor
from app.accounts.inputs import AccountChange, AccountInput, normalised_email
from app.accounts.keys import SecretKey
from app.accounts.links import end_links
from app.accounts.offers import OfferKind, PasswordOffer
from app.accounts.passwords import HashedPassword
from app.accounts.principal import Principal, require, require_power_over
from app.accounts.proof import lock_account
from app.accounts.revocation import end_access
from app.accounts.scopes import SCOPES_OF, Role
from app.database import ReadTx, WriteTx
from app.errors import Conflict, Invalid, NotFound
from app.kit.ids import uuid7
from app.models.account import Account, Totp
from app.revisions import refuse_stale


@dataclass(frozen=True, slots=True)
class AccountInfo:
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


def list_accounts(tx: ReadTx, by: Principal) -> list[AccountInfo]:
    """Every account by its e-mail."""
    require(by, "users:write")
    return [_info(row) for row in tx.execute(_ASKED.order_by(col(Account.email))).all()]


def get_account(tx: ReadTx, by: Principal, account_id: UUID) -> AccountInfo:
    """An account; one's own needs no scope. `NotFound`."""
    if by.account_id != account_id:
        require(by, "users:write")
    row = tx.execute(_ASKED.where(col(Account.id) == account_id)).one_or_none()
    if row is None:
        raise _account_not_found()
    return _info(row)


def id_of(tx: ReadTx, email: str) -> UUID:
    """The id of the account with an e-mail in any spelling; `NotFound`."""
    try:
        address = normalised_email(email)
    except ValueError as error:
        raise Invalid("invalid_email", f"{email[:80]!r} {error}.") from error
    statement = sa.select(col(Account.id)).where(col(Account.email) == address)
    account_id: UUID | None = tx.execute(statement).scalar()
    if account_id is None:
        raise NotFound("account_not_found", f"There is no account {address}.")
    return account_id


def create(
    tx: WriteTx,
    by: Principal,
    account: AccountInput,
    now: datetime,
    password: HashedPassword | None = None,
) -> AccountInfo:
    """A new account; without a password its owner needs a `reset`. `Conflict` when an account has
    this e-mail already."""
    require_power_over(by, account.role)
    row = Account(
        id=uuid7(now),
        email=account.email,
        name=account.name or account.email,
        role=account.role,
        lang=account.lang,
        revision=1,
        password_hash=password,
        created_at=now,
        updated_at=now,
    )
    try:
        with tx.session.begin_nested():
            tx.session.add(row)
    except IntegrityError as error:
        message = f"There is an account {account.email} already."
        raise Conflict("email_taken", message) from error
    audit.record(tx, by.by, now, "account.created", "account", row.id, after=_audit_state(row))
    return get_account(tx, by, row.id)


def change(
    tx: WriteTx,
    by: Principal,
    account_id: UUID,
    account_change: AccountChange,
    now: datetime,
    revision: int | None = None,
) -> AccountInfo:
    """Change a role or name; acts at once on open sessions, tokens and links. `Stale`; `Conflict`
    when it would demote the last active admin."""
    row = _lock_account(
        tx, by, account_id, revision, may_lose_admin=account_change.role not in (None, "admin")
    )
    before = _audit_state(row)
    if account_change.apply_to(before) == before:
        return get_account(tx, by, account_id)
    if "role" in account_change.model_fields_set:
        require_power_over(by, account_change.role)
        row.role = account_change.role
        end_links(
            tx,
            now,
            account_id=account_id,
            previews="preview:write" not in SCOPES_OF[account_change.role],
            passwords="users:write" not in SCOPES_OF[account_change.role],
        )
    if "name" in account_change.model_fields_set:
        row.name = account_change.name
    _record_change(tx, by, row, now, "account.changed", before)
    return get_account(tx, by, account_id)


def suspend(
    tx: WriteTx, by: Principal, account_id: UUID, now: datetime, revision: int | None = None
) -> AccountInfo:
    """Suspend an account: sessions, personal tokens and links end for good, machine tokens rest.
    `Conflict` for the last active admin."""
    row = _lock_account(tx, by, account_id, revision, may_lose_admin=True)
    if row.suspended_at is None:
        before = _audit_state(row)
        row.suspended_at = now
        _record_change(tx, by, row, now, "account.suspended", before)
    end_access(tx, account_id, now)
    return get_account(tx, by, account_id)


def unsuspend(
    tx: WriteTx, by: Principal, account_id: UUID, now: datetime, revision: int | None = None
) -> AccountInfo:
    """End a suspension; the password and the second factor are the old ones."""
    row = _lock_account(tx, by, account_id, revision)
    if row.suspended_at is not None:
        before = _audit_state(row)
        row.suspended_at = None
        _record_change(tx, by, row, now, "account.unsuspended", before)
    return get_account(tx, by, account_id)


def reset(
    tx: WriteTx,
    by: Principal,
    account_id: UUID,
    now: datetime,
    *,
    password: HashedPassword | None = None,
    drop_totp: bool = False,
    letter_key: SecretKey | None = None,
    kind: OfferKind = "reset",
) -> PasswordOffer:
    """Reset an account: its password is removed; its sessions, tokens and links end.

    Without a new password its owner is offered to set one, by a letter of this `kind` if there is a
    key for it. `drop_totp` is for a lost second factor. `Conflict` when suspended.
    """
    row = _lock_account(tx, by, account_id)
    if row.suspended_at is not None:
        raise Conflict("account_suspended", "The account is suspended; unsuspend it first.")
    row.password_hash = password
    end_access(tx, account_id, now)
    if drop_totp:
        second_factor.remove(tx, account_id)
        audit.record(tx, by.by, now, "totp.dropped", "account", account_id)
    _record_change(tx, by, row, now, "account.reset", None)
    if password is not None:
        return PasswordOffer()
    if letter_key is not None:
        return offers.offer_by_letter(tx, letter_key, account_id, kind, now, by)
    return offers.offer_secret(tx, account_id, now, by)


_ASKED: Final[sa.Select[*tuple[Any, ...]]] = sa.select(
    col(Account.id),
    col(Account.email),
    col(Account.name),
    col(Account.role),
    col(Account.lang),
    col(Account.revision),
    col(Account.password_hash).isnot(None).label("has_password"),
    col(Totp.confirmed_at).isnot(None).label("has_totp"),
    col(Account.suspended_at),
    col(Account.created_at),
    col(Account.updated_at),
).outerjoin(Totp, col(Totp.account_id) == col(Account.id))


def _info(row: sa.Row[*tuple[Any, ...]]) -> AccountInfo:
    return AccountInfo(**row._mapping)


def _lock_account(
    tx: WriteTx,
    by: Principal,
    account_id: UUID,
    revision: int | None = None,
    *,
    may_lose_admin: bool = False,
) -> Account:
    """The account, locked until the transaction ends, if the principal may act on it."""
    others = _other_admins(tx, account_id) if may_lose_admin else []
    row = lock_account(tx, account_id)
    if row is None:
        require(by, "users:write")
        raise _account_not_found()
    require_power_over(by, row.role)  # type: ignore[arg-type]  # the column's check says so
    refuse_stale(tx, "account", row, revision)
    if may_lose_admin and row.role == "admin" and row.suspended_at is None and not others:
        raise Conflict("last_admin", "This is the last active admin; make another one first.")
    return row


def _other_admins(tx: WriteTx, account_id: UUID) -> list[UUID]:
    """The other active admins. All of them are locked, in one order, before anything is decided:
    two admins who demote each other at once would otherwise both see the other."""
    admins = tx.execute(
        sa.select(col(Account.id))
        .where(col(Account.role) == "admin", col(Account.suspended_at).is_(None))
        .order_by(col(Account.id))
        .with_for_update()
    ).scalars()
    return [admin for admin in admins if admin != account_id]


def _record_change(
    tx: WriteTx,
    by: Principal,
    row: Account,
    now: datetime,
    action: str,
    before: dict[str, object] | None,
) -> None:
    row.revision += 1
    row.updated_at = now
    tx.session.add(row)
    after = _audit_state(row) if before is not None else None
    audit.record(tx, by.by, now, action, "account", row.id, before=before, after=after)


def _audit_state(row: Account) -> dict[str, object]:
    suspended = row.suspended_at is not None
    return {"email": row.email, "name": row.name, "role": row.role, "suspended": suspended}


def _account_not_found() -> NotFound:
    return NotFound("account_not_found", "There is no such account.")
