"""Secrets: random ones and their digests, and the installation's own key, made once and kept.

The key encrypts nothing. Second factors are *derived* from it and a random salt. So a stolen
database reveals none, and there is no cipher to choose, no nonce to repeat, no dependency.
"""

import hmac
import os
import secrets
from base64 import b32encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import ReadTx
from app.errors import Unavailable
from app.kit.secret import digest, new_secret
from app.models.account import Totp
from app.models.reader import Reader
from app.models.webhook import Webhook

__all__ = [
    "FILE_NAME",
    "SecretKey",
    "digest",
    "free_id",
    "is_same",
    "new_recovery_code",
    "new_secret",
    "secret_key",
]

FILE_NAME: Final = "secret.key"
_SHORTEST: Final = 32


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The installation's key; never shown by `repr`."""

    _bytes: bytes = field(repr=False)

    def derive(self, purpose: str, *parts: str) -> bytes:
        """32 bytes that only this key gives for this purpose and these parts."""
        # A length before each part makes ("ab", "c") and ("a", "bc") differ.
        context = b"".join(
            len(part).to_bytes(4, "big") + part
            for part in (text.encode() for text in (purpose, *parts))
        )
        return hmac.digest(self._bytes, context, "sha256")

    @property
    def mark(self) -> str:
        """A mark that distinguishes keys and reveals nothing about them."""
        return self.derive("mark").hex()[:16]


def secret_key(folder: Path, configured: str | None) -> SecretKey:
    """The configured key, or the one in the folder, made (mode 0600) when absent.

    `Unavailable` when the file is too short, because the key was cut.
    """
    if configured is not None:
        return SecretKey(configured.encode())
    path = folder / FILE_NAME
    if not path.exists():
        _create_key_file(path)
    stored = path.read_text().strip()
    if len(stored) < _SHORTEST:
        raise Unavailable("secret_key_broken", f"{path} is cut short; restore it from a backup.")
    return SecretKey(stored.encode())


def mark_of(folder: Path, configured: SecretStr | None) -> str | None:
    """The mark of the existing key; None when the key would have to be made."""
    if configured is not None:
        return secret_key(folder, configured.get_secret_value()).mark
    return secret_key(folder, None).mark if (folder / FILE_NAME).exists() else None


def count_lost_secrets(tx: ReadTx, mark: str | None) -> int:
    """The number of second factors, webhooks and readers' addresses that were made with a key of
    another mark."""
    return sum(
        tx.execute(
            sa.select(sa.func.count()).select_from(table).where(col(table.key_mark) != (mark or ""))
        ).scalar_one()
        for table in (Totp, Webhook, Reader)
    )


def free_id(tx: ReadTx, ids: Mapped[str]) -> str:
    """Eight hex digits that no row of this column has: the public part of a token."""
    while True:
        candidate = secrets.token_hex(4)
        if tx.execute(sa.select(ids).where(ids == candidate)).first() is None:
            return candidate


def _create_key_file(path: Path) -> None:
    """Write the key under another name and then link it, so that two processes agree on one key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE_NAME}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was first; the caller reads its key
    finally:
        draft.unlink()


def new_recovery_code() -> str:
    """80 random bits for people to copy: `ABCD-EFGH-IJKL-MNOP`."""
    text = b32encode(secrets.token_bytes(10)).decode()
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))


def is_same(secret: str, stored_hash: str) -> bool:
    """Whether the secret has this hash, compared in constant time."""
    return hmac.compare_digest(digest(secret), stored_hash)
