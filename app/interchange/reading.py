"""JSON Lines in: every line of every file, as an entry."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from app.errors import Invalid
from app.interchange.entering import Entry, refused_by_schema
from app.interchange.records import RECORD, Record


def entries(paths: Sequence[Path]) -> Iterator[Entry]:
    """The records of files in their order; a blank line is none. Sizes are bytes."""
    for path in paths:
        with path.open("rb") as file:
            for number, read in enumerate(file, start=1):
                # Windows' tools begin a file with the mark that it is UTF-8.
                line = read.removeprefix(BOM_UTF8) if number == 1 else read
                if line.strip():
                    yield Entry(path.name, number, len(line), _record(line.rstrip()))


def _record(line: bytes) -> Record | Invalid:
    try:
        return RECORD.validate_json(line)
    except ValidationError as error:
        return refused_by_schema(error)
