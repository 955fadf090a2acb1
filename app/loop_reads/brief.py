"""Reads of SQLite on the event loop itself, for work that is over before a thread would have begun.

The hop to a thread and the pool's connection cost as much as a page of a list. So what needs few
steps is read here, on a connection of the loop's own. A budget guards everybody else: a read that
takes longer is stopped and raises `NotBrief`, and the caller repeats it in a lane, so it must have
no effects. The budget bounds what SQLite does; work that Python bounds belongs in a lane anyway.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from app.database import Database, ReadTx
from app.engines import make_loop_engine
from app.errors import Unavailable
from app.loop_reads.statements import DriverTx, ReadyStatements

BUDGET_STEPS: Final = 40_000
"""The steps of SQLite's machine that a read may take, some milliseconds. They are counted, and not
the time, so that a busy machine sends nothing to the lanes."""

_STEPS: Final = 1_000
"""The steps after which SQLite reports."""

_REMEMBER_SECONDS: Final = 60.0
_SHAPES_AT_MOST: Final = 1_000


class NotBrief(Exception):
    """The read was stopped, or the store does not answer here; read in a lane."""


class BriefReads:
    """A connection for one read at a time. Once a read was stopped, others of
    its shape go to a lane at once for a while."""

    def __init__(self, database: Database) -> None:
        self._engine = make_loop_engine(database.url) if database.is_sqlite else None
        self._turn = Lock()
        self._tx: DriverTx | None = None
        self._reports_left = 0
        self._stopped_until: dict[str, float] = {}

    @contextmanager
    def reading(self, shape: str) -> Iterator[ReadTx]:
        """A read snapshot; `NotBrief` where there is none, or when the budget is spent. `shape`
        names requests that cost alike."""
        if self._engine is None or self._stopped_until.get(shape, 0.0) > monotonic():
            raise NotBrief
        if not self._turn.acquire(blocking=False):  # of another event loop
            raise NotBrief
        try:
            tx = self._tx or self._connect()
            driver = tx.driver
            driver.execute("BEGIN")
            self._reports_left = BUDGET_STEPS // _STEPS
            try:
                yield tx
            finally:
                self._reports_left = BUDGET_STEPS  # what is stopped can still be ended
                driver.execute("ROLLBACK")
        except (DBAPIError, sqlite3.Error, Unavailable) as error:
            if _is_interrupt(error):
                self._remember(shape)
            else:
                self.close()  # the lane meets the same, and reports it
            raise NotBrief from error
        finally:
            self._turn.release()

    @contextmanager
    def traced(self, trace: Callable[[str], None]) -> Iterator[None]:
        """While the block runs, give every statement to `trace`, with its values."""
        if self._engine is None:
            yield
            return
        driver = (self._tx or self._connect()).driver
        driver.set_trace_callback(trace)
        try:
            yield
        finally:
            driver.set_trace_callback(None)

    def close(self) -> None:
        """Close the connection."""
        if self._tx is not None:
            self._tx.connection.invalidate()
            self._tx.connection.close()
            self._tx = None

    def _connect(self) -> DriverTx:
        assert self._engine is not None
        connection = self._engine.connect()
        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(self._is_spent, _STEPS)
        self._tx = DriverTx(connection, driver, ReadyStatements(self._engine.dialect))
        return self._tx

    def _is_spent(self) -> bool:
        self._reports_left -= 1
        return self._reports_left < 0

    def _remember(self, shape: str) -> None:
        if len(self._stopped_until) >= _SHAPES_AT_MOST:
            self._stopped_until.clear()
        self._stopped_until[shape] = monotonic() + _REMEMBER_SECONDS


def _is_interrupt(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_INTERRUPT
