"""The head of the log on PostgreSQL.

One query runs at a time, and a request waits for a query that began after the request came: many
requests share an answer that is older than none of them. Once a query is late nobody waits any
more, until a new connection answers.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.errors import _WaitTimeout
from psycopg.pq import ExecStatus
from typing_extensions import override

from app.changes import Head
from app.errors import Unavailable
from app.loop_reads.heads import SELECT_HEAD
from app.outage import Outage

LATE_SECONDS: Final = 0.5
"""The time after which the store counts as late."""

_PAUSE_SECONDS: Final = 0.25
"""The time between two attempts to connect."""

_STATEMENT: Final = "willay_head"
_OPTIONS: Final = "-c timezone=UTC -c datestyle=ISO -c default_transaction_read_only=on"

Row = tuple[bytes, ...]
"""The head as PostgreSQL writes it."""


class _PromptConnection(psycopg.AsyncConnection[Any]):
    """Waits `LATE_SECONDS` for an answer. A cancelled task would wait longer, because psycopg then
    asks the server to stop the query."""

    @override
    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """See `psycopg.AsyncConnection.wait`."""
        return await super().wait(gen, interval, timeout or LATE_SECONDS)


class _HeadQuery:
    """The prepared query, on libpq's own calls: psycopg's take the event loop twice the time, as
    they register the socket for each query anew."""

    def __init__(
        self, connection: _PromptConnection, on_answer: Callable[[Row | None], None]
    ) -> None:
        """`on_answer` gets the row of each query; None once the connection is of no more use."""
        self._connection = connection  # which warns when it is collected before it is closed
        self._pgconn = connection.pgconn
        self._on_answer = on_answer
        self._row: Row | None = None
        self._loop = asyncio.get_running_loop()
        self._socket = self._pgconn.socket
        self._loop.add_reader(self._socket, self._receive)

    def send(self) -> None:
        """Send the query; none may be under way."""
        try:
            self._pgconn.send_query_prepared(_STATEMENT.encode(), None)
            self._pgconn.flush()
        except psycopg.Error:
            self._on_answer(None)

    def close(self) -> None:
        """Close the connection at once, without a word to the server."""
        self._loop.remove_reader(self._socket)
        self._pgconn.finish()

    def _receive(self) -> None:
        try:
            self._pgconn.consume_input()
            while not self._pgconn.is_busy():
                result = self._pgconn.get_result()
                if result is None:
                    break
                is_row = result.status == ExecStatus.TUPLES_OK and result.ntuples == 1
                values = [result.get_value(0, field) for field in range(4)] if is_row else []
                self._row = tuple(value for value in values if value is not None)
            else:
                return
        except psycopg.Error:
            self._on_answer(None)
            return
        row, self._row = self._row, None
        if row is not None:  # else the server said something that nobody asked
            self._on_answer(row or None)


class PostgresHeadReader:
    """Runs one query at a time; requests that come meanwhile share the next one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._query: _HeadQuery | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[Head | None]] = []
        self._asking: list[asyncio.Future[Head | None]] = []
        self._is_due = False
        self._late_timer: asyncio.TimerHandle | None = None
        self._outage = Outage("The store", "willay.store")
        self._row: Row = ()
        self._head: Head | None = None
        self.is_late = False

    def look(self) -> Head | None:
        """See `HeadReader.look`; a server is never asked without waiting."""
        return None

    async def read(self) -> Head | None:
        """See `HeadReader.read`."""
        if self._query is None:
            if self._connecting is None:
                self._connecting = asyncio.create_task(self._connect())
            return None
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Head | None] = loop.create_future()
        self._waiting.append(answer)
        if not self._is_due and not self._asking:
            self._is_due = True
            loop.call_soon(self._ask)  # at the end of this turn, so that its requests share it
        return await answer

    async def close(self) -> None:
        """See `HeadReader.close`."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait((self._connecting,))
        self._drop()

    def _ask(self) -> None:
        """Send the query for all who wait. Who comes from now on waits for the next one."""
        self._is_due = False
        self._asking, self._waiting = self._waiting, []
        if self._query is None:
            self._answer(None)
            return
        loop = asyncio.get_running_loop()
        self._late_timer = loop.call_later(LATE_SECONDS, self._give_up)
        self._query.send()

    def _receive(self, row: Row | None) -> None:
        """Answer all who asked, and ask for those who came meanwhile."""
        if row is None:
            self._drop()
            return
        if self._outage.is_on:
            self._outage.end()
        if row != self._row:
            self._row, self._head = row, _head_of(row)
        self._answer(self._head)
        if self._waiting:
            self._ask()

    def _answer(self, head: Head | None) -> None:
        if self._late_timer is not None:
            self._late_timer.cancel()
        asking, self._asking = self._asking, []
        for answer in asking:
            if not answer.done():  # as it is once its request was cancelled
                answer.set_result(head)

    def _give_up(self) -> None:
        self._note_late()
        self._drop()

    def _drop(self) -> None:
        """Close the connection. Whoever asks the store next reports what is wrong."""
        if self._query is not None:
            self._query.close()
            self._query = None
        self._asking += self._waiting
        self._waiting = []
        self._answer(None)

    async def _connect(self) -> None:
        """Connect, and make sure that the server answers."""
        opening = asyncio.create_task(self._open())
        try:
            await asyncio.wait((opening,), timeout=LATE_SECONDS)
            if not opening.done():
                self._note_late()
            connection = await opening
            if connection is None:
                await asyncio.sleep(_PAUSE_SECONDS)
                return
            self._query, self.is_late = _HeadQuery(connection, self._receive), False
        finally:  # also when it is cancelled between any two of these steps
            opening.cancel()
            await asyncio.wait((opening,))
            connection = None if opening.cancelled() else opening.result()
            if connection is not None and self._query is None:
                connection.pgconn.finish()
            self._connecting = None

    async def _open(self) -> _PromptConnection | None:
        connection, is_ready = None, False
        try:
            connection = await _PromptConnection.connect(
                self._url, autocommit=True, connect_timeout=5, options=_OPTIONS
            )
            await connection.execute(f"PREPARE {_STATEMENT} AS {SELECT_HEAD}")
            is_ready = True
        except (psycopg.errors.ConnectionTimeout, TimeoutError):
            pass
        except _WaitTimeout:
            self._note_late()
        except (psycopg.Error, OSError):
            self.is_late = False  # it answers, though not with what was asked for
        finally:
            if connection is not None and not is_ready:  # also when it is cancelled
                connection.pgconn.finish()
        return connection if is_ready else None

    def _note_late(self) -> None:
        self.is_late = True
        cause = f"PostgreSQL did not answer within {LATE_SECONDS} s; readers get 503 meanwhile"
        self._outage.begin(
            Unavailable("store_unavailable", "The database does not answer.", cause=cause)
        )


def _head_of(row: Row) -> Head:
    sequence, until, boundary, epoch = [value.decode() for value in row]
    instants = datetime.fromisoformat(until), datetime.fromisoformat(boundary)
    return Head(int(sequence), *instants, epoch)
