"""An export of Ghost as tables of rows. Each version has its own frame around them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

from app.errors import Invalid
from app.importers.text_repair import decode_text
from app.kit.dates import in_range

Row = dict[str, Any]
_LARGEST: Final = 2_000_000_000


def read_tables(path: Path) -> dict[str, list[Row]]:
    """The tables by name. `Invalid` (`not_ghost`) when the file holds none."""
    if path.stat().st_size > _LARGEST:
        raise Invalid("not_ghost", "The file is larger than two gigabytes; export a part of it.")
    try:
        content = _read_json(path.read_bytes())
    except ValueError as error:
        message = f"The file is no JSON, or is cut off or nested too deeply ({str(error)[:100]})."
        raise Invalid("not_ghost", f"{message} Export the site again.") from error
    tables = _tables_within(content)
    if tables is None:
        message = "This is JSON, but no export of Ghost; choose Settings, Export there."
        raise Invalid("not_ghost", message)
    return {
        name: [row for row in rows if isinstance(row, dict)]
        for name, rows in tables.items()
        if isinstance(rows, list)
    }


def _read_json(content: bytes) -> Any:
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError:
        text, is_other = decode_text(content)
        # What is UTF-8 without a mark at its start is what has failed already.
        if not is_other and not content.startswith(b"\xef\xbb\xbf"):
            raise
        return from_json(text, allow_inf_nan=False)


def is_export(path: Path) -> bool:
    """Whether a file holds tables of Ghost."""
    try:
        return bool(read_tables(path))
    except Invalid:
        return False


def _tables_within(content: Any) -> dict[str, Any] | None:
    if isinstance(content, dict):
        frame = content.get("db")
        if isinstance(frame, list) and frame:
            return _tables_within(frame[0])
        if isinstance(content.get("posts"), list):
            return content
        return _tables_within(content.get("data"))
    return None


def moment_of_value(value: Any) -> datetime | None:
    """A date of any version: milliseconds, or a text in UTC. None when it is none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return in_range(datetime.fromtimestamp(value / 1000, UTC))
        if isinstance(value, str) and value:
            moment = datetime.fromisoformat(value.strip())
            return in_range(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError, OSError):
        return None
    return None


def text_of_field(row: Row, name: str) -> str:
    """A field as text; empty for null and for what is no text."""
    value = row.get(name)
    return value if isinstance(value, str) else ""
