"""The limits of a token: its maker's and its role's scopes, its lifetime, and the number."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.accounts.principal import Principal
from app.accounts.proof import Proof, has_second_factor, verify_proof
from app.accounts.scopes import EVERYTHING, SCOPES_OF, Role, Scopes, parse_scopes
from app.database import WriteTx
from app.errors import Conflict, Detail, Forbidden, Invalid, NotFound, Unauthenticated
from app.kit.clock import FOREVER
from app.models.account import Account
from app.models.credential import ApiToken

LONGEST_LIFE: Final = timedelta(days=3_660)
USUAL_LIFE: Final = timedelta(days=90)
"""The lifetime of a token without a requested end; the operator's tokens then have no end."""

MOST: Final = 100
"""The most valid tokens of one account."""


def active_role(tx: WriteTx, account_id: UUID) -> Role:
    """The owner's role, locked until the transaction ends; `Conflict` when suspended."""
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


def granted_scopes(by: Principal, role: Role, names: Sequence[str]) -> Scopes:
    """The requested scopes; `Forbidden` or `Invalid` when the maker or the role lacks one."""
    requested = parse_scopes(names)
    if requested == EVERYTHING:
        granted = SCOPES_OF[role] & by.scopes
    else:
        assert not isinstance(requested, str)
        granted = requested
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


def maker_of(tx: WriteTx, by: Principal) -> ApiToken | None:
    """The token that makes this one, locked: a revocation meanwhile would miss its child."""
    if by.via != "token":
        return None
    statement = sa.select(ApiToken).where(col(ApiToken.id) == by.credential).with_for_update()
    parent: ApiToken = tx.session.execute(
        statement.execution_options(populate_existing=True)
    ).scalar_one()
    if parent.revoked_at is not None:
        raise Unauthenticated("token_invalid", "The token is unknown, expired or revoked.")
    return parent


def require_proof(tx: WriteTx, by: Principal, proof: Proof | None) -> None:
    """Check the proof: a token outlives the session that made it, and needs no code later."""
    if proof is None or proof.principal != by:
        message = "Show your password, and a code where a second factor is on, to make a token."
        raise Forbidden("password_required", message)
    verify_proof(tx, proof, needs_code=has_second_factor(tx, proof.account_id))


def refuse_more(tx: WriteTx, account_id: UUID, now: datetime) -> None:
    """`Conflict` when the account has the most valid tokens."""
    good = (
        col(ApiToken.account_id) == account_id,
        col(ApiToken.revoked_at).is_(None),
        sa.func.coalesce(col(ApiToken.expires_at), FOREVER) > now,
    )
    number: int = tx.execute(sa.select(sa.func.count()).where(*good)).scalar_one()
    if number >= MOST:
        message = f"The account has {MOST} tokens; revoke those that nobody uses."
        raise Conflict("too_many_tokens", message)


def expiry_of(
    requested: datetime | None, by: Principal, parent: ApiToken | None, now: datetime
) -> datetime | None:
    """The end of the token; None for a token of the operator's without a requested end."""
    latest = parent.expires_at if parent is not None else None
    if requested is None:
        usual = None if by.via == "operator" else now + USUAL_LIFE
        return min((end for end in (usual, latest) if end is not None), default=None)
    if not now < requested <= now + LONGEST_LIFE:
        detail = Detail(
            "invalid_expiry", "Give an instant within ten years.", pointer="/expires_at"
        )
        raise Invalid("invalid_expiry", "The token would have expired, or never would.", (detail,))
    if latest is not None and requested > latest:
        raise Forbidden("outlives_maker", "A token cannot make one that outlives it.")
    return requested
