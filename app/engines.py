"""The engines of a store: how each database is connected to, and how long it may take.

A server that hangs or a machine that vanished keeps its connections open and ends no statement, so
the client limits the time. May import: faults, errors.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app import faults, postgresql
from app.errors import Unavailable

LOCK_SECONDS: Final = 5.0
"""The time that a transaction waits for a lock before it gives up."""

POLL_SECONDS: Final = 0.005
"""The interval between attempts to take SQLite's lock from another process."""

_WRITERS_PATIENCE: Final = 4
"""Writers wait this many times longer for a statement than readers: a merge changes many rows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """PostgreSQL's time limits in seconds: for a connection, and for a statement of a reader (0:
    none)."""

    connect_seconds: int = 5
    statement_seconds: float = 30.0


def with_driver(url: URL) -> URL:
    backend = url.get_backend_name()
    if url.drivername in ("postgres", "postgresql") and backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def file_of(url: URL) -> Path | None:
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def make_engine(url: URL, size: int, limits: Limits, *, read_only: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _make_sqlite_engine(url, size, read_only=read_only)
    from app.patience import PatientConnection

    milliseconds = int(LOCK_SECONDS * 1000)
    engine = sa.create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        connect_args={
            "connect_timeout": limits.connect_seconds,
            # Keepalives detect a machine that vanished while we wait for its answer.
            **{"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3},
            "tcp_user_timeout": 20_000,
            # A plan for a rare tag does not fit a common one: the plan for all values, on which
            # PostgreSQL may settle after five runs, takes up to a second.
            "options": f"-c lock_timeout={milliseconds} -c timezone=UTC"
            " -c plan_cache_mode=force_custom_plan"
            " -c idle_in_transaction_session_timeout=60000"
            f" -c default_transaction_read_only={'on' if read_only else 'off'}",
        },
    )
    postgresql.without_rows(engine)
    statement = limits.statement_seconds or None
    if statement is not None and not read_only:
        statement *= _WRITERS_PATIENCE

    @sa.event.listens_for(engine, "do_connect")
    def _on_connect(_dialect: object, _record: object, positional: Any, options: Any) -> Any:
        return PatientConnection.connect(*positional, **options)

    # The ping before `checkout` waits no longer than a new connection would.
    @sa.event.listens_for(engine, "checkin")
    def _on_checkin(connection: Any, _record: object) -> None:
        if connection is not None:
            connection.patience = limits.connect_seconds

    @sa.event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, _record: object, _proxy: object) -> None:
        connection.patience = statement

    return engine


def wait_for_ever(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        driver.patience = None


def make_loop_engine(url: URL) -> Engine:
    """One connection to an existing SQLite store for an event loop: it waits for nobody, cannot
    write, and begins transactions only when it is told to."""
    path = file_of(url)
    engine = sa.create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": 0, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "do_connect")
    def _on_connect(_dialect: object, _record: object, _positional: Any, _options: Any) -> None:
        if path is not None and not path.is_file():
            raise faults.store_fault("store_unavailable", f"{path} is not there")

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA mmap_size=268435456")
        connection.execute("PRAGMA query_only=ON")

    return engine


def _make_sqlite_engine(url: URL, size: int, *, read_only: bool) -> Engine:
    path = file_of(url)
    engine = sa.create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        hide_parameters=True,  # errors would put values that clients sent into the log
        # The driver must not begin transactions by itself: a deferred one loses updates.
        connect_args={"check_same_thread": False, "timeout": LOCK_SECONDS, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "do_connect")
    def _place(_dialect: object, _record: object, _positional: Any, _options: Any) -> None:
        if path is None or path.is_file():
            return
        if read_only:  # connecting would create an empty store
            raise faults.store_fault("store_unavailable", f"{path} is not there")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"{error.filename}: {error.strerror}"
            raise faults.store_fault("store_unavailable", message) from error

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA mmap_size=268435456")
        connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        if not read_only:
            connection.execute("PRAGMA busy_timeout=0")  # `_begin_writing` waits instead

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if read_only:
            driver: Any = connection.connection.dbapi_connection
            driver.execute("BEGIN")  # called directly, because every read pays for it
        else:
            _begin_writing(connection)

    return engine


def _begin_writing(connection: Connection) -> None:
    """Run `BEGIN IMMEDIATE`, trying often: SQLite's own wait soon looks only every 100 ms."""
    retry_until(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), LOCK_SECONDS)


def retry_until(act: Callable[[], object], seconds: float) -> None:
    deadline = monotonic() + seconds
    while True:
        try:
            act()
            return
        except (OperationalError, sqlite3.OperationalError) as error:
            if not _says_locked(error):
                raise
            if monotonic() > deadline:
                message = f"another process did not give SQLite's lock back within {seconds:.0f} s"
                raise busy_error(message) from error
        sleep(POLL_SECONDS)


def _says_locked(error: Exception) -> bool:
    text = str(error).lower()
    return "locked" in text or "busy" in text


def busy_error(cause: str) -> Unavailable:
    return faults.store_fault("store_busy", cause)
