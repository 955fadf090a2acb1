"""Offers to set a password: a secret that somebody hands over, or a letter.

The store keeps the digest of a secret, never the secret. That of a letter is derived from the
installation's key and the letter's id, so the sender makes it again when the letter goes.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import outbox
from app.accounts import keys
from app.accounts.inputs import normalised_email
from app.accounts.keys import SecretKey
from app.accounts.principal import Principal
from app.accounts.proof import lock_account
from app.database import ReadTx, WriteTx
from app.kit.ids import uuid7
from app.models.account import Account, PasswordReset

OfferKind = Literal["invitation", "reset"]

OFFER_PREFIX: Final = "willay_reset_"
LASTS: Final[dict[OfferKind, timedelta]] = {
    "invitation": timedelta(days=7),
    "reset": timedelta(hours=24),
}
_LIMITS: Final = ((3, timedelta(hours=1)), (6, timedelta(days=1)))
"""How many letters with a new secret an account gets at its request, in which time."""


@dataclass(frozen=True, slots=True)
class PasswordOffer:
    """The secret to hand over, or the letter that carries it."""

    secret: str | None = None
    letter: UUID | None = None


def offer_secret(tx: WriteTx, account_id: UUID, now: datetime, by: Principal) -> PasswordOffer:
    """Offer by a secret that is shown once and ends after a day."""
    secret = OFFER_PREFIX + keys.new_secret()
    _replace_offer(tx, account_id, secret, now + LASTS["reset"], by)
    return PasswordOffer(secret=secret)


def offer_by_letter(
    tx: WriteTx,
    key: SecretKey,
    account_id: UUID,
    kind: OfferKind,
    now: datetime,
    by: Principal | None = None,
) -> PasswordOffer:
    """Offer by a letter. An earlier offer ends."""
    letter, expires_at = uuid7(now), now + LASTS[kind]
    _replace_offer(tx, account_id, letter_secret(key, letter), expires_at, by)
    sender = str(by.account_id) if by is not None and by.account_id is not None else None
    outbox.plan_letter(
        *(tx, kind, account_id, f"{kind}:{letter}", now, expires_at),
        facts={"by": sender},
        letter_id=letter,
    )
    return PasswordOffer(letter=letter)


def offer_on_request(
    tx: WriteTx, key: SecretKey, email: str, now: datetime, *, is_sent: bool
) -> None:
    """Plan a letter with a new secret, if an active account has the e-mail and has not had too many
    such letters. The present password stays until the secret is used.

    Unless letters are sent to people (`is_sent`), what a colleague hands over stays valid, because
    a stranger must not end it.
    """
    try:
        address = normalised_email(email)
    except ValueError:
        address = ""  # no account has it; the request takes the same time
    account_id = tx.execute(
        sa.select(col(Account.id)).where(col(Account.email) == address)
    ).scalar()
    account = lock_account(tx, account_id or UUID(int=0))
    if account is None or account.suspended_at is not None:
        return
    if not is_sent and _has_offer(tx, account.id, now):
        return
    if all(
        outbox.planned_since(tx, "reset", account.id, now - time) < most for most, time in _LIMITS
    ):
        offer_by_letter(tx, key, account.id, "reset", now)


def letter_secret(key: SecretKey, letter: UUID) -> str:
    """The secret of a letter's offer."""
    derived = key.derive("password letter", str(letter))
    return OFFER_PREFIX + urlsafe_b64encode(derived).decode().rstrip("=")


def is_valid(tx: ReadTx, secret: str, now: datetime) -> bool:
    """Whether a secret would be accepted now."""
    statement = sa.select(col(PasswordReset.account_id)).where(
        col(PasswordReset.digest) == keys.digest(secret), col(PasswordReset.expires_at) > now
    )
    return tx.execute(statement).first() is not None


def _has_offer(tx: ReadTx, account_id: UUID, now: datetime) -> bool:
    statement = sa.select(col(PasswordReset.account_id)).where(
        col(PasswordReset.account_id) == account_id,
        col(PasswordReset.expires_at) > now,
        col(PasswordReset.made_by).is_not(None),
    )
    return tx.execute(statement).first() is not None


def _replace_offer(
    tx: WriteTx, account_id: UUID, secret: str, expires_at: datetime, by: Principal | None
) -> None:
    tx.execute(sa.delete(PasswordReset).where(col(PasswordReset.account_id) == account_id))
    row = PasswordReset(
        account_id=account_id,
        digest=keys.digest(secret),
        expires_at=expires_at,
        made_by=by.account_id if by is not None else None,
        made_with=by.credential if by is not None else None,
    )
    tx.session.add(row)
    tx.session.flush()
