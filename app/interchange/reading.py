"""JSON Lines in: every line of every file, as an entry."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from app.errors import Invalid
from app.interchange.entering import Entry, refused_by_schema
from app.interchange.records import RECORD, Record
from app.kit.conversion import mended_within

_SUSPECT: Final = re.compile(rb"\xc2[\x80-\x9f]|\\u00[89]", re.IGNORECASE)
"""C1 controls, as they are or as JSON writes them."""


def entries(paths: Sequence[Path]) -> Iterator[Entry]:
    """The records of files in their order; a blank line is none. Sizes are bytes."""
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    text, notices = _mended(line.rstrip())
                    yield Entry(path.name, number, len(line), _record(text), notices)


def _mended(line: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The line with characters that no text has put right, and what was done, by member."""
    if _SUSPECT.search(line) is None:
        return line, ()
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return line, ()  # told as what it is when it is read
    if not isinstance(said, dict):
        return line, ()
    right = {name: mended_within(value) for name, value in said.items()}
    notices = tuple(
        f"{name}: {count} misread {'character was' if count == 1 else 'characters were'} put right"
        for name, (_, count) in right.items()
        if count
    )
    return json.dumps({name: value for name, (value, _) in right.items()}).encode(), notices


def _record(line: bytes) -> Record | Invalid:
    try:
        return RECORD.validate_json(line)
    except ValidationError as error:
        return refused_by_schema(error)
