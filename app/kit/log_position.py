"""A reader's position in the change log, as opaque text.

A reader's copy is judged at the log's head, which may be far beyond the entry that the reader has
reached. So a position also names the head, with a mark of its entry. A store that was restored from
an older copy has another entry there, or none. Without the mark, whatever the reader took from the
lost history would stay wrong for ever.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass

from app.kit.paging import BadCursor

_LAYOUT = struct.Struct(">BQQ8s")
_VERSION = 1
_CHARACTERS = (_LAYOUT.size * 8 + 5) // 6


@dataclass(frozen=True, slots=True)
class Position:
    """After the entry `sequence`, as seen from the entry `head`; `mark` is a digest of the head."""

    sequence: int = 0
    head: int = 0
    mark: bytes = bytes(8)

    def encode(self) -> str:
        """Opaque text."""
        packed = _LAYOUT.pack(_VERSION, self.sequence, self.head, self.mark)
        return urlsafe_b64encode(packed).decode().rstrip("=")


START = Position()
"""Before the first entry."""


def decode(text: str) -> Position:
    """The position that `encode` wrote, or `BadCursor`."""
    if len(text) != _CHARACTERS:
        raise BadCursor
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        version, sequence, head, mark = _LAYOUT.unpack(packed)
    except (NotBase64, ValueError, struct.error) as error:
        raise BadCursor from error
    if version != _VERSION or not sequence <= head < 2**63:
        raise BadCursor
    return Position(sequence, head, mark)
