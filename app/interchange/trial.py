"""The transaction of a dry run."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from app import changes
from app.changes import PublishTx
from app.database import Database
from app.kit.temporary_folders import temporary_folder
from app.runtime import Runtime


@contextmanager
def trying(runtime: Runtime) -> Iterator[PublishTx]:
    """A transaction that publishes and is rolled back, for which editors do not wait: SQLite has
    one writer, so there it is one of a copy of the store."""
    if not runtime.database.is_sqlite:
        with changes.rehearsing(runtime.database, runtime.clock) as tx:
            yield tx
        return
    with temporary_folder(runtime.settings.data_dir) as folder:
        path = folder / "store.db"
        runtime.database.copy_to(path)
        copy = Database(f"sqlite:///{path}", readers=1, writers=1)
        with closing(copy), changes.rehearsing(copy, runtime.clock) as tx:
            yield tx
