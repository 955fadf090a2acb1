"""The copy of a running service: the store in one snapshot, media, settings without secrets.

No writer waits: a snapshot blocks none, on SQLite (WAL) and on PostgreSQL (REPEATABLE READ). Media
are copied after the snapshot, because a file exists before the row that names it, and its name is
the digest of its content, so a later copy of it is the same.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from pydantic import SecretStr

from app import schema
from app.accounts import keys
from app.backup import manifest
from app.backup.files import BackupWriter, staged_folder
from app.backup.manifest import Advance, BackupColumn, BackupTable, Manifest
from app.backup.portable import to_json, type_name
from app.changes import head
from app.database import Database, ReadTx
from app.kit.clock import Clock
from app.kit.version import VERSION
from app.models import every_table
from app.settings import Settings

_AT_ONCE: Final = 500
"""The number of rows that are fetched together."""


def count(database: Database) -> int:
    """The approximate number of rows to copy, because the service continues."""
    with database.reading() as tx:
        return sum(
            tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in every_table().sorted_tables
        )


def create_backup(
    database: Database, settings: Settings, clock: Clock, target: Path, advance: Advance
) -> Manifest:
    """A complete copy in a new folder, or none. `Conflict` when the folder is not empty.

    `advance` receives the number of rows that are done.
    """
    with staged_folder(target) as folder:
        filled = BackupWriter(folder)
        with database.reading() as tx:
            log = head(tx)
            ordered = every_table().sorted_tables  # each after those that it refers to
            tables = tuple(_copy_table(tx, table, filled, advance) for table in ordered)
            revision = schema.revision_of(tx.connection) or ""
        media = "bucket, which its owner backs up"
        if settings.s3_bucket is None:
            media = _copy_media(settings.data_dir / "media", filled)
        filled.write_text("settings.env", _plain_settings(settings))
        backup_manifest = Manifest(
            willay=VERSION,
            made_at=clock(),
            database=settings.database_scheme,
            schema_revision=revision,
            sequence=log.sequence,
            epoch=log.epoch,
            key_mark=keys.mark_of(settings.data_dir, settings.secret_key),
            media=media,
            tables=tables,
            files=filled.files,
        )
        filled.write_text(manifest.FILE_NAME, backup_manifest.text())
    return backup_manifest


def _copy_table(tx: ReadTx, table: sa.Table, writer: BackupWriter, advance: Advance) -> BackupTable:
    columns = [
        BackupColumn(name=column.name, type=type_name(column.type), nullable=bool(column.nullable))
        for column in table.columns
    ]
    name, rows = f"tables/{table.name}.jsonl.gz", 0
    with writer.open_gzip(name) as write:
        for portion in _portions(tx, table):
            for row in portion:
                values = {c.name: to_json(c.type, v) for c, v in zip(columns, row, strict=True)}
                write(
                    json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                )
            rows += len(portion)
            advance(len(portion))
    return BackupTable(
        name=table.name,
        file=name,
        rows=rows,
        key=tuple(column.name for column in table.primary_key.columns),
        inner=tuple(key.parent.name for key in table.foreign_keys if key.column.table is table),
        columns=tuple(columns),
    )


def _portions(tx: ReadTx, table: sa.Table) -> Iterator[list[sa.Row[*tuple[Any, ...]]]]:
    ordered = sa.select(*table.columns).order_by(*table.primary_key.columns)
    result = tx.execute(ordered.execution_options(yield_per=_AT_ONCE))
    for portion in result.partitions():
        yield list(portion)


def _copy_media(folder: Path, writer: BackupWriter) -> str:
    """Copy every file below the folder except unfinished ones, whose names begin with a dot. Files
    that a takedown removes meanwhile are left out."""
    if not folder.is_dir():
        return "none"
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        passing = any(part.startswith(".") for part in within.parts)
        if passing or path.is_symlink() or not path.is_file():
            continue
        try:
            writer.copy_file(path, f"media/{within.as_posix()}")
        except FileNotFoundError:
            continue
    return "folder"


def _plain_settings(settings: Settings) -> str:
    """The configured settings as an environment file; a secret is only mentioned."""
    lines = ["# Settings of the copied service, without its secrets."]
    for name in sorted(settings.model_fields_set):
        value = getattr(settings, name)
        variable = f"WILLAY_{name.upper()}"
        if value is None:
            continue
        if isinstance(value, tuple):
            value = ",".join(str(part) for part in value)
        if isinstance(value, SecretStr) or urlsplit(str(value)).password is not None:
            lines.append(f"# {variable} was set; it is a secret, so it is not here.")
        else:
            lines.append(f"{variable}={_quote_env(value)}")
    return "\n".join(lines) + "\n"


def _quote_env(value: object) -> str:
    """The value as it is when it needs no quotes; else quoted and escaped."""
    text = str(value)
    if re.fullmatch(r"[\w.,:/@%+=~\[\]-]*", text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
