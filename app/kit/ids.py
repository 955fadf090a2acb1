"""Identifiers that sort by their time of creation (UUID version 7, RFC 9562)."""

import re
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

# Stricter than UUID(), which also takes braces, underscores and other scripts' digits.
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def is_uuid(text: str) -> bool:
    """Whether a text is an id as the wire writes it."""
    return _UUID.fullmatch(text) is not None


def uuid7(moment: datetime, nth: int | None = None) -> UUID:
    """A UUID: 48 bits of milliseconds since 1970, then 74 random bits around version and variant.

    With `nth`, the first 12 of those are `nth`, so that ids of one moment sort by it.
    """
    milliseconds = int(moment.timestamp() * 1000) & (1 << 48) - 1
    low = secrets.randbits(12) if nth is None else nth & 0xFFF
    high = milliseconds << 16 | 0x7 << 12 | low
    return UUID(int=high << 64 | 0b10 << 62 | secrets.randbits(62))
