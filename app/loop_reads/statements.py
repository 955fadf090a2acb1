"""Statements that are compiled once and then given straight to SQLite's driver.

SQLAlchemy looks a statement up, builds a context and a cursor's description for each execution:
for a page of a list that takes longer than SQLite does. What depends on the statement alone is kept
here beside it: the text, the order of the parameters, and the conversion of values both ways. Only
a statement that lives as long as the process gains by it; all others run as usual.
"""

import sqlite3
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from app.database import ReadTx

_AT_MOST: Final = 2_000
"""The statements that are remembered."""

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ReadyStatement:
    """A compiled statement, with the conversions of its parameters and columns."""

    text: str
    defaults: Mapping[str, Any]
    parameters: Sequence[tuple[str, Convert | None]]
    columns: SimpleResultMetaData
    converts: Sequence[Convert | None]

    def run(
        self, driver: sqlite3.Connection, values: Mapping[str, Any]
    ) -> sa.Result[*tuple[Any, ...]]:
        """Run it with some parameters."""
        given = {**self.defaults, **values} if values else self.defaults
        arguments = [
            given[name] if convert is None else convert(given[name])
            for name, convert in self.parameters
        ]
        rows = driver.execute(self.text, arguments).fetchall()
        converts = self.converts
        ready = [
            [
                value if convert is None or value is None else convert(value)
                for convert, value in zip(converts, row, strict=True)
            ]
            for row in rows
        ]
        return IteratorResult(self.columns, iter(ready))


class ReadyStatements:
    """The statements of one connection, each compiled when it is run for the second time."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._seen: dict[int, weakref.ref[sa.Executable]] = {}
        self._ready: dict[int, tuple[sa.Executable, ReadyStatement | None]] = {}

    def get(self, statement: sa.Executable) -> ReadyStatement | None:
        """The compiled statement; None if it is new, or cannot be compiled without its values."""
        key = id(statement)
        known = self._ready.get(key)
        if known is not None:  # which keeps its statement, so no other one can have its id
            return known[1]
        seen = self._seen.get(key)
        if seen is None or seen() is not statement:
            if len(self._seen) >= _AT_MOST:
                self._seen.clear()
            self._seen[key] = weakref.ref(statement)
            return None
        if len(self._ready) >= _AT_MOST:
            self._ready.clear()
        ready = _compile(statement, self._dialect) if isinstance(statement, SelectBase) else None
        self._ready[key] = statement, ready
        return ready


def _compile(statement: SelectBase, dialect: Dialect) -> ReadyStatement | None:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None  # its text depends on the values, such as the length of a list
    binds = compiled.binds
    columns = list(statement.selected_columns)
    return ReadyStatement(
        text=compiled.string,
        defaults={name: bind.effective_value for name, bind in binds.items() if not bind.required},
        parameters=[
            (name, _bind(binds[name].type, dialect)) for name in compiled.positiontup or ()
        ],
        columns=SimpleResultMetaData([column.key or "" for column in columns]),
        converts=[_result(column.type, dialect) for column in columns],
    )


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


class DriverTx(ReadTx):
    """A snapshot of SQLite that runs ready statements without SQLAlchemy."""

    __slots__ = ("_statements", "driver")

    def __init__(
        self, connection: sa.Connection, driver: sqlite3.Connection, statements: ReadyStatements
    ) -> None:
        super().__init__(connection)
        self.driver = driver
        self._statements = statements

    @override
    def execute(
        self,
        statement: sa.Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> sa.Result[*tuple[Any, ...]]:
        """Run a Core statement."""
        ready = self._statements.get(statement)
        if ready is None or not (parameters is None or isinstance(parameters, Mapping)):
            return super().execute(statement, parameters)
        return ready.run(self.driver, parameters or {})
