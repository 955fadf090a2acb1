"""JSON Lines in: every line of every file, as an entry."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.errors import Invalid
from app.interchange.import_entry import ImportEntry, refused_by_schema
from app.interchange.record_repair import repair_record
from app.interchange.records import RECORD


def read_entries(paths: Sequence[Path]) -> Iterator[ImportEntry]:
    """The records of files in their order, without blank lines. Sizes are bytes."""
    for path in paths:
        with path.open("rb") as file:
            for number, read in enumerate(file, start=1):
                # Tools of Windows put a byte order mark at the start of a UTF-8 file.
                line = read.removeprefix(BOM_UTF8) if number == 1 else read
                if line.strip():
                    yield replace(
                        _entry(path.name, number, len(line), line.rstrip()), folder=path.parent
                    )


def _entry(file: str, number: int, size: int, line: bytes) -> ImportEntry:
    try:
        return ImportEntry(file, number, size, RECORD.validate_json(line))
    except ValidationError as error:
        return _repair_entry(file, number, size, line, refused_by_schema(error))


def _repair_entry(file: str, number: int, size: int, line: bytes, refusal: Invalid) -> ImportEntry:
    """The record after a repair, if that suffices; else the reason of the first refusal."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return ImportEntry(file, number, size, refusal)
    if not isinstance(fields, dict):
        return ImportEntry(file, number, size, refusal)
    name = _name_of(fields)
    mended = repair_record(fields)
    try:
        record = RECORD.validate_json(json.dumps(mended.fields))
    except (ValidationError, UnicodeEncodeError):
        return ImportEntry(file, number, size, refusal, name)
    return ImportEntry(file, number, size, record, name, tuple(mended.notices), mended.slug)


def _name_of(fields: dict[str, Any]) -> str:
    """A name of the record for people."""
    for name in ("external_id", "slug", "path", "title", "name"):
        value = fields.get(name)
        if isinstance(value, str) and value:
            return f"{name} {value[:80]!r}"
    return ""
