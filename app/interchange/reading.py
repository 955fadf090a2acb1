"""JSON Lines in: every line of every file, as an entry."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.errors import Invalid
from app.interchange.entering import Entry, refused_by_schema
from app.interchange.records import RECORD
from app.interchange.repairing import repaired


def entries(paths: Sequence[Path]) -> Iterator[Entry]:
    """The records of files in their order; a blank line is none. Sizes are bytes."""
    for path in paths:
        with path.open("rb") as file:
            for number, read in enumerate(file, start=1):
                # Windows' tools begin a file with the mark that it is UTF-8.
                line = read.removeprefix(BOM_UTF8) if number == 1 else read
                if line.strip():
                    yield _entry(path.name, number, len(line), line.rstrip())


def _entry(file: str, number: int, size: int, line: bytes) -> Entry:
    try:
        return Entry(file, number, size, RECORD.validate_json(line))
    except ValidationError as error:
        return _repaired(file, number, size, line, refused_by_schema(error))


def _repaired(file: str, number: int, size: int, line: bytes, refusal: Invalid) -> Entry:
    """What was refused, mended if that is enough; else with the reason of the first refusal."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return Entry(file, number, size, refusal)
    if not isinstance(said, dict):
        return Entry(file, number, size, refusal)
    name = _name_of(said)
    mended = repaired(said)
    try:
        record = RECORD.validate_json(json.dumps(mended.said))
    except (ValidationError, UnicodeEncodeError):
        return Entry(file, number, size, refusal, name)
    return Entry(file, number, size, record, name, tuple(mended.notices), mended.slug)


def _name_of(said: dict[str, Any]) -> str:
    """What a person knows the record by."""
    for name in ("external_id", "slug", "path", "title", "name"):
        value = said.get(name)
        if isinstance(value, str) and value:
            return f"{name} {value[:80]!r}"
    return ""
