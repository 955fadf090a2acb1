"""Repairs text that was read in a wrong encoding on its way here.

C1 controls occur in no text that anybody wrote: they are bytes of Windows-1252, or remains of UTF-8
that was mistaken for it. Only text with one of them is repaired.
"""

import re
from typing import Any, Final

_C1: Final = re.compile("[\x80-\x9f]")


def _decode_byte(byte: int) -> str:
    """A byte as programs read Windows-1252: bytes without a meaning in it stay as they are."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_BYTES: Final = {_decode_byte(byte): byte for byte in range(0x80, 0x100)} | {
    chr(byte): byte for byte in range(0x80, 0xA0)
}


def _range(first: int, last: int) -> str:
    signs = (re.escape(sign) for sign, byte in _BYTES.items() if first <= byte <= last)
    return f"[{''.join(signs)}]"


_REST: Final = _range(0x80, 0xBF)
_UTF8: Final = re.compile(
    f"{_range(0xC2, 0xDF)}{_REST}|{_range(0xE0, 0xEF)}{_REST}{{2}}|{_range(0xF0, 0xF4)}{_REST}{{3}}"
)


def repair_mojibake(text: str) -> tuple[str, int]:
    """The repaired text, and the number of characters or sequences that were repaired."""
    if _C1.search(text) is None:
        return text, 0
    count = 0

    def decode_match(match: re.Match[str]) -> str:
        nonlocal count
        try:
            right = bytes(_BYTES[sign] for sign in match[0]).decode()
        except UnicodeDecodeError:
            return match[0]
        count += 1
        return right

    def replace_entity(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        right = _decode_byte(ord(match[0]))
        return "" if _C1.match(right) else right

    return _C1.sub(replace_entity, _UTF8.sub(decode_match, text)), count


def mended_within(value: Any) -> tuple[Any, int]:
    """A JSON value with every string repaired, and the number of repairs."""
    match value:
        case str():
            return repair_mojibake(value)
        case list():
            items = [mended_within(item) for item in value]
            return [item for item, _ in items], sum(count for _, count in items)
        case dict():
            pairs = {key: mended_within(item) for key, item in value.items()}
            return {key: item for key, (item, _) in pairs.items()}, sum(
                n for _, n in pairs.values()
            )
        case _:
            return value, 0
