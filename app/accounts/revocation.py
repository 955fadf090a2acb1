"""The joint end of sessions, personal tokens, previews and offered passwords.

The thief of a session may have made any of the others with it. So they all end when an owner
changes the password or logs out everywhere, and when an admin suspends an account.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts import sessions, tokens
from app.accounts.links import end_links
from app.accounts.principal import Principal, require, require_session
from app.database import WriteTx
from app.errors import NotFound
from app.models.account import Account, PasswordReset


def end_access(tx: WriteTx, account_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
    """End every access as this account and everything made with it, except one session; return the
    number of ended sessions. The calling command records why."""
    ended = sessions.end_every(tx, account_id, now, but=but)
    tokens.revoke_personal(tx, account_id, now)
    end_links(tx, now, account_id=account_id)
    tx.execute(sa.delete(PasswordReset).where(col(PasswordReset.account_id) == account_id))
    return ended


def log_out_everywhere(
    tx: WriteTx, by: Principal, now: datetime, account_id: UUID | None = None
) -> int:
    """End every session, this one too, with everything made in them; return the number of ended
    sessions. For another account this needs `users:write`."""
    if account_id is None or account_id == by.account_id:
        whose, _ = require_session(by)
    else:
        require(by, "users:write")
        whose = account_id
        if tx.session.get(Account, whose) is None:
            raise NotFound("account_not_found", "There is no such account.")
    ended = end_access(tx, whose, now)
    audit.record(tx, by.by, now, "session.all_ended", "account", whose)
    return ended
