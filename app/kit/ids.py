"""Identifiers that sort by the time of their making (UUID version 7, RFC 9562)."""

import secrets
from datetime import datetime
from uuid import UUID


def uuid7(moment: datetime) -> UUID:
    """48 bits of milliseconds since 1970, then 74 random bits around version and variant."""
    milliseconds = int(moment.timestamp() * 1000) & (1 << 48) - 1
    high = milliseconds << 16 | 0x7 << 12 | secrets.randbits(12)
    return UUID(int=high << 64 | 0b10 << 62 | secrets.randbits(62))
