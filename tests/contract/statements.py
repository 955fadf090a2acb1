"""Counts the statements that reach the store's readers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from app.runtime import Runtime


@contextmanager
def counted(runtime: Runtime) -> Iterator[list[tuple[str, Any]]]:
    """The statements and parameters run while the block lasts, transactions' own aside."""
    seen: list[tuple[str, Any]] = []
    reader = runtime.database._reader

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, parameters))

    def trace(statement: str) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK")):
            seen.append((statement, ()))

    sa.event.listen(reader, "before_cursor_execute", note)
    with runtime.brief_reads.traced(trace):
        yield seen
    sa.event.remove(reader, "before_cursor_execute", note)
