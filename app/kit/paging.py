"""Opaque cursors of keyset paging: the key of the last article seen, and the list it belongs to.

A cursor holds no "now": an article that stays visible with an unchanged key is seen exactly once,
whenever the next page is requested.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

from app.kit.clock import EPOCH

Item = TypeVar("Item")

_LAYOUT = struct.Struct(">BB8sq16s")
_VERSION = 1


class BadCursor(ValueError):
    """The text is not a cursor of ours, or belongs to another list."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: just after (or before) the article with this key."""

    at: datetime
    id: UUID
    backwards: bool

    @classmethod
    def numbered(cls, number: int, key: UUID, *, backwards: bool) -> "Cursor":
        """A place in a list that is ordered by a number."""
        return cls(EPOCH + timedelta(microseconds=number), key, backwards)

    @property
    def number(self) -> int:
        """The number that was passed to `numbered`."""
        return (self.at - EPOCH) // timedelta(microseconds=1)

    def encode(self, list_name: str) -> str:
        """Text for one list; `list_name` holds whatever makes a list different (filters, order)."""
        micros = (self.at - EPOCH) // timedelta(microseconds=1)
        packed = _LAYOUT.pack(_VERSION, self.backwards, _mark(list_name), micros, self.id.bytes)
        return urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, list_name: str) -> Cursor:
    """The cursor that `encode` wrote for the same list, or `BadCursor`."""
    if len(text) != (_LAYOUT.size * 8 + 5) // 6:
        raise BadCursor
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        version, backwards, mark, micros, key = _LAYOUT.unpack(packed)
        at = EPOCH + timedelta(microseconds=micros)
    except (NotBase64, ValueError, OverflowError, struct.error) as error:
        raise BadCursor from error
    if version != _VERSION or backwards > 1 or mark != _mark(list_name):
        raise BadCursor
    return Cursor(at, UUID(bytes=key), bool(backwards))


def encode_text(key: str, list_name: str) -> str:
    """A cursor of a list that is ordered by a text, after the item with this key."""
    packed = _mark(list_name) + key.encode()
    return urlsafe_b64encode(packed).decode().rstrip("=")


def decode_text(text: str, list_name: str) -> str:
    """The key that was passed to `encode_text` for the same list, or `BadCursor`."""
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        key = packed[8:].decode()
    except ValueError as error:  # not base64, ASCII or UTF-8
        raise BadCursor from error
    if packed[:8] != _mark(list_name) or encode_text(key, list_name) != text:
        raise BadCursor
    return key


def _mark(list_name: str) -> bytes:
    return blake2b(list_name.encode(), digest_size=8).digest()


def count_parts(number: int, size: int) -> int:
    """The number of parts of so many items; nothing is one empty part."""
    return max(1, -(-number // size))


def part_from_end(items: list[Item], number: int, size: int) -> list[Item]:
    """A part of a list, counted from 1 at its end, so that what comes at its beginning leaves the
    earlier parts as they are; empty beyond the last part."""
    end = max(0, len(items) - (number - 1) * size)
    return items[max(0, end - size) : end]
