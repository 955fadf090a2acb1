"""Text from files of any age: decoded by the encoding that it has, misread letters put right."""

import re
from typing import Final

import ftfy

from app.importers.source_report import SourceReport
from app.kit.mojibake import repair_mojibake
from app.kit.text import without_illegal, without_overrides

_SUSPECT: Final = re.compile("[\x80-\x9fÂÃâÄÅÐÑÎÏØÙã]")
"""The letters that UTF-8 becomes when it is read as Windows-1252. Others need no look."""


def decode_text(content: bytes) -> tuple[str, bool]:
    """The text of a file, without a byte order mark, and whether it was not UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace").removeprefix("\ufeff"), True
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        # Bytes without a meaning in Windows-1252 stay as they are in Latin-1.
        text = "".join(_legacy_letter(byte) for byte in content)
        return text, True


def _legacy_letter(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def repair_text(text: str) -> tuple[str, int]:
    """The text with misread letters put right, and in how many lines; without controls, and
    without signs that show letters in another order."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return without_illegal(text), 0
    text = without_overrides(text)
    if not _SUSPECT.search(text):
        return without_illegal(text), 0
    count, lines = 0, []
    for line in text.split("\n"):
        right = line
        if _SUSPECT.search(line):
            right, _ = repair_mojibake(ftfy.fix_encoding(line))
            count += right != line
        lines.append(right)
    return without_illegal("\n".join(lines)), count


def repair_body(source: str, place: str, report: SourceReport) -> str:
    """The text of an item, repaired; the report says in how many lines."""
    text, count = repair_text(source)
    if turns := len(source) - len(without_overrides(source)):
        report.note("signs that turn the direction of text are left out", "", place, turns)
    if count:
        report.note("misread letters were put right, in lines", "", place, count)
    return text
