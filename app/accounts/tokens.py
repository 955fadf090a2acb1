"""Personal and machine tokens: `willay_<8 hex>_<43 url-safe>`, kept as hashes, shown once.

A token has the scopes that its own list and its owner's role both have *now*, so a demotion acts at
once. `*` is saved as the role's scopes of that day, so a promotion widens no token. A personal
token ends with a suspension, a reset, another password and a logout everywhere. A machine token
(made by admins, to outlive a lost password) only rests while its owner is suspended. Tokens and
links that a token made end with it. A session makes one only with a fresh proof.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, Field
from sqlmodel import col

from app import audit
from app.accounts import keys
from app.accounts.links import end_links
from app.accounts.principal import Origin, Principal, require
from app.accounts.proof import Proof
from app.accounts.scopes import SCOPES_OF, Scope
from app.accounts.token_rules import (
    active_role,
    expiry_of,
    granted_scopes,
    maker_of,
    refuse_more,
    require_proof,
)
from app.database import ReadTx, WriteTx
from app.errors import Forbidden, NotFound, Unauthenticated
from app.inputs import Input
from app.kit.text import check_visible
from app.models.account import Account
from app.models.credential import ApiToken
from app.public.vocabulary import Moment

USE_NOTED_EVERY: Final = timedelta(minutes=1)
_FORM: Final = re.compile(r"willay_([0-9a-f]{8})_([0-9A-Za-z_-]{43})", re.ASCII)
_ID: Final = re.compile("[0-9a-f]{8}", re.ASCII)

Kind = Literal["personal", "machine"]


class TokenInput(Input):
    """A new token; `scopes` are names, or `*` alone."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"),
        AfterValidator(check_visible),
    ]
    scopes: Annotated[
        list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=50)
    ]
    kind: Kind = "personal"
    expires_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token as its owner sees it: everything except the secret."""

    id: str
    account_id: UUID
    name: str
    kind: Kind
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token; `token` is shown only here."""

    token: str
    info: TokenInfo


def create(
    tx: WriteTx,
    by: Principal,
    account_id: UUID,
    body: TokenInput,
    now: datetime,
    proof: Proof | None = None,
) -> IssuedToken:
    """A token of one's own account; only the operator makes one for another account.

    `Forbidden` for scopes that the maker lacks and for a session without a fresh proof, `Invalid`
    for scopes that the owner's role lacks.
    """
    require(by, "tokens:own")
    if by.via == "session":
        require_proof(tx, by, proof)
    if by.via != "operator" and by.account_id != account_id:
        raise Forbidden("not_own_account", "A token can be made for one's own account only.")
    if body.kind == "machine":
        require(by, "users:write")
    role = active_role(tx, account_id)
    refuse_more(tx, account_id, now)
    granted = granted_scopes(by, role, body.scopes)
    parent = maker_of(tx, by)
    expires_at = expiry_of(body.expires_at, by, parent, now)
    secret = keys.new_secret()
    row = ApiToken(
        id=keys.free_id(tx, col(ApiToken.id)),
        account_id=account_id,
        parent_id=parent.id if parent else None,
        digest=keys.digest(secret),
        name=body.name,
        kind=body.kind,
        scopes=sorted(granted),
        created_at=now,
        expires_at=expires_at,
    )
    tx.session.add(row)
    state = {"name": row.name, "kind": row.kind, "scopes": row.scopes, "expires_at": expires_at}
    audit.record(tx, by.by, now, "token.created", "api_token", row.id, after=state)
    tx.session.flush()
    info = _info(tx.execute(_ASKED.where(col(ApiToken.id) == row.id)).one())
    return IssuedToken(f"willay_{row.id}_{secret}", info)


def identify(
    tx: ReadTx, token: str, origin: Origin, now: datetime
) -> tuple[Principal, datetime | None]:
    """The owner of a token with its present scopes, and its last recorded use.

    `Unauthenticated`, always in the same words, when it is unknown, wrong, revoked, expired, or its
    owner is suspended.
    """
    form = _FORM.fullmatch(token)
    row = tx.execute(_HOLDER.where(col(ApiToken.id) == form[1])).one_or_none() if form else None
    if (
        form is None
        or row is None
        or not keys.is_same(form[2], row.digest)
        or row.revoked_at is not None
        or row.suspended_at is not None
        or (row.expires_at is not None and row.expires_at <= now)
    ):
        raise Unauthenticated("token_invalid", "The token is unknown, expired or revoked.")
    principal = Principal(
        account_id=row.account_id,
        email=row.email,
        name=row.name,
        role=row.role,
        scopes=SCOPES_OF[row.role].intersection(row.scopes),
        via="token",
        credential=row.id,
        address=origin.plain_address,
    )
    return principal, row.last_used_at


