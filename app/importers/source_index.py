"""Facts of a source by kind and key, in a file of their own, so that gigabytes fit any memory.

The file has no name: the system deletes it when the process ends, however it ends.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

_TABLES: Final = """
CREATE TABLE fact (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key));
CREATE TABLE member (kind TEXT, key TEXT, value TEXT);
CREATE INDEX member_key ON member (kind, key);
"""


class SourceIndex:
    """Facts by kind and key; values are JSON."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_TABLES)

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep a fact; one of the same key is replaced."""
        statement = "INSERT OR REPLACE INTO fact VALUES (?, ?, ?)"
        self._connection.execute(statement, (kind, key, json.dumps(value)))

    def claim(self, kind: str, key: str, owner: str) -> bool:
        """Whether the key is the owner's: it is whose who claims it first."""
        statement = "INSERT OR IGNORE INTO fact VALUES (?, ?, ?)"
        claim = self._connection.execute(statement, (kind, key, json.dumps(owner)))
        return claim.rowcount > 0 or bool(self.get(kind, key) == owner)

    def get(self, kind: str, key: str) -> Any:
        """The fact with this key; None when there is none."""
        statement = "SELECT value FROM fact WHERE kind = ? AND key = ?"
        row = self._connection.execute(statement, (kind, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def items(self, kind: str) -> Iterator[tuple[str, Any]]:
        """All facts of a kind with their keys, in the order in which they came."""
        statement = "SELECT key, value FROM fact WHERE kind = ? ORDER BY rowid"
        for key, value in self._connection.execute(statement, (kind,)):
            yield key, json.loads(value)

    def add(self, kind: str, key: str, value: str) -> None:
        """Add a member to the list with this key."""
        self._connection.execute("INSERT INTO member VALUES (?, ?, ?)", (kind, key, value))

    def members(self, kind: str, key: str) -> list[str]:
        """The members of a list, in the order in which they came."""
        statement = "SELECT value FROM member WHERE kind = ? AND key = ? ORDER BY rowid"
        return [row[0] for row in self._connection.execute(statement, (kind, key))]


@contextmanager
def open_index() -> Iterator[SourceIndex]:
    """An empty index, which is gone at the end."""
    # An empty name is a file that only this connection sees, and which ends with it.
    with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        index = SourceIndex(connection)
        connection.execute("BEGIN")  # one for all statements, which is never committed
        yield index
