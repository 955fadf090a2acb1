"""Statements are compiled once for all engines of the suite: each test has engines of its own, and
compiling the same SQL again for each was a sixth of the suite's time."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from typing_extensions import override


class SharedStatements(dict[Any, Any]):
    """Compiled statements by their key without its dialect, which each engine has of its own. One
    suite runs on one database, and its engines compile alike."""

    @override
    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    @override
    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


_STATEMENTS = SharedStatements()


def share_statements() -> None:
    """Let every engine of this process use the same compiled statements."""
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_STATEMENTS)
