"""Personal data on PostgreSQL: its errors quote rows, and deleted data stays in its files until
they are rewritten.

May import: errors.
"""

from time import monotonic, sleep
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import OperationalError

_LOCK_WAIT: Final = "500ms"
"""A table's readers queue behind whoever waits to rewrite it, so wait briefly and retry."""

# The statistics are rewritten too: ANALYZE keeps samples of values in them.
_TABLES: Final = """
SELECT oid::regclass::text AS name, oid FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_relation_size(oid)
"""
_STATISTICS: Final = "pg_catalog.pg_statistic"

# An older snapshot still sees deleted rows, so a table rewritten now would keep them for it.
_SEEN: Final = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid()
    AND coalesce(datname, current_database()) = current_database()
    AND age(backend_xmin) >= age(CAST(:mine AS xid)))
  OR EXISTS (SELECT FROM pg_prepared_xacts
    WHERE database = current_database() AND age(transaction) >= age(CAST(:mine AS xid)))
  OR EXISTS (SELECT FROM pg_replication_slots WHERE age(xmin) >= age(CAST(:mine AS xid)))
"""


def without_rows(engine: Engine) -> None:
    """Make the engine's errors say what broke without quoting values.

    PostgreSQL's additions to a message (DETAIL, CONTEXT) quote keys and whole rows. The message
    itself quotes a value that could not be read (SQLSTATE class 22).
    """

    @sa.event.listens_for(engine, "handle_error")
    def _shorten(context: ExceptionContext) -> None:
        error: Any = context.original_exception
        state = getattr(error, "sqlstate", None)
        if not state:  # it does not come from the server
            return
        sentence = "a value cannot be taken" if state[:2] == "22" else error.diag.message_primary
        error.args = (f"{sentence} (SQLSTATE {state})",)
        if context.sqlalchemy_exception is not None:
            name = f"{type(error).__module__}.{type(error).__name__}"
            context.sqlalchemy_exception.args = (f"({name}) {error}",)


def rewrite_tables(connection: Connection, patience: float) -> bool:
    """Rewrite every table in turn without the deleted data. False if somebody used one, or could
    still see deleted data, for longer than `patience` seconds in all."""
    until = monotonic() + patience
    own_transaction = connection.execute(
        sa.text("SELECT pg_current_xact_id()::xid::text")
    ).scalar_one()
    while connection.execute(sa.text(_SEEN), {"mine": own_transaction}).scalar_one():
        if monotonic() > until:
            return False
        sleep(0.05)
    connection.exec_driver_sql(f"SET lock_timeout = '{_LOCK_WAIT}'")
    try:
        names = [row.name for row in connection.execute(sa.text(_TABLES))]
        return all(_is_rewritten(connection, name, until) for name in (*names, _STATISTICS))
    finally:
        connection.exec_driver_sql("RESET lock_timeout")


def _is_rewritten(connection: Connection, name: str, until: float) -> bool:
    file = sa.text("SELECT pg_relation_filenode(CAST(:name AS regclass))")
    before = connection.execute(file, {"name": name}).scalar_one()
    options = "FULL" if name == _STATISTICS else "FULL, ANALYZE"
    while True:
        try:
            connection.exec_driver_sql(f"VACUUM ({options}) {name}")
            break
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
                raise
            if monotonic() > until:
                return False
    # VACUUM skips a table of another owner with a warning.
    return bool(connection.execute(file, {"name": name}).scalar_one() != before)
