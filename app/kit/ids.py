"""Identifiers that sort by the time of their making (UUID version 7, RFC 9562)."""

import secrets
from datetime import datetime
from uuid import UUID


def uuid7(moment: datetime, nth: int | None = None) -> UUID:
    """48 bits of milliseconds since 1970, then 74 random bits around version and variant.

    The first 12 of those are `nth` when it is given: what is made at one moment then sorts by it.
    """
    milliseconds = int(moment.timestamp() * 1000) & (1 << 48) - 1
    low = secrets.randbits(12) if nth is None else nth & 0xFFF
    high = milliseconds << 16 | 0x7 << 12 | low
    return UUID(int=high << 64 | 0b10 << 62 | secrets.randbits(62))
