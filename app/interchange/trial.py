"""The transaction of a dry run."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from secrets import randbelow
from typing import Final

from app import changes
from app.changes import PublishTx
from app.database import Database
from app.engines import wait_for_ever
from app.kit.clock import Clock
from app.kit.temporary_folders import temporary_folder
from app.runtime import Runtime

_UNREACHED: Final = 2**40
"""Entries of the log, more than a store will have."""
_TRIALS: Final = 2**20
"""Places above these, so that two trials seldom take one."""


class _TrialOver(Exception):
    """Rolls a trial back."""


@contextmanager
def trying(runtime: Runtime) -> Iterator[PublishTx]:
    """A transaction in which commands act as in `publishing`, and which is rolled back at its end.

    Editors do not wait for it: SQLite has one writer, so there it is a transaction of a copy of the
    store. On PostgreSQL only somebody who saves what it has saved waits for its end.
    """
    if not runtime.database.is_sqlite:
        with _rolled_back(runtime.database, runtime.clock) as tx:
            yield tx
        return
    with temporary_folder(runtime.settings.data_dir) as folder:
        path = folder / "store.db"
        runtime.database.copy_to(path)
        copy = Database(f"sqlite:///{path}", readers=1, writers=1)
        with closing(copy), _rolled_back(copy, runtime.clock) as tx:
            yield tx


@contextmanager
def _rolled_back(database: Database, clock: Clock) -> Iterator[PublishTx]:
    """It does not lock the head, so others publish meanwhile: its own entries have sequences that
    no log reaches."""
    with suppress(_TrialOver), database.writing() as write:
        wait_for_ever(write.connection)
        apart = _UNREACHED * (1 + randbelow(_TRIALS))
        yield changes.begin(write, replace(changes.head(write), sequence=apart), clock())
        raise _TrialOver
