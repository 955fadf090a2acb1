"""Personal and machine tokens: `willay_<8 hex>_<43 url-safe>`, kept as hashes, shown once.

A token can do what its scopes and its owner's role both allow *now*, so a demotion acts at once.
`*` is written down as the role's scopes of that day, so a promotion widens no token. A personal
token ends with a suspension, a reset, another password and a logout everywhere; a machine token
(made by admins, for what must outlive a lost password) only rests while its owner is suspended.
What a token made dies with it, links too. A session makes one only with a fresh proof.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlmodel import col

from app import audit
from app.accounts import keys
from app.accounts.links import end_links
from app.accounts.principal import Origin, Principal, require
from app.accounts.proof import Proof, has_second_factor, proved
from app.accounts.scopes import EVERYTHING, SCOPES_OF, Role, Scope, Scopes, parsed
from app.database import ReadTx, WriteTx
from app.errors import Conflict, Detail, Forbidden, Invalid, NotFound, Unauthenticated
from app.kit.clock import FOREVER
from app.kit.text import seen
from app.models.account import Account
from app.models.credential import ApiToken
from app.public.vocabulary import Moment

USE_NOTED_EVERY: Final = timedelta(minutes=1)
LONGEST_LIFE: Final = timedelta(days=3_660)
USUAL_LIFE: Final = timedelta(days=90)
"""Of a token for which nobody has said how long; but the operator's have no end then."""

MOST: Final = 100
"""Good tokens of one account."""

_FORM: Final = re.compile(r"willay_([0-9a-f]{8})_([0-9A-Za-z_-]{43})", re.ASCII)
_ID: Final = re.compile("[0-9a-f]{8}", re.ASCII)

Kind = Literal["personal", "machine"]


class TokenInput(BaseModel):
    """A new token; `scopes` are names, or `*` alone."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[
        str,
        Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"),
        AfterValidator(seen),
    ]
    scopes: Annotated[
        list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=50)
    ]
    kind: Kind = "personal"
    expires_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token as its owner sees it: everything but the secret."""

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
class NewToken:
    """A token that was just made; `token` is shown this once."""

    token: str
    info: TokenInfo


def create(
    tx: WriteTx,
    by: Principal,
    account_id: UUID,
    asked: TokenInput,
    now: datetime,
    proof: Proof | None = None,
) -> NewToken:
    """A token of one's own account; only the operator makes one for somebody else.

    `Forbidden` for scopes that the maker lacks and for a session without a fresh proof, `Invalid`
    for scopes that the owner's role lacks.
    """
    require(by, "tokens:own")
    if by.via == "session":
        _require_proof(tx, by, proof)
    if by.via != "operator" and by.account_id != account_id:
        raise Forbidden("not_own_account", "A token can be made for one's own account only.")
    if asked.kind == "machine":
        require(by, "users:write")
    role = _active_role(tx, account_id)
    _refuse_more(tx, account_id, now)
    granted = _granted(by, role, asked.scopes)
    parent = _parent(tx, by)
    expires_at = _expiry(asked.expires_at, by, parent, now)
    secret = keys.new_secret()
    row = ApiToken(
        id=keys.free_id(tx, col(ApiToken.id)),
        account_id=account_id,
        parent_id=parent.id if parent else None,
        digest=keys.digest(secret),
        name=asked.name,
        kind=asked.kind,
        scopes=sorted(granted),
        created_at=now,
        expires_at=expires_at,
    )
    tx.session.add(row)
    state = {"name": row.name, "kind": row.kind, "scopes": row.scopes, "expires_at": expires_at}
    audit.record(tx, by.by, now, "token.created", "api_token", row.id, after=state)
    tx.session.flush()
    info = _info(tx.execute(_ASKED.where(col(ApiToken.id) == row.id)).one())
    return NewToken(f"willay_{row.id}_{secret}", info)


def identify(
    tx: ReadTx, token: str, origin: Origin, now: datetime
) -> tuple[Principal, datetime | None]:
    """Whose token it is, with what it may do now, and when its use was last noted.

    `Unauthenticated`, always in the same words, when it is unknown, wrong, revoked, expired, or
    its owner is suspended.
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
        address=origin.plain,
    )
    return principal, row.last_used_at


def note_use(tx: WriteTx, token_id: str, now: datetime) -> None:
    """Say when a token was last used."""
    unseen = sa.or_(col(ApiToken.last_used_at).is_(None), col(ApiToken.last_used_at) < now)
    tx.execute(
        sa.update(ApiToken).where(col(ApiToken.id) == token_id, unseen).values(last_used_at=now)
    )


def of_account(tx: ReadTx, by: Principal, account_id: UUID | None = None) -> list[TokenInfo]:
    """One's own tokens, or (`users:write`) another's, or everybody's (`None`); newest first."""
    asked = _ASKED.order_by(col(ApiToken.created_at).desc(), col(ApiToken.id))
    if account_id is not None and account_id == by.account_id:
        require(by, "tokens:own")
    else:
        require(by, "users:write")
    if account_id is not None:
        asked = asked.where(col(ApiToken.account_id) == account_id)
    return [_info(row) for row in tx.execute(asked).all()]


