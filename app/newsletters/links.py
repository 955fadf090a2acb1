"""The tokens in letters' links: each says whose it is and what for, and nothing is stored of it.

A token is an identifier, and what only the installation's key derives from it, its purpose, the
reader's version and, for a confirmation, its end.
"""

import hmac
import re
from base64 import b32decode, b32encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from app.accounts.keys import SecretKey

Purpose = Literal["confirm", "manage", "leave"]

CONFIRMS_FOR: Final = timedelta(hours=48)
LINK_PATTERN: Final = "^[a-z2-7]{26}(-[0-9]{10})?-[A-Za-z0-9_-]{27}$"
_TOKEN: Final = re.compile(
    r"(?P<id>[a-z2-7]{26})(?:-(?P<end>[0-9]{10}))?-(?P<mac>[A-Za-z0-9_-]{27})", re.ASCII
)
_RETURN: Final = re.compile(r"(?P<id>[a-z2-7]{26})-(?P<mac>[a-z2-7]{16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReaderToken:
    """A token as it came in: whose it says it is, until when, and its proof."""

    reader_id: UUID
    ends_at: datetime | None
    proof: str


def make_token(
    key: SecretKey, purpose: Purpose, reader: UUID, version: int, ends_at: datetime | None = None
) -> str:
    """The token of a reader for a purpose."""
    end = f"-{int(ends_at.timestamp())}" if ends_at is not None else ""
    return f"{_id_text(reader)}{end}-{_proof(key, purpose, reader, version, end)}"


def parse_token(text: str) -> ReaderToken | None:
    """What a token says, unproved; None if it is none."""
    parts = _TOKEN.fullmatch(text)
    if parts is None:
        return None
    ends_at = datetime.fromtimestamp(int(parts["end"]), UTC) if parts["end"] else None
    return ReaderToken(_id_of(parts["id"]), ends_at, parts["mac"])


def is_proved(key: SecretKey, purpose: Purpose, token: ReaderToken, version: int) -> bool:
    """Whether the token is what this installation made for the purpose."""
    end = f"-{int(token.ends_at.timestamp())}" if token.ends_at is not None else ""
    expected = _proof(key, purpose, token.reader_id, version, end)
    return hmac.compare_digest(expected, token.proof)


def return_tag(key: SecretKey, letter: UUID) -> str:
    """What a letter's return address has after its `+`. Small letters only, as servers may fold
    them."""
    derived = b32encode(key.derive("return address", letter.hex)[:10]).decode().lower()
    return f"{_id_text(letter)}-{derived}"


def letter_at(key: SecretKey, address: str) -> UUID | None:
    """The letter that a return address names; None if it is not one of ours."""
    tag = address.rpartition("@")[0].partition("+")[2]
    parts = _RETURN.fullmatch(tag.lower())
    if parts is None:
        return None
    letter = _id_of(parts["id"])
    return letter if hmac.compare_digest(return_tag(key, letter), tag.lower()) else None


def _proof(key: SecretKey, purpose: Purpose, reader: UUID, version: int, end: str) -> str:
    derived = key.derive(f"reader {purpose}", reader.hex, str(version), end)
    return urlsafe_b64encode(derived[:20]).decode().rstrip("=")


def _id_text(identifier: UUID) -> str:
    return b32encode(identifier.bytes).decode().lower().rstrip("=")


def _id_of(text: str) -> UUID:
    return UUID(bytes=b32decode(text.upper() + "=" * 6))
