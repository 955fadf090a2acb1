"""The second factor: TOTP (RFC 6238) and recovery codes, neither of which works twice.

The secret is not stored: it is derived from the installation's key and a random salt. Turning it on
ends the account's other sessions, personal tokens and links, which were made without it.
"""

import re
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Final, Literal
from uuid import UUID

import pyotp
import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts import keys
from app.accounts.keys import SecretKey
from app.accounts.principal import Principal, require_session
from app.accounts.proof import Proof, has_second_factor, verify_proof
from app.accounts.revocation import end_access
from app.database import ReadTx, WriteTx
from app.errors import Conflict, Detail, Invalid, Unavailable
from app.models.account import RecoveryCode, Totp

RECOVERY_CODES: Final = 10
_EITHER_SIDE: Final = 1
_TOTP: Final = re.compile(r"[0-9]{6}", re.ASCII)
_RECOVERY: Final = re.compile(r"[A-Z2-7]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    """The data for an authenticator app, shown once. `uri` is the content of a QR code."""

    secret: str
    uri: str


def enrol(tx: WriteTx, proof: Proof, key: SecretKey, now: datetime, issuer: str) -> TotpEnrolment:
    """Begin. Logins need no code until `confirm`. `Conflict` when a second factor is on already."""
    account = verify_proof(tx, proof)
    if has_second_factor(tx, account.id):
        raise Conflict("totp_enabled", "There is a second factor already; disable it first.")
    tx.execute(sa.delete(Totp).where(col(Totp.account_id) == account.id))
    salt = secrets.token_hex(16)
    row = Totp(account_id=account.id, salt=salt, key_mark=key.mark, last_step=0, created_at=now)
    tx.session.add(row)
    secret = _totp_secret(account.id, salt, key)
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=issuer)
    return TotpEnrolment(secret, uri)


def confirm(tx: WriteTx, by: Principal, code: str, key: SecretKey, now: datetime) -> list[str]:
    """Turn it on with a first code; returns recovery codes, shown once. `Invalid`: a wrong code."""
    account_id, session_id = require_session(by)
    pending = _lock_totp(tx, account_id, confirmed=False)
    if pending is None:
        raise Conflict("totp_not_enrolled", "Nothing waits for a code; enrol first.")
    step = _match_step(pending, _normalise_code(code), key, now)
    if step is None:
        message = "The code is wrong; is the device's clock right?"
        raise Invalid("code_wrong", message, (Detail("code_wrong", message, pointer="/code"),))
    tx.execute(
        sa.update(Totp)
        .where(col(Totp.account_id) == account_id)
        .values(confirmed_at=now, last_step=step)
    )
    end_access(tx, account_id, now, but=session_id)
    audit.record(tx, by.by, now, "totp.enabled", "account", account_id, after={"totp": True})
    return _new_codes(tx, account_id)


def disable(tx: WriteTx, proof: Proof, now: datetime) -> None:
    """Turn it off; needs the password and a code."""
    account = verify_proof(tx, proof, needs_code=True)
    remove(tx, account.id)
    audit.record(
        tx, proof.principal.by, now, "totp.disabled", "account", account.id, after={"totp": False}
    )


def renew_codes(tx: WriteTx, proof: Proof, now: datetime) -> list[str]:
    """New recovery codes in place of the old; needs the password and a code."""
    account = verify_proof(tx, proof, needs_code=True)
    audit.record(tx, proof.principal.by, now, "totp.codes_renewed", "account", account.id)
    return _new_codes(tx, account.id)


def remove(tx: WriteTx, account_id: UUID) -> None:
    """Remove the second factor; the calling command records why."""
    tx.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    tx.execute(sa.delete(Totp).where(col(Totp.account_id) == account_id))


def codes_left(tx: ReadTx, account_id: UUID) -> int:
    """The number of unused recovery codes."""
    statement = sa.select(sa.func.count()).where(col(RecoveryCode.account_id) == account_id)
    left: int = tx.execute(statement).scalar_one()
    return left


def use_code(
    tx: WriteTx, account_id: UUID, code: str, key: SecretKey, now: datetime
) -> Literal["totp", "recovery"] | None:
    """Use a code up; None when it is wrong or was used. Of two simultaneous uses one succeeds,
    because both statements change a row that only one of them can find."""
    text = _normalise_code(code)
    if _RECOVERY.fullmatch(text):
        deletion = tx.execute(
            sa.delete(RecoveryCode).where(
                col(RecoveryCode.account_id) == account_id,
                col(RecoveryCode.digest) == keys.digest(text),
            )
        )
        return "recovery" if deletion.rowcount == 1 else None
    row = _lock_totp(tx, account_id, confirmed=True)
    step = _match_step(row, text, key, now) if row is not None else None
    if step is None:
        return None
    moved = tx.execute(
        sa.update(Totp)
        .where(col(Totp.account_id) == account_id, col(Totp.last_step) < step)
        .values(last_step=step)
    )
    return "totp" if moved.rowcount == 1 else None


def _lock_totp(tx: WriteTx, account_id: UUID, *, confirmed: bool) -> Totp | None:
    """The pending or the confirmed enrolment, locked."""
    statement = sa.select(Totp).where(
        col(Totp.account_id) == account_id,
        col(Totp.confirmed_at).isnot(None) if confirmed else col(Totp.confirmed_at).is_(None),
    )
    totp: Totp | None = tx.session.execute(
        statement.with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return totp


def _match_step(row: Totp, code: str, key: SecretKey, now: datetime) -> int | None:
    """The time step of a code; a clock may be one step slow or fast."""
    if row.key_mark != key.mark:
        raise Unavailable(
            "secret_key_changed",
            "The server's secret key is not the one that this second factor was made with: the "
            "operator must restore it, or drop the factor. A recovery code works meanwhile.",
        )
    if not _TOTP.fullmatch(code):
        return None
    generator = pyotp.TOTP(_totp_secret(row.account_id, row.salt, key))
    present = generator.timecode(now)
    matching = [
        step
        for step in range(present - _EITHER_SIDE, present + _EITHER_SIDE + 1)
        if compare_digest(generator.generate_otp(step), code)
    ]
    return max(matching, default=None)


def _totp_secret(account_id: UUID, salt: str, key: SecretKey) -> str:
    """160 bits in base32, as RFC 4226 recommends."""
    return b32encode(key.derive("totp", str(account_id), salt)[:20]).decode()


def _new_codes(tx: WriteTx, account_id: UUID) -> list[str]:
    tx.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = [keys.new_recovery_code() for _ in range(RECOVERY_CODES)]
    rows = [
        {"account_id": account_id, "digest": keys.digest(_normalise_code(code))} for code in codes
    ]
    tx.execute(sa.insert(RecoveryCode), rows)
    return codes


def _normalise_code(code: str) -> str:
    """The code without spaces, hyphens and case, which do not matter."""
    return re.sub(r"[\s-]", "", code[:40]).upper()
