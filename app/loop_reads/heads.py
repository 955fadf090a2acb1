"""The head of the log, read on the event loop: cheap enough for every request.

On SQLite a read is one look at the file, some microseconds. On PostgreSQL one query runs at a time,
and a request waits for a query that began after the request came: many requests share an answer
that is older than none of them. Once a query is late nobody waits any more, until a new connection
answers.
"""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.errors import _WaitTimeout
from typing_extensions import override

from app.changes import Head
from app.database import Database
from app.errors import Unavailable
from app.outage import Outage

LATE_SECONDS: Final = 0.5
"""The time after which the store counts as late."""

_SELECT: Final = "SELECT sequence, effective_until, next_boundary, epoch FROM change_head"
_PAUSE_SECONDS: Final = 0.25
"""The time between two attempts to connect."""


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
            row = self._cursor.execute(_SELECT).fetchone()
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


class _PromptConnection(psycopg.AsyncConnection[Any]):
    """Waits `LATE_SECONDS` for an answer. A cancelled task would wait longer, because psycopg then
    asks the server to stop the query."""

    @override
    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """See `psycopg.AsyncConnection.wait`."""
        return await super().wait(gen, interval, timeout or LATE_SECONDS)


class PostgresHeadReader:
    """Runs one query at a time; requests that come meanwhile share the next one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: _PromptConnection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._next: asyncio.Future[Head | None] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._outage = Outage("The store", "willay.store")
        self._head: Head | None = None
        self.is_late = False

    def look(self) -> Head | None:
        """See `HeadReader.look`; a server is never asked without waiting."""
        return None

    async def read(self) -> Head | None:
        """See `HeadReader.read`."""
        if self._connection is None:
            if self._connecting is None:
                self._connecting = asyncio.create_task(self._connect())
            return None
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
            if self._asking is None:
                self._asking = asyncio.create_task(self._answer_all())
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """See `HeadReader.close`."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait((self._connecting,))
        if self._asking is not None:
            await asyncio.wait((self._asking,))
        self._drop()

    async def _answer_all(self) -> None:
        try:
            while (waiting := self._next) is not None:
                self._next = None  # who comes from now on waits for the next query
                head = None
                try:
                    head = await self._query(self._connection)
                finally:
                    if head is None:
                        self._drop()
                    waiting.set_result(head)
        finally:
            self._asking = None

    async def _query(self, connection: _PromptConnection | None) -> Head | None:
        if connection is None:
            return None
        try:
            row = await (await connection.execute(_SELECT)).fetchone()
        except _WaitTimeout:
            self._note_late()
            return None
        except (psycopg.Error, OSError):  # whoever asks the store next reports what is wrong
            return None
        if self._outage.is_on:
            self._outage.end()
        head = Head(*row) if row is not None else None
        if head != self._head:
            self._head = head
        return self._head

    async def _connect(self) -> None:
        """Connect, and make sure that the server answers."""
        opening = asyncio.create_task(self._open())
        try:
            await asyncio.wait((opening,), timeout=LATE_SECONDS)
            if not opening.done():
                self._note_late()
            connection = await opening
            if connection is None or await self._query(connection) is None:
                _finish(connection)
                await asyncio.sleep(_PAUSE_SECONDS)
                return
            self._connection, self.is_late = connection, False
        finally:
            opening.cancel()
            self._connecting = None

    async def _open(self) -> _PromptConnection | None:
        try:
            return await _PromptConnection.connect(
                self._url,
                autocommit=True,
                connect_timeout=5,
                options="-c timezone=UTC -c default_transaction_read_only=on",
            )
        except (psycopg.errors.ConnectionTimeout, TimeoutError):
            return None
        except (psycopg.Error, OSError):
            self.is_late = False  # it answers, though not with what was asked for
            return None

    def _note_late(self) -> None:
        self.is_late = True
        cause = f"PostgreSQL did not answer within {LATE_SECONDS} s; readers get 503 meanwhile"
        self._outage.begin(
            Unavailable("store_unavailable", "The database does not answer.", cause=cause)
        )

    def _drop(self) -> None:
        _finish(self._connection)
        self._connection = None


def _finish(connection: _PromptConnection | None) -> None:
    """Close a connection at once, without a word to the server."""
    if connection is not None:
        connection.pgconn.finish()
