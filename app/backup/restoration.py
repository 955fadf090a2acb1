"""The restoration of a copy: into an empty store, in one transaction, or not at all.

The store gets the schema of the copy, its rows, and then the later migrations. It begins a new
epoch of the log: cursors of the copied service are refused, because their holders may have seen
newer content than the copy has.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from app import changes, schema
from app.backup import manifest
from app.backup.files import BackupWriter, staged_folder
from app.backup.manifest import Advance, BackupTable, Manifest
from app.backup.portable import column_type, from_json
from app.database import Database
from app.errors import Conflict, Invalid
from app.models import every_table

_AT_ONCE: Final = 500
"""The number of rows that are written together."""

_SEEDED: Final = {"change_head"}
"""The tables in which a new store has rows already."""


@dataclass(frozen=True, slots=True)
class VerifiedBackup:
    """A copy whose files all match its manifest."""

    folder: Path
    manifest: Manifest


def open_backup(folder: Path, expected: Manifest, advance: Advance) -> VerifiedBackup:
    """A verified copy; `Invalid`. `advance` receives the number of bytes that were read."""
    manifest.verify(folder, expected, advance)
    return VerifiedBackup(folder, expected)


def restore(database: Database, data_dir: Path, copy: VerifiedBackup, advance: Advance) -> None:
    """Fill an empty store and an empty media folder. `Conflict` when either is not empty,
    `Unavailable` when the copy is of a newer version. `advance` receives the rows done."""
    with database.altering() as connection:
        _refuse_content(connection)
        with _media_in_place(copy, data_dir / "media"):
            if schema.revision_of(connection) is not None:
                schema.migrate_connection(connection, "base")
            schema.migrate_connection(connection, copy.manifest.schema_revision)
            _load_tables(connection, copy, advance)
            schema.migrate_connection(connection)
            changes.begin_epoch(connection)


def _refuse_content(connection: sa.Connection) -> None:
    """`Conflict` when the store has content. A store that was never used counts as empty."""
    tables = set(sa.inspect(connection).get_table_names())
    for table in every_table().sorted_tables:
        if table.name in tables - _SEEDED and connection.execute(_any_row(table)).first():
            message = f"The store is not empty (there are rows in {table.name}); name another one."
            raise Conflict("store_in_use", message)


def _any_row(table: sa.Table) -> sa.Select[Any]:
    return sa.select(sa.literal(1)).select_from(table).limit(1)


@contextmanager
def _media_in_place(copy: VerifiedBackup, folder: Path) -> Iterator[None]:
    """Put the copy's media in place when the block ends without an error."""
    names = [name for name in copy.manifest.files if name.startswith("media/")]
    if not names:
        yield
        return
    with staged_folder(folder) as draft:
        filled = BackupWriter(draft)
        for name in names:
            filled.copy_file(copy.folder / name, name.removeprefix("media/"))
        yield


def _load_tables(connection: sa.Connection, copy: VerifiedBackup, advance: Advance) -> None:
    metadata = sa.MetaData()
    metadata.reflect(connection)
    for table in copy.manifest.tables:
        _refuse_unknown(table, metadata)
    for table in reversed(copy.manifest.tables):
        connection.execute(sa.delete(sa.table(table.name)))  # the rows of a new store
    for table in copy.manifest.tables:
        rows = _load(connection, copy.folder, table, advance)
        if rows != table.rows:
            message = f"{table.file} holds {rows} rows, not {table.rows}; the copy is damaged."
            raise Invalid("broken_copy", message)
        if connection.dialect.name == "postgresql":
            _go_on_counting(connection, metadata.tables[table.name])


def _refuse_unknown(table: BackupTable, metadata: sa.MetaData) -> None:
    own_table = metadata.tables.get(table.name)
    names = {column.name for column in table.columns}
    if own_table is None or names != set(own_table.columns.keys()):
        message = f"The copy's table {table.name} is not one of its schema; the copy is damaged."
        raise Invalid("broken_copy", message)


def _load(connection: sa.Connection, folder: Path, table: BackupTable, advance: Advance) -> int:
    """Insert every row. References to rows of the same table are set at the end."""
    columns = [
        sa.column(column.name, column_type(column.type, nullable=column.nullable))
        for column in table.columns
    ]
    into = sa.table(table.name, *columns)
    later: list[dict[str, Any]] = []
    done = 0
    rows = _rows(folder, table)
    while portion := list(islice(rows, _AT_ONCE)):
        for row in portion:
            if any(row[name] is not None for name in table.inner):
                later.append({f"to_{name}": row[name] for name in (*table.key, *table.inner)})
                row.update(dict.fromkeys(table.inner))
        connection.execute(sa.insert(into), portion)
        done += len(portion)
        advance(len(portion))
    if later:
        conditions = [into.c[name] == sa.bindparam(f"to_{name}") for name in table.key]
        refers: dict[str, Any] = {name: sa.bindparam(f"to_{name}") for name in table.inner}
        connection.execute(sa.update(into).where(*conditions).values(refers), later)
    return done


def _rows(folder: Path, table: BackupTable) -> Iterator[dict[str, Any]]:
    """The rows of a table's file. `Invalid` for a malformed row."""
    done = 0
    try:
        with gzip.open(folder / table.file, "rt", encoding="utf-8") as lines:
            for done, line in enumerate(lines):  # noqa: B007  # the refusal below tells it
                row = json.loads(line)
                yield {c.name: from_json(c.type, row[c.name]) for c in table.columns}
    except (ValueError, TypeError, LookupError, OSError, EOFError, zlib.error) as error:
        message = f"{table.file}, line {done + 1}, holds no row of {table.name}."
        raise Invalid("broken_copy", message) from error


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """Make PostgreSQL number the next row after the greatest existing number."""
    column = table.autoincrement_column
    if column is None or not (column.server_default or column.identity):
        return
    greatest = connection.execute(sa.select(sa.func.max(column))).scalar()
    if greatest is not None:
        name = connection.dialect.identifier_preparer.format_table(table)
        counter = sa.func.pg_get_serial_sequence(name, column.name)
        connection.execute(sa.select(sa.func.setval(counter, greatest)))
