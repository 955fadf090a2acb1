"""The marks of a whole index in little memory: forty bytes for each document, and no object."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from app.search.protocol import DOCUMENT_KINDS, Key, Mark

_KEY_BYTES: Final = 17
_VERSION_BYTES: Final = 8


class MarkList:
    """What an index holds, to be compared with what the store says."""

    def __init__(self, marks: Iterable[tuple[Key, Mark]]) -> None:
        self._records = sorted(_pack(key) + _pack_mark(mark) for key, mark in marks)
        self._was_taken = bytearray(len(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def take(self, key: Key) -> Mark | None:
        """The mark of a document, which is no longer left; None if there is none."""
        packed = _pack(key)
        at = bisect_left(self._records, packed)
        if at == len(self._records) or not self._records[at].startswith(packed):
            return None
        self._was_taken[at] = True
        return _unpack_mark(self._records[at])

    def left(self) -> Iterator[tuple[Key, Mark]]:
        """What nobody took: surplus, and what the index holds twice."""
        for record, was_taken in zip(self._records, self._was_taken, strict=True):
            if not was_taken:
                yield _unpack_key(record), _unpack_mark(record)


def _pack(key: Key) -> bytes:
    return bytes([DOCUMENT_KINDS.index(key.kind)]) + key.id.bytes


def _pack_mark(mark: Mark) -> bytes:
    # A forged version may be any number; none of ours is negative.
    version = mark.version if 0 <= mark.version < 2**63 else -1
    return version.to_bytes(_VERSION_BYTES, "big", signed=True) + mark.digest


def _unpack_key(record: bytes) -> Key:
    return Key(DOCUMENT_KINDS[record[0]], UUID(bytes=record[1:_KEY_BYTES]))


def _unpack_mark(record: bytes) -> Mark:
    digest = _KEY_BYTES + _VERSION_BYTES
    version = int.from_bytes(record[_KEY_BYTES:digest], "big", signed=True)
    return Mark(version, record[digest:])
