"""Translates the store's driver errors into our codes, with the cause in one sentence.

May import: errors.
"""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Unavailable

MESSAGES: Final = {
    "store_busy": "The store is busy; try again in a moment.",
    "store_unavailable": "The store cannot be reached; try again in a moment.",
    "store_full": "The store's disk is full: nothing is kept until the operator makes room.",
    "store_damaged": "The store is damaged: the operator has to restore it from a backup.",
}

# PostgreSQL, by SQLSTATE or its class: busy (waiting helps), away or refusing us, disk full.
_BUSY = {"55P03", "40P01", "40001", "57014"}
_AWAY = {"08", "28", "53", "57", "58"}
_AWAY_EXACTLY = {"3D000", "42501", "25006"}  # no such database, no right, a standby
_FULL = {"53100"}
_DAMAGED = {"XX001", "XX002"}

_PRIMARY = 0xFF  # SQLite's extended codes hold the plain one in their last byte
_CANNOT_GROW = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
_LITE: Final = {
    sqlite3.SQLITE_BUSY: "store_busy",
    sqlite3.SQLITE_LOCKED: "store_busy",
    sqlite3.SQLITE_FULL: "store_full",
    sqlite3.SQLITE_CORRUPT: "store_damaged",
    sqlite3.SQLITE_NOTADB: "store_damaged",
    sqlite3.SQLITE_IOERR: "store_unavailable",
    sqlite3.SQLITE_CANTOPEN: "store_unavailable",
    sqlite3.SQLITE_PERM: "store_unavailable",
    sqlite3.SQLITE_READONLY: "store_unavailable",
    sqlite3.SQLITE_NOMEM: "store_unavailable",
    sqlite3.SQLITE_PROTOCOL: "store_unavailable",
}


_NOT_OF_READERS: Final = {"25006", sqlite3.SQLITE_READONLY}
"""A reader that gets one of these has tried to write: a fault of the program, not of the store."""


def to_unavailable(
    error: Exception, *, connecting: bool = False, writes: bool = True, secret: str | None = None
) -> Unavailable | None:
    """The meaning of a driver's failure; None for a fault of the program.

    Any failure while `connecting` is an outage. `secret` never gets into the cause.
    """
    if isinstance(error, PoolTimeout):
        return store_fault("store_busy", "every connection of this process was in use for too long")
    origin = error.orig if isinstance(error, DBAPIError) else error
    number = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorcode", None)
    if number in _NOT_OF_READERS and not (writes or connecting):
        return None
    if isinstance(origin, sqlite3.Error):
        code = _of_sqlite(origin)
    else:
        code = _of_postgresql(error, origin)
    if code is None and connecting:
        code = "store_unavailable"
    return store_fault(code, _driver_message(origin, secret)) if code is not None else None


def store_fault(code: str, cause: str) -> Unavailable:
    """The error for one of the store's failures."""
    return Unavailable(code, MESSAGES[code], cause=cause)


def _of_sqlite(error: sqlite3.Error) -> str | None:
    number = getattr(error, "sqlite_errorcode", None)
    if number is None:
        return "store_damaged" if "Could not decode" in str(error) else None
    if number in _CANNOT_GROW:  # a quota, or a limit of the file's size
        return "store_full"
    return _LITE.get(number & _PRIMARY)


def _of_postgresql(error: Exception, origin: object) -> str | None:
    state = getattr(origin, "sqlstate", None)
    if state is None:
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        # An error without a SQLSTATE never came from the server: the way to it is broken.
        lost = lost or type(origin).__name__ in ("OperationalError", "InterfaceError")
        return "store_unavailable" if lost else None
    for code, states in (
        ("store_busy", _BUSY),
        ("store_full", _FULL),
        ("store_damaged", _DAMAGED),
        ("store_unavailable", _AWAY_EXACTLY),
    ):
        if state in states:
            return code
    return "store_unavailable" if state[:2] in _AWAY else None


def _driver_message(origin: object, secret: str | None) -> str:
    """The driver's message on one line, without the rows that PostgreSQL adds as details."""
    text = getattr(getattr(origin, "diag", None), "message_primary", None) or str(origin)
    for hint in ("Multiple connection attempts", "Is the server running"):
        text = text.partition(hint)[0]
    message = " ".join(text.split())
    message = message.removeprefix("connection failed: ")[:300].rstrip(".")
    if isinstance(origin, sqlite3.Error):
        message = f"SQLite says: {message}"
    return message.replace(secret, "***") if secret else message
