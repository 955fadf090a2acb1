"""Stores that cost nothing: copies of one template that was migrated once a process."""

import atexit
import secrets
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from app import schema
from app.database import Database


@cache
def sqlite_template() -> Path:
    """A migrated, empty store in one file."""
    folder = tempfile.TemporaryDirectory(prefix="willay-template-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    database.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def copy_sqlite(path: Path) -> None:
    """A new store at `path`, with an epoch of its own: a migration draws it at random."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(sqlite_template(), path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        connection.execute("UPDATE change_head SET epoch = ?", (secrets.token_hex(8),))
    connection.close()
