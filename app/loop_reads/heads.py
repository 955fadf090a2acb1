"""The head of the log, read on the event loop: cheap enough for every request.

On SQLite a read is one look at the file, some microseconds. `postgresql_heads` has the other way.
"""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from app.changes import Head
from app.database import Database

SELECT_HEAD: Final = "SELECT sequence, effective_until, next_boundary, epoch FROM change_head"


class HeadReader(Protocol):
    """Reads the head for the requests of one event loop."""

    @property
    def is_late(self) -> bool:
        """Whether the store does not answer in time, so that nobody should wait for it."""
        ...

    def look(self) -> Head | None:
        """The head at this instant if that takes no waiting; else None."""
        ...

    async def read(self) -> Head | None:
        """The head at an instant after the call; None if it cannot be read now."""
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


def head_reader(database: Database) -> HeadReader:
    """The reader for a store; it connects at its first use."""
    if database.path is not None:
        return SqliteHeadReader(database.path)
    # Imported only for a store on PostgreSQL, because its driver takes time and memory.
    from app.loop_reads.postgresql_heads import PostgresHeadReader

    url = database.url.set(drivername="postgresql")
    return PostgresHeadReader(url.render_as_string(hide_password=False))


class SqliteHeadReader:
    """Looks on a connection of its own, which waits for no lock.

    One look serves all requests that run in the same turn of the event loop: the loop had received
    each of them before its turn began.
    """

    is_late: Final = False

    def __init__(self, path: Path) -> None:
        self._address = f"{path.absolute().as_uri()}?mode=rw"
        self._cursor: sqlite3.Cursor | None = None
        self._row: tuple[Any, ...] = ()
        self._head: Head | None = None
        self._is_of_this_turn = False

    def look(self) -> Head | None:
        """See `HeadReader.look`."""
        if self._is_of_this_turn:
            return self._head
        try:
            if self._cursor is None:
                self._cursor = self._connect()
            row = self._cursor.execute(SELECT_HEAD).fetchone()
        except sqlite3.Error:  # whoever asks the store next reports what is wrong
            self._drop()
            return None
        if row != self._row:
            instants = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in row[1:3]]
            self._row, self._head = row, Head(row[0], instants[0], instants[1], row[3])
        self._is_of_this_turn = True
        asyncio.get_running_loop().call_soon(self._end_turn)
        return self._head

    async def read(self) -> Head | None:
        """See `HeadReader.read`."""
        return self.look()

    async def close(self) -> None:
        """See `HeadReader.close`."""
        self._drop()

    def _end_turn(self) -> None:
        self._is_of_this_turn = False

    def _connect(self) -> sqlite3.Cursor:
        connection = sqlite3.connect(
            self._address, uri=True, isolation_level=None, timeout=0, check_same_thread=False
        )
        return connection.execute("PRAGMA query_only=ON")

    def _drop(self) -> None:
        if self._cursor is not None:
            self._cursor.connection.close()
        self._cursor, self._row = None, ()
