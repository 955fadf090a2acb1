"""One's own account: how one is called, the language and time zone of letters, unwanted notices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit, outbox
from app.accounts.inputs import OwnChange
from app.accounts.principal import Principal, require_session
from app.accounts.proof import lock_account
from app.database import ReadTx, WriteTx
from app.errors import NotFound
from app.models.account import Account, Totp
from app.outbox import NoticeKind
from app.revisions import refuse_stale


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What an account says of itself; `notices` are those that it wants."""

    name: str
    lang: str | None
    timezone: str | None
    notices: tuple[NoticeKind, ...]
    has_totp: bool
    revision: int


def get_own(tx: ReadTx, account_id: UUID) -> OwnAccount:
    """What the account says of itself. `NotFound`."""
    columns = (Account.name, Account.lang, Account.timezone, Account.notices_off, Account.revision)
    statement = (
        sa.select(
            *(col(column) for column in columns),
            col(Totp.confirmed_at).isnot(None).label("has_totp"),
        )
        .outerjoin(Totp, col(Totp.account_id) == col(Account.id))
        .where(col(Account.id) == account_id)
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise _account_not_found()
    unwanted = row.notices_off
    wanted = tuple(kind for kind in outbox.NOTICES if kind not in unwanted)
    return OwnAccount(row.name, row.lang, row.timezone, wanted, row.has_totp, row.revision)


def change_own(
    tx: WriteTx, by: Principal, change: OwnChange, now: datetime, revision: int
) -> OwnAccount:
    """Change it, in a session only: a token must not rename its owner. `Stale`."""
    account_id, _ = require_session(by)
    row = lock_account(tx, account_id)
    if row is None:
        raise _account_not_found()
    refuse_stale(tx, "account", row, revision)
    before = _state(row)
    for name in change.model_fields_set - {"notices"}:
        setattr(row, name, getattr(change, name))
    if "notices" in change.model_fields_set:
        row.notices_off = [kind for kind in outbox.NOTICES if kind not in change.notices]
    if (after := _state(row)) != before:
        row.revision += 1
        row.updated_at = now
        tx.session.add(row)
        audit.record(
            tx, by.by, now, "account.changed", "account", row.id, before=before, after=after
        )
        tx.session.flush()
    return get_own(tx, account_id)


def _state(row: Account) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("name", "lang", "timezone", "notices_off")}


def _account_not_found() -> NotFound:
    return NotFound("account_not_found", "There is no such account.")