def revoke(tx: WriteTx, by: Principal, token_id: str, now: datetime) -> None:
    """End a token and those that it made. `NotFound` when there is none that one may end; ending
    it twice is no error."""
    owner = None
    if _ID.fullmatch(token_id):
        asked = sa.select(col(ApiToken.account_id)).where(col(ApiToken.id) == token_id)
        owner = tx.execute(asked).scalar()
    require(by, "tokens:own")
    if owner is None or (owner != by.account_id and "users:write" not in by.scopes):
        raise NotFound("token_not_found", "There is no such token.")
    if _end(tx, col(ApiToken.id) == token_id, now):
        audit.record(tx, by.by, now, "token.revoked", "api_token", token_id)


def revoke_personal(tx: WriteTx, account_id: UUID, now: datetime) -> int:
    """End an account's personal tokens; part of commands that say why."""
    whose = sa.and_(col(ApiToken.account_id) == account_id, col(ApiToken.kind) == "personal")
    return _end(tx, whose, now)


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


def _active_role(tx: WriteTx, account_id: UUID) -> Role:
    """The owner's role, held until the transaction ends; `Conflict` when suspended."""
    row = tx.execute(
        sa.select(col(Account.role), col(Account.suspended_at))
        .where(col(Account.id) == account_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("account_not_found", "There is no such account.")
    if row.suspended_at is not None:
        raise Conflict("account_suspended", "The account is suspended; unsuspend it first.")
    role: Role = row.role
    return role


def _granted(by: Principal, role: Role, names: Sequence[str]) -> Scopes:
    asked = parsed(names)
    if asked == EVERYTHING:
        granted = SCOPES_OF[role] & by.scopes
    else:
        assert not isinstance(asked, str)
        granted = asked
    for missing in sorted(granted - by.scopes):
        raise Forbidden(
            "scope_missing", f"A token cannot be given the scope {missing}: you lack it."
        )
    beyond = tuple(
        Detail("scope_not_in_role", f"The role {role} has no {scope}.", pointer="/scopes")
        for scope in sorted(granted - SCOPES_OF[role])
    )
    if beyond:
        raise Invalid("scope_not_in_role", " ".join(detail.message for detail in beyond), beyond)
    return granted


def _parent(tx: WriteTx, by: Principal) -> ApiToken | None:
    """The token that makes this one, held: revoking it meanwhile would miss its child."""
    if by.via != "token":
        return None
    asked = sa.select(ApiToken).where(col(ApiToken.id) == by.credential).with_for_update()
    parent: ApiToken = tx.session.execute(
        asked.execution_options(populate_existing=True)
    ).scalar_one()
    if parent.revoked_at is not None:
        raise Unauthenticated("token_invalid", "The token is unknown, expired or revoked.")
    return parent


def _require_proof(tx: WriteTx, by: Principal, proof: Proof | None) -> None:
    """A token outlives the session that made it, and is shown no code."""
    if proof is None or proof.principal != by:
        message = "Show your password, and a code where a second factor is on, to make a token."
        raise Forbidden("password_required", message)
    proved(tx, proof, needs_code=has_second_factor(tx, proof.account_id))


def _refuse_more(tx: WriteTx, account_id: UUID, now: datetime) -> None:
    good = (
        col(ApiToken.account_id) == account_id,
        col(ApiToken.revoked_at).is_(None),
        sa.func.coalesce(col(ApiToken.expires_at), FOREVER) > now,
    )
    number: int = tx.execute(sa.select(sa.func.count()).where(*good)).scalar_one()
    if number >= MOST:
        message = f"The account has {MOST} tokens; revoke those that nobody uses."
        raise Conflict("too_many_tokens", message)


def _expiry(
    asked: datetime | None, by: Principal, parent: ApiToken | None, now: datetime
) -> datetime | None:
    latest = parent.expires_at if parent is not None else None
    if asked is None:
        usual = None if by.via == "operator" else now + USUAL_LIFE
        return min((end for end in (usual, latest) if end is not None), default=None)
    if not now < asked <= now + LONGEST_LIFE:
        detail = Detail(
            "invalid_expiry", "Give an instant within ten years.", pointer="/expires_at"
        )
        raise Invalid("invalid_expiry", "The token would have expired, or never would.", (detail,))
    if latest is not None and asked > latest:
        raise Forbidden("outlives_maker", "A token cannot make one that outlives it.")
    return asked


def _end(tx: WriteTx, which: sa.ColumnElement[bool], now: datetime) -> int:
    """Revoke tokens and all that they made; how many were still good.

    Level by level, each locked before the one below is looked for: a token that is being made
    holds its maker, so it is either seen or refused.
    """
    ended, level = 0, which
    while True:
        found = sa.select(col(ApiToken.id)).where(level, col(ApiToken.revoked_at).is_(None))
        ids = list(tx.execute(found.order_by(col(ApiToken.id)).with_for_update()).scalars())
        if not ids:
            return ended
        chosen = col(ApiToken.id).in_(ids)
        tx.execute(sa.update(ApiToken).where(chosen).values(revoked_at=now))
        end_links(tx, now, credentials=ids)
        ended, level = ended + len(ids), col(ApiToken.parent_id).in_(ids)
