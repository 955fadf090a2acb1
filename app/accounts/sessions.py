"""Login sessions: opaque secrets, kept as hashes, that can be ended at once.

Every login makes a new secret. None is taken from the client, so none can be planted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts import keys
from app.accounts.links import end_links
from app.accounts.principal import Origin, Principal, require_session
from app.accounts.scopes import SCOPES_OF
from app.audit import By
from app.database import ReadTx, WriteTx
from app.errors import NotFound, Unauthenticated
from app.kit.ids import uuid7
from app.models.account import Account
from app.models.credential import LoginSession

PREFIX: Final = "willay_session_"
LASTS: Final = timedelta(days=14)
IDLE: Final = timedelta(hours=24)
USE_NOTED_EVERY: Final = timedelta(minutes=1)
USUAL_FOR: Final = timedelta(days=60)
"""The time for which a login makes its network a usual one for the account."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A successful login; the secret is shown only here."""

    secret: str
    expires_at: datetime
    principal: Principal


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A login as its owner sees it."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    is_current: bool


def create(tx: WriteTx, account: Account, origin: Origin, now: datetime) -> NewSession:
    """Create a session; the caller has proved the identity. Old rows of the account are deleted."""
    old = col(LoginSession.created_at) < now - USUAL_FOR
    tx.execute(sa.delete(LoginSession).where(col(LoginSession.account_id) == account.id, old))
    secret = PREFIX + keys.new_secret()
    row = LoginSession(
        id=uuid7(now),
        account_id=account.id,
        digest=keys.digest(secret),
        created_at=now,
        expires_at=now + LASTS,
        last_used_at=now,
        address=origin.plain_address,
        network=origin.network,
        user_agent=origin.browser,
    )
    tx.session.add(row)
    by = By("session", account.id, str(row.id), origin.plain_address)
    details = {"user_agent": row.user_agent}
    audit.record(tx, by, now, "session.created", "login_session", row.id, after=details)
    return NewSession(secret, row.expires_at, _principal(account, row.id, origin))


def identify(tx: ReadTx, secret: str, origin: Origin, now: datetime) -> tuple[Principal, datetime]:
    """The holder of a session's secret, and its last recorded use; `Unauthenticated`."""
    row = tx.execute(
        sa.select(
            col(LoginSession.id),
            col(LoginSession.last_used_at),
            col(Account.id).label("account_id"),
            col(Account.email),
            col(Account.name),
            col(Account.role),
        )
        .join(Account, col(Account.id) == col(LoginSession.account_id))
        .where(
            col(LoginSession.digest) == keys.digest(secret),
            *_live_conditions(now),
            col(Account.suspended_at).is_(None),
        )
    ).one_or_none()
    if row is None:
        raise Unauthenticated("session_ended", "The session is unknown or has ended; log in again.")
    principal = Principal(
        account_id=row.account_id,
        email=row.email,
        name=row.name,
        role=row.role,
        scopes=SCOPES_OF[row.role],
        via="session",
        credential=str(row.id),
        address=origin.plain_address,
    )
    return principal, row.last_used_at


def note_use(tx: WriteTx, session_id: str, now: datetime) -> None:
    """Record a use, which keeps the session from idling out."""
    tx.execute(
        sa.update(LoginSession)
        .where(col(LoginSession.id) == UUID(session_id), col(LoginSession.last_used_at) < now)
        .values(last_used_at=now)
    )


def of_own(tx: ReadTx, by: Principal, now: datetime) -> list[SessionInfo]:
    """One's own open sessions, the newest first."""
    account_id, current = require_session(by)
    rows = tx.execute(
        sa.select(
            col(LoginSession.id),
            col(LoginSession.created_at),
            col(LoginSession.last_used_at),
            col(LoginSession.expires_at),
            col(LoginSession.address),
            col(LoginSession.user_agent),
        )
        .where(col(LoginSession.account_id) == account_id, *_live_conditions(now))
        .order_by(col(LoginSession.id).desc())
    ).all()
    return [SessionInfo(**row._mapping, is_current=row.id == current) for row in rows]


def end(tx: WriteTx, by: Principal, session_id: UUID, now: datetime) -> None:
    """Log out: this session or another of one's own. `NotFound` for any other session."""
    account_id, current = require_session(by)
    ended = tx.execute(
        sa.update(LoginSession)
        .where(
            col(LoginSession.id) == session_id,
            col(LoginSession.account_id) == account_id,
            col(LoginSession.ended_at).is_(None),
        )
        .values(ended_at=now)
    )
    if ended.rowcount == 0:
        raise NotFound("session_not_found", "There is no such open session of yours.")
    if session_id != current:  # perhaps a stranger's; links of the current session stay valid
        end_links(tx, now, credentials=[str(session_id)])
    audit.record(tx, by.by, now, "session.ended", "login_session", session_id)


def end_every(tx: WriteTx, account_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
    """End an account's sessions, all or all but one; the calling command records why."""
    ended = tx.execute(
        sa.update(LoginSession)
        .where(
            col(LoginSession.account_id) == account_id,
            col(LoginSession.ended_at).is_(None),
            *([col(LoginSession.id) != but] if but is not None else []),
        )
        .values(ended_at=now)
    )
    return ended.rowcount


def is_usual(tx: ReadTx, account_id: UUID, network: str, now: datetime) -> bool:
    """Whether a login to the account came from this network lately."""
    statement = sa.select(col(LoginSession.id)).where(
        col(LoginSession.account_id) == account_id,
        col(LoginSession.network) == network,
        col(LoginSession.created_at) >= now - USUAL_FOR,
    )
    return tx.execute(statement.limit(1)).first() is not None


def _live_conditions(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(LoginSession.ended_at).is_(None),
        col(LoginSession.expires_at) > now,
        col(LoginSession.last_used_at) > now - IDLE,
    )


def _principal(account: Account, session_id: UUID, origin: Origin) -> Principal:
    return Principal(
        account_id=account.id,
        email=account.email,
        name=account.name,
        role=account.role,  # type: ignore[arg-type]  # the column's check says so
        scopes=SCOPES_OF[account.role],  # type: ignore[index]
        via="session",
        credential=str(session_id),
        address=origin.plain_address,
    )
