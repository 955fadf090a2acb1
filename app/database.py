"""The engine, transactions to read and to write as two types, and the only commit.

`ReadTx` is one consistent snapshot and cannot write (the database refuses). `WriteTx` is a
subtype: whoever writes may call what reads, and mypy refuses the reverse. On SQLite a writer
begins with `BEGIN IMMEDIATE` behind one lock per process, because SQLite's own busy wait is
unfair; its `synchronous=FULL` makes an accepted write survive a power cut. Between processes
whoever held the lock long leaves it alone for a moment, in which the others are sure to ask: else
an import would starve the editors (measured: they waited 5 s and were refused).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlmodel import Session
from typing_extensions import override

from app import postgresql
from app.errors import Unavailable

LOCK_SECONDS: Final = 5.0
"""How long a transaction waits for a lock before it gives up."""

_POLL_SECONDS: Final = 0.005
_LONG_SECONDS: Final = 0.05
_PAUSE_SECONDS: Final = 0.015
"""SQLite between processes: ask this often; after holding the lock this long, pause this long."""

# What PostgreSQL says when waiting or trying again is the remedy: lock_not_available,
# deadlock_detected, serialization_failure, query_canceled, too_many_connections, shutting down.
_TRY_AGAIN = {"55P03", "40P01", "40001", "57014", "53300", "57P01", "57P03"}

Row = TypeVar("Row")


class ReadTx:
    """One snapshot of the store."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def is_sqlite(self) -> bool:
        """For the few statements that the two databases spell differently."""
        return self.connection.dialect.name == "sqlite"

    def execute(
        self,
        statement: sa.Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> sa.CursorResult[*tuple[Any, ...]]:
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
        """Run a Core statement after what the session holds back."""
        self.session.flush()
        return self.connection.execute(statement, parameters)

    def locked(self, table: type[Row], key: object) -> Row | None:
        """The row with this primary key as it is now, locked until the transaction ends."""
        self.session.flush()
        return self.session.get(table, key, with_for_update=True, populate_existing=True)


class Database:
    """Two pools over one store: readers that cannot write, and writers."""

    def __init__(self, url: str, readers: int = 2, writers: int = 4) -> None:
        parsed = _with_driver(make_url(url))
        self.url: Final = parsed
        self.is_sqlite: Final = parsed.get_backend_name() == "sqlite"
        self._reader = _engine(parsed, readers, read_only=True)
        self._writer = _engine(parsed, writers, read_only=False)
        self._writer_lock = threading.Lock() if self.is_sqlite else None

    def connections(self) -> dict[str, int]:
        """How many connections are in use, by pool."""
        pools = {"read": self._reader.pool, "write": self._writer.pool}
        return {
            name: pool.checkedout() for name, pool in pools.items() if isinstance(pool, QueuePool)
        }

    @contextmanager
    def reading(self) -> Iterator[ReadTx]:
        """A snapshot; nothing is ever committed."""
        with _translated():
            connection = self._reader.connect()
        with _translated(), connection:
            yield ReadTx(connection)

    @contextmanager
    def writing(self) -> Iterator[WriteTx]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        with (
            self.altering() as connection,
            Session(bind=connection, autoflush=True, expire_on_commit=False) as session,
        ):
            yield WriteTx(connection, session)
            session.flush()

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """A bare connection in a transaction, for migrations; committed when the block ends."""
        with self._turn(), _translated(), self._writer.connect() as connection:
            connection.begin()
            yield connection
            try:
                connection.commit()
            except BaseException:
                # SQLAlchemy gives a connection whose commit failed back to its pool without a
                # rollback: on SQLite it would hold the write lock for good.
                connection.invalidate()
                raise

    def compact(self, patience: float = 30.0) -> bool:
        """Rewrite the store's files, so that nothing that was deleted stays in them.

        False when others used them for longer than `patience` seconds. The service may go on
        meanwhile; on PostgreSQL a table's readers and writers wait while it is rewritten.
        """
        with self._turn(), _translated(), self._writer.connect() as connection:
            if not self.is_sqlite:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                return postgresql.rewrite(alone, patience)
            driver: Any = connection.connection.dbapi_connection
            _patiently(lambda: driver.execute("VACUUM"), patience)
            until = monotonic() + patience
            while driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if monotonic() > until:
                    return False
                sleep(_POLL_SECONDS)
            return True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._writer_lock is None:
            yield
            return
        if not self._writer_lock.acquire(timeout=LOCK_SECONDS):
            raise _busy()
        began = monotonic()
        try:
            yield
            if monotonic() - began > _LONG_SECONDS:
                sleep(_PAUSE_SECONDS)
        finally:
            self._writer_lock.release()

    def close(self) -> None:
        """Close every idle connection."""
        self._reader.dispose()
        self._writer.dispose()


def _with_driver(url: URL) -> URL:
    backend = url.get_backend_name()
    if url.drivername in ("postgres", "postgresql") and backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL, size: int, *, read_only: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, size, read_only=read_only)
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
            "connect_timeout": 10,
            # One plan fits a rare tag, another a common one: the plan for all values,
            # on which PostgreSQL may settle after five runs, takes up to a second.
            "options": f"-c lock_timeout={milliseconds} -c timezone=UTC"
            " -c plan_cache_mode=force_custom_plan"
            " -c idle_in_transaction_session_timeout=60000"
            f" -c default_transaction_read_only={'on' if read_only else 'off'}",
        },
    )
    postgresql.without_rows(engine)
    return engine


def _sqlite(url: URL, size: int, *, read_only: bool) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        hide_parameters=True,  # an error would tell the log what somebody sent
        # The driver must not begin transactions by itself: a deferred one loses updates.
        connect_args={"check_same_thread": False, "timeout": LOCK_SECONDS, "isolation_level": None},
    )

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
            driver.execute("BEGIN")  # every read pays for it: no detour
        else:
            _begin_writing(connection)

    return engine


def _begin_writing(connection: Connection) -> None:
    """`BEGIN IMMEDIATE`, asked for often: SQLite's own wait soon looks every 100 ms only."""
    _patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), LOCK_SECONDS)


def _patiently(act: Callable[[], object], seconds: float) -> None:
    deadline = monotonic() + seconds
    while True:
        try:
            act()
            return
        except (OperationalError, sqlite3.OperationalError) as error:
            if not _says_locked(error):
                raise
            if monotonic() > deadline:
                raise _busy() from error
        sleep(_POLL_SECONDS)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise _busy() from error
    except DBAPIError as error:
        if _is_temporary(error):
            raise _busy() from error
        raise


def _says_locked(error: Exception) -> bool:
    text = str(error).lower()
    return "locked" in text or "busy" in text


def _is_temporary(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state in _TRY_AGAIN:
        return True
    if not isinstance(error, OperationalError):
        return False
    text = str(error.orig).lower()
    return "locked" in text or "busy" in text or "connection" in text


def _busy() -> Unavailable:
    return Unavailable("store_busy", "The store is busy; try again in a moment.")
