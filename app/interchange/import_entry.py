"""What an import goes through: records with their places, and the reasons why others are none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.errors import Invalid, WillayError
from app.interchange.prepared_record import PreparedRecord
from app.interchange.records import RECORD, Record


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """A record with the place it was read from, or the reason why it could not be read."""

    file: str
    line: int
    size: int
    """Its share of the source, in the unit in which progress is shown."""
    record: Record | Invalid
    name: str = ""
    """A name of the entry for people, when `record` gives none."""
    notices: tuple[str, ...] = ()
    """The repairs that were made in it."""
    former_slug: str | None = None
    """Its slug before a repair changed it."""
    folder: Path | None = None
    """The folder in which the files lie that the record names."""
    hosts: frozenset[str] = frozenset()
    """The hosts, without `www.`, to which a redirect from the address of its file may lead."""
    media_addresses: Mapping[str, str] = field(default_factory=dict)
    """The addresses, by name, that stand for media of the record that could not come."""
    is_foreign: bool = False
    """Whether another system chose its slug and its paths. Where these are taken here, the record
    enters with another slug, or without the path, and a notice says so."""

    @property
    def place(self) -> str:
        """Where it is in the source, for people."""
        return f"{self.file}:{self.line}" if self.line else f"{self.file}: {self.name}"


ReadyEntry = tuple[ImportEntry, PreparedRecord | WillayError]
"""An entry with its record, or with the reason why it is refused."""


def to_record(fields: Mapping[str, Any]) -> Record | Invalid:
    """The record of these fields, `type` among them, or the reason why they are none."""
    try:
        return RECORD.validate_python(fields)
    except ValidationError as error:
        return refused_by_schema(error)


def refused_by_schema(error: ValidationError) -> Invalid:
    """The first error of a record, with its place."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the line"
    message = str(first["msg"]).removeprefix("Value error, ")
    return Invalid("invalid_record", f"{where}: {message}")
