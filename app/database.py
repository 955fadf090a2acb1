"""The engine, transactions to read and to write as two types, and the only commit.

`ReadTx` is one consistent snapshot; the database refuses its writes. `WriteTx` is a subtype, so a
writer may call functions that read, and mypy refuses the reverse. On SQLite a writer begins with
`BEGIN IMMEDIATE` behind one lock per process, because SQLite's own busy wait is unfair.
`synchronous=FULL` makes an accepted write survive a power cut. A process that held the lock for
long pauses, so that other processes can take it: otherwise an import starves the editors (measured:
they waited 5 s and were refused).
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlmodel import Session
from typing_extensions import override

from app import faults, postgresql
from app.engines import (
    LOCK_SECONDS,
    POLL_SECONDS,
    Limits,
    busy_error,
    file_of,
    make_engine,
    retry_until,
    wait_for_ever,
    with_driver,
)
from app.errors import Unavailable
from app.outage import Outage

_LONG_SECONDS: Final = 0.05
_PAUSE_SECONDS: Final = 0.015
"""SQLite between processes: after holding the lock this long, pause this long."""

_HANGS_SECONDS: Final = 1.0
_REST_SECONDS: Final = 2.0
"""A failure this slow would hold up every caller, so nobody retries for `_REST_SECONDS`."""

_CHECK_STEPS: Final = 100_000

Row = TypeVar("Row")


class ReadTx:
    """One snapshot of the store."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite, for the few statements that the databases spell differently."""
        return self.connection.dialect.name == "sqlite"

    def execute(
        self,
        statement: sa.Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> sa.Result[*tuple[Any, ...]]:
        """Run a Core statement."""
        return self.connection.execute(statement, parameters)


class WriteTx(ReadTx):
    """A transaction that changes the store; `database.writing` commits it."""

    __slots__ = ("session",)

    def __init__(self, connection: Connection, session: Session) -> None:
        super().__init__(connection)
        self.session = session

    @override
    def execute(
        self,
        statement: sa.Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run a Core statement after flushing the session."""
        self.session.flush()
        return self.connection.execute(statement, parameters)

    def get_locked(self, table: type[Row], key: object) -> Row | None:
        """The row with this primary key as it is now, locked until the transaction ends."""
        self.session.flush()
        return self.session.get(table, key, with_for_update=True, populate_existing=True)

    def get_or_insert(self, table: type[Row], key: object, **values: object) -> Row:
        """The row with this primary key, locked; made of the key and these values if there is none.

        Two transactions that make the same row at once both succeed: the second waits for the
        first, and has its row.
        """
        row = self.get_locked(table, key)
        if row is None:
            (column,) = sa.inspect(table).primary_key
            self.execute(
                self.insert_into(table)
                .values({column.name: key, **values})
                .on_conflict_do_nothing(index_elements=[column])
            )
            row = self.get_locked(table, key)
        assert row is not None
        return row

    def insert_into(self, table: type[Any]) -> SqliteInsert | PostgresqlInsert:
        """The store's own INSERT, which knows ON CONFLICT."""
        return SqliteInsert(table) if self.is_sqlite else PostgresqlInsert(table)


class Database:
    """Two pools over one store: readers that cannot write, and writers."""

    def __init__(
        self, url: str, readers: int = 2, writers: int = 4, limits: Limits | None = None
    ) -> None:
        limits = limits or Limits()
        try:
            parsed = with_driver(make_url(url))
            self._reader = make_engine(parsed, readers, limits, read_only=True)
            self._writer = make_engine(parsed, writers, limits, read_only=False)
        except (ArgumentError, ValueError, ImportError) as error:
            message = (
                "WILLAY_DATABASE_URL is not understood: is a / or @ in its password as %2F, %40?"
            )
            raise faults.store_fault("store_unavailable", message) from error
        self.url: Final = parsed
        self.is_sqlite: Final = parsed.get_backend_name() == "sqlite"
        self._writer_lock = threading.Lock() if self.is_sqlite else None
        self.reach: Final = Outage("The store", "willay.store")
        """Whether the store answers."""
        self.room: Final = Outage("Writing to the store", "willay.store")
        """Whether the store accepts writes."""
        self.damage: Final = Outage("The store", "willay.store")
        """Whether the store can read its files. Nothing shows that damage has ended: it is logged
        once."""

    @property
    def path(self) -> Path | None:
        """The file of an SQLite store; None on PostgreSQL."""
        return file_of(self.url)

    @property
    def is_there(self) -> bool:
        """Whether SQLite's file exists; always true for a server."""
        return self.path is None or self.path.is_file()

    def connections(self) -> dict[str, int]:
        """The number of connections in use, by pool."""
        pools = {"read": self._reader.pool, "write": self._writer.pool}
        return {
            name: pool.checkedout() for name, pool in pools.items() if isinstance(pool, QueuePool)
        }

    @contextmanager
    def reading(self) -> Iterator[ReadTx]:
        """A read snapshot; it never commits."""
        with self._translate_errors(connecting=True, writes=False):
            connection = self._reader.connect()
        with self._translate_errors(writes=False), connection:
            yield ReadTx(connection)

    @contextmanager
    def writing(self) -> Iterator[WriteTx]:
        """A write transaction: committed when the block ends, rolled back when it raises."""
        with (
            self._changing() as connection,
            Session(bind=connection, autoflush=True, expire_on_commit=False) as session,
        ):
            yield WriteTx(connection, session)
            session.flush()

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """A bare connection in a transaction without a time limit, for migrations. It commits when
        the block ends."""
        with self._changing() as connection:
            wait_for_ever(connection)
            yield connection

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._writer_turn():
            with self._translate_errors(connecting=True):
                connection = self._writer.connect()
            with self._translate_errors(), connection:
                connection.begin()
                yield connection
                try:
                    connection.commit()
                except BaseException:
                    # After a failed commit SQLAlchemy returns the connection to its pool without a
                    # rollback: on SQLite it would keep the write lock for good.
                    connection.invalidate()
                    raise
            if self.room.is_on:
                self.room.end()

    def copy_to(self, path: Path) -> None:
        """Copy an SQLite store to a new file, as one snapshot shows it. Nobody waits for it."""
        with self.reading() as tx, closing(sqlite3.connect(path)) as copy:
            driver: Any = tx.connection.connection.dbapi_connection
            driver.backup(copy)

    def damages(self, seconds: float) -> str:
        """The damage in the store's files; empty if none was seen within `seconds`.

        PostgreSQL reports only the rows that it failed to read, by its own checksums.
        """
        with self.reading() as tx:
            if not self.is_sqlite:
                query = "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database"
                failures = tx.connection.exec_driver_sql(query).scalar_one()
                return f"{failures} pages did not match their checksums" if failures else ""
            driver: Any = tx.connection.connection.dbapi_connection
            until = monotonic() + seconds
            driver.set_progress_handler(lambda: monotonic() > until, _CHECK_STEPS)
            try:
                rows = driver.execute("PRAGMA quick_check(3)").fetchall()
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                    return ""
                if error.sqlite_errorcode not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    raise
                return str(error)
            finally:
                driver.set_progress_handler(None, 0)
        return "" if rows == [("ok",)] else "; ".join(str(row[0]) for row in rows)

    def compact(self, patience: float = 30.0) -> bool:
        """Rewrite the store's files, so that no deleted data stays in them.

        False if others used them for longer than `patience` seconds. The service may run meanwhile;
        on PostgreSQL a table's readers and writers wait while it is rewritten.
        """
        with self._writer_turn(), self._translate_errors(), self._writer.connect() as connection:
            wait_for_ever(connection)
            if not self.is_sqlite:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                return postgresql.rewrite_tables(alone, patience)
            driver: Any = connection.connection.dbapi_connection
            retry_until(lambda: driver.execute("VACUUM"), patience)
            until = monotonic() + patience
            while driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if monotonic() > until:
                    return False
                sleep(POLL_SECONDS)
            return True

    @contextmanager
    def _writer_turn(self) -> Iterator[None]:
        if self._writer_lock is None:
            yield
            return
        if not self._writer_lock.acquire(timeout=LOCK_SECONDS):
            raise self._begin_outage(busy_error("a transaction of this process did not end"))
        began = monotonic()
        try:
            yield
            if monotonic() - began > _LONG_SECONDS:
                sleep(_PAUSE_SECONDS)
        finally:
            self._writer_lock.release()

    @contextmanager
    def _translate_errors(self, *, connecting: bool = False, writes: bool = True) -> Iterator[None]:
        """Turn the drivers' errors into `Unavailable`, and log outages."""
        if connecting and self.reach.is_on:
            self.reach.refuse()
        began = monotonic()
        try:
            yield
        except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
            raised = faults.to_unavailable(
                error, connecting=connecting, writes=writes, secret=self.url.password
            )
            if raised is None:
                raise
            hung = raised.code == "store_unavailable" and monotonic() - began > _HANGS_SECONDS
            raise self._begin_outage(raised, rest=_REST_SECONDS if hung else 0.0) from error
        except Unavailable as error:
            if error.cause and error.code in faults.MESSAGES:
                self._begin_outage(error)
            raise
        if self.reach.is_on and not connecting:
            self.reach.end()

    def _begin_outage(self, error: Unavailable, rest: float = 0.0) -> Unavailable:
        if error.code == "store_damaged":
            self.damage.begin(error)
        elif error.code == "store_full":
            self.room.begin(error)
        else:
            self.reach.begin(error, rest=rest)
        return error

    def close(self) -> None:
        """Close every idle connection."""
        self._reader.dispose()
        self._writer.dispose()