def note_use(tx: WriteTx, token_id: str, now: datetime) -> None:
    """Record a use of a token."""
    unseen = sa.or_(col(ApiToken.last_used_at).is_(None), col(ApiToken.last_used_at) < now)
    tx.execute(
        sa.update(ApiToken).where(col(ApiToken.id) == token_id, unseen).values(last_used_at=now)
    )


def of_account(tx: ReadTx, by: Principal, account_id: UUID | None = None) -> list[TokenInfo]:
    """One's own tokens, or (`users:write`) another's, or everybody's (`None`); newest first."""
    statement = _ASKED.order_by(col(ApiToken.created_at).desc(), col(ApiToken.id))
    if account_id is not None and account_id == by.account_id:
        require(by, "tokens:own")
    else:
        require(by, "users:write")
    if account_id is not None:
        statement = statement.where(col(ApiToken.account_id) == account_id)
    return [_info(row) for row in tx.execute(statement).all()]


def revoke(tx: WriteTx, by: Principal, token_id: str, now: datetime) -> None:
    """End a token and those that it made. `NotFound` unless it exists and the principal may end it;
    ending it twice is no error."""
    owner = None
    if _ID.fullmatch(token_id):
        statement = sa.select(col(ApiToken.account_id)).where(col(ApiToken.id) == token_id)
        owner = tx.execute(statement).scalar()
    require(by, "tokens:own")
    if owner is None or (owner != by.account_id and "users:write" not in by.scopes):
        raise NotFound("token_not_found", "There is no such token.")
    if _revoke_where(tx, col(ApiToken.id) == token_id, now):
        audit.record(tx, by.by, now, "token.revoked", "api_token", token_id)


def revoke_personal(tx: WriteTx, account_id: UUID, now: datetime) -> int:
    """End an account's personal tokens; the calling command records why."""
    whose = sa.and_(col(ApiToken.account_id) == account_id, col(ApiToken.kind) == "personal")
    return _revoke_where(tx, whose, now)


_ASKED: Final[sa.Select[*tuple[Any, ...]]] = sa.select(
    col(ApiToken.id),
    col(ApiToken.account_id),
    col(ApiToken.name),
    col(ApiToken.kind),
    col(ApiToken.scopes),
    col(ApiToken.created_at),
    col(ApiToken.expires_at),
    col(ApiToken.last_used_at),
    col(ApiToken.revoked_at),
)

_HOLDER: Final[sa.Select[*tuple[Any, ...]]] = sa.select(
    col(ApiToken.id),
    col(ApiToken.digest),
    col(ApiToken.scopes),
    col(ApiToken.expires_at),
    col(ApiToken.last_used_at),
    col(ApiToken.revoked_at),
    col(Account.id).label("account_id"),
    col(Account.email),
    col(Account.name),
    col(Account.role),
    col(Account.suspended_at),
).join(Account, col(Account.id) == col(ApiToken.account_id))


def _info(row: sa.Row[*tuple[Any, ...]]) -> TokenInfo:
    return TokenInfo(**{**row._mapping, "scopes": tuple(row.scopes)})


def _revoke_where(tx: WriteTx, target: sa.ColumnElement[bool], now: datetime) -> int:
    """Revoke tokens and all that they made; return the number of tokens that were still valid.

    Each level is locked before the level below is read. A new token locks its maker, so it is
    either seen here or refused.
    """
    ended, level = 0, target
    while True:
        statement = sa.select(col(ApiToken.id)).where(level, col(ApiToken.revoked_at).is_(None))
        ids = list(tx.execute(statement.order_by(col(ApiToken.id)).with_for_update()).scalars())
        if not ids:
            return ended
        condition = col(ApiToken.id).in_(ids)
        tx.execute(sa.update(ApiToken).where(condition).values(revoked_at=now))
        end_links(tx, now, credentials=ids)
        ended, level = ended + len(ids), col(ApiToken.parent_id).in_(ids)
