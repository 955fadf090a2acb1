"""The head of the log on PostgreSQL.

One query runs at a time, and a request waits for a query that began after the request came: many
requests share an answer that is older than none of them. Once a query is late nobody waits any
more, until a new connection answers.
"""

import asyncio
from typing import Any, Final

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.errors import _WaitTimeout
from typing_extensions import override

from app.changes import Head
from app.errors import Unavailable
from app.loop_reads.heads import SELECT_HEAD
from app.outage import Outage

LATE_SECONDS: Final = 0.5
"""The time after which the store counts as late."""

_PAUSE_SECONDS: Final = 0.25
"""The time between two attempts to connect."""


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
        self._waiting: list[asyncio.Future[Head | None]] = []
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
        answer: asyncio.Future[Head | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        if self._asking is None:
            self._asking = asyncio.create_task(self._answer_all())
        return await answer

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
            while waiting := self._waiting:
                self._waiting = []  # who comes from now on waits for the next query
                head = None
                try:
                    head = await self._query(self._connection)
                finally:
                    if head is None:
                        self._drop()
                    for answer in waiting:
                        if not answer.done():  # as it is once its request was cancelled
                            answer.set_result(head)
        finally:
            self._asking = None

    async def _query(self, connection: _PromptConnection | None) -> Head | None:
        if connection is None:
            return None
        try:
            row = await (await connection.execute(SELECT_HEAD)).fetchone()
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
        finally:  # also when it is cancelled between any two of these steps
            opening.cancel()
            await asyncio.wait((opening,))
            if not opening.cancelled() and opening.result() is not self._connection:
                _finish(opening.result())
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
