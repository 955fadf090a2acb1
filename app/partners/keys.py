"""Keys of partners: `willaykey_<8 hex>_<43 url-safe>`, kept as hashes, shown once, always ending.

A key identifies a partner. Its rights are its scopes and its partner's rights, both as they are
now. The holder of a key may replace it by another with the same scopes. The new secret is derived
from the old one, which the store does not hold. So a repeated request gets the same answer, and a
retry makes no second key.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col

from app import audit
from app.accounts import keys
from app.accounts.inputs import Name
from app.accounts.keys import SecretKey
from app.accounts.principal import Principal
from app.audit import By
from app.database import ReadTx, WriteTx
from app.errors import Conflict, Detail, Forbidden, Invalid, NotFound, Unauthenticated
from app.inputs import Input
from app.models.partner import Partner, PartnerKey
from app.partners.registry import lock_partner
from app.public.vocabulary import KeyScope, Moment

PREFIX: Final = "willaykey_"
MOST: Final = 20
"""The most valid keys of one partner."""

USUAL_LIFE: Final = timedelta(days=365)
LONGEST_LIFE: Final = timedelta(days=3_660)
LONGEST_OVERLAP: Final = timedelta(days=7)
_FORM: Final = re.compile(r"willaykey_([0-9a-f]{8})_([0-9A-Za-z_-]{43})", re.ASCII)


class KeyInput(Input):
    """A new key; good for a year when `expires_at` is absent."""

    name: Name
    scopes: Annotated[list[KeyScope], Field(min_length=1, max_length=10)]
    expires_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key without its secret; `id` is its public part."""

    id: str
    name: str
    scopes: list[KeyScope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    rotated_from: str | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new key; `key` is shown only here."""

    key: str
    info: KeyInfo


@dataclass(frozen=True, slots=True)
class Holder:
    """The partner of a valid key, with the agreed limits and rights."""

    partner_id: UUID
    partner: str
    key_id: str
    scopes: frozenset[KeyScope]
    expires_at: datetime
    rate_per_minute: int
    quota_per_day: int | None
    embargo_hours: int


def create(tx: WriteTx, by: Principal, partner: UUID, body: KeyInput, now: datetime) -> NewKey:
    """A new key. `NotFound`; `Conflict` when there are too many; `Invalid` for a wrong expiry."""
    lock_partner(tx, partner)
    _refuse_many(tx, partner, now)
    secret = keys.new_secret()
    row = PartnerKey(
        id=keys.free_id(tx, col(PartnerKey.id)),
        partner_id=partner,
        digest=keys.digest(secret),
        name=body.name,
        scopes=sorted(set(body.scopes)),
        created_at=now,
        expires_at=_check_expiry(body.expires_at, now),
    )
    return _insert_key(tx, by.by, "partner.key_created", row, secret, now)


def of_partner(tx: ReadTx, partner: UUID) -> list[KeyInfo]:
    """The partner's keys, the newest first, ended ones too; `NotFound`."""
    if tx.execute(sa.select(col(Partner.id)).where(col(Partner.id) == partner)).first() is None:
        raise NotFound("partner_not_found", "There is no such partner.")
    statement = _ASKED.where(col(PartnerKey.partner_id) == partner)
    rows = tx.execute(statement.order_by(col(PartnerKey.created_at).desc(), col(PartnerKey.id)))
    return [KeyInfo(**row._mapping) for row in rows]


def revoke(tx: WriteTx, by: Principal, partner: UUID, key_id: str, now: datetime) -> None:
    """End a key; ending it twice is no error. `NotFound` when the partner has no such key."""
    lock_partner(tx, partner)
    is_own = sa.and_(col(PartnerKey.id) == key_id[:100], col(PartnerKey.partner_id) == partner)
    if tx.execute(sa.select(col(PartnerKey.id)).where(is_own)).first() is None:
        raise NotFound("key_not_found", "This partner has no such key.")
    good = col(PartnerKey.revoked_at).is_(None)
    if tx.execute(sa.update(PartnerKey).where(is_own, good).values(revoked_at=now)).rowcount:
        details = {"name": key_id, "active": False}
        audit.record(tx, by.by, now, "partner.key_revoked", "partner", partner, after=details)


def verify_key(tx: ReadTx, key: str, now: datetime) -> Holder:
    """The holder of this key. `Unauthenticated`: `key_invalid` for an unknown or wrong key;
    `key_revoked`, `key_expired` or `partner_suspended` for a right one that is no longer valid."""
    form = _FORM.fullmatch(key)
    row = tx.execute(_HOLDER.where(col(PartnerKey.id) == form[1])).one_or_none() if form else None
    if form is None or row is None or not keys.is_same(form[2], row.digest):
        raise Unauthenticated(
            "key_invalid", "This is no key of ours; send the key whole, or ask without one."
        )
    _refuse_ended(row.revoked_at, row.expires_at, now)
    if row.suspended_at is not None:
        raise Unauthenticated(
            "partner_suspended", "The keys of this partner are suspended; ask the publisher why."
        )
    return Holder(
        partner_id=row.partner_id,
        partner=row.partner,
        key_id=row.id,
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        rate_per_minute=row.rate_per_minute,
        quota_per_day=row.quota_per_day,
        embargo_hours=row.embargo_hours,
    )


def require(holder: Holder, scope: KeyScope) -> None:
    """`Forbidden`, naming the scope, unless the key has it."""
    if scope not in holder.scopes:
        raise Forbidden("scope_missing", f"This needs a key with the scope {scope}.")


def rotate(
    tx: WriteTx,
    installation: SecretKey,
    key: str,
    overlap: timedelta,
    address: str | None,
    now: datetime,
) -> NewKey:
    """The key that replaces this one, with the same scopes and lifetime; this one ends after
    `overlap`.

    The same key gets the same answer again. `Conflict` once the new key has been used; then only
    the new key can be rotated.
    """
    holder = verify_key(tx, key, now)
    require(holder, "keys:rotate")
    old = tx.get_locked(PartnerKey, holder.key_id)
    assert old is not None, "no key is deleted while its partner is there"
    _refuse_ended(old.revoked_at, old.expires_at, now)
    is_successor = col(PartnerKey.rotated_from) == old.id
    newer = tx.session.execute(sa.select(PartnerKey).where(is_successor)).scalar_one_or_none()
    life = old.expires_at - old.created_at
    old.expires_at = min(old.expires_at, now + overlap)
    tx.session.add(old)
    if newer is not None:
        if newer.revoked_at is not None or newer.last_used_at is not None:
            raise Conflict("already_rotated", f"The key {newer.id} has replaced it; use that one.")
        secret = _derive_secret(installation, newer.id, key)
        newer.digest = keys.digest(secret)  # differs if the installation's key has changed
        tx.session.flush()
        return NewKey(f"{PREFIX}{newer.id}_{secret}", _info(tx, newer.id))
    _refuse_many(tx, holder.partner_id, now)
    key_id = keys.free_id(tx, col(PartnerKey.id))
    secret = _derive_secret(installation, key_id, key)
    row = PartnerKey(
        id=key_id,
        partner_id=holder.partner_id,
        digest=keys.digest(secret),
        name=old.name,
        scopes=old.scopes,
        created_at=now,
        expires_at=now + life,
        rotated_from=old.id,
    )
    by = By("partner", None, old.id, address)
    return _insert_key(tx, by, "partner.key_rotated", row, secret, now)


_ASKED: Final = sa.select(*(getattr(PartnerKey, name) for name in KeyInfo.__dataclass_fields__))

_HOLDER: Final[sa.Select[*tuple[Any, ...]]] = sa.select(
    col(PartnerKey.id),
    col(PartnerKey.digest),
    col(PartnerKey.scopes),
    col(PartnerKey.expires_at),
    col(PartnerKey.revoked_at),
    col(PartnerKey.partner_id),
    col(Partner.name).label("partner"),
    col(Partner.rate_per_minute),
    col(Partner.quota_per_day),
    col(Partner.embargo_hours),
    col(Partner.suspended_at),
).join(Partner, col(Partner.id) == col(PartnerKey.partner_id))


def _insert_key(
    tx: WriteTx, by: By, action: str, row: PartnerKey, secret: str, now: datetime
) -> NewKey:
    tx.session.add(row)
    tx.session.flush()
    details = {"name": row.id, "rights": row.scopes, "active": True}
    audit.record(tx, by, now, action, "partner", row.partner_id, after=details)
    return NewKey(f"{PREFIX}{row.id}_{secret}", _info(tx, row.id))


def _info(tx: ReadTx, key_id: str) -> KeyInfo:
    return KeyInfo(**tx.execute(_ASKED.where(col(PartnerKey.id) == key_id)).one()._mapping)


def _derive_secret(installation: SecretKey, key_id: str, old: str) -> str:
    """43 url-safe characters that need both the old key and the installation's key to make."""
    secret = installation.derive("partner key", key_id, old)
    return urlsafe_b64encode(secret).decode().rstrip("=")


def _refuse_ended(revoked_at: datetime | None, expires_at: datetime, now: datetime) -> None:
    if revoked_at is not None:
        raise Unauthenticated("key_revoked", "This key was revoked; ask the publisher for another.")
    if expires_at <= now:
        raise Unauthenticated(
            "key_expired", "This key has expired; use the one that replaced it, or ask for another."
        )


def _refuse_many(tx: ReadTx, partner: UUID, now: datetime) -> None:
    good = sa.select(sa.func.count()).where(
        col(PartnerKey.partner_id) == partner,
        col(PartnerKey.revoked_at).is_(None),
        col(PartnerKey.expires_at) > now,
    )
    if tx.execute(good).scalar_one() >= MOST:
        raise Conflict("too_many_keys", f"There are {MOST} good keys already; revoke one.")


def _check_expiry(expires_at: datetime | None, now: datetime) -> datetime:
    if expires_at is None:
        return now + USUAL_LIFE
    if not now < expires_at <= now + LONGEST_LIFE:
        message = "Give an instant within ten years."
        detail = Detail("invalid_expiry", message, pointer="/expires_at")
        raise Invalid("invalid_expiry", "The key would have expired, or never would.", (detail,))
    return expires_at
