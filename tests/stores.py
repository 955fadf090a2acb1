"""Every store of the suite is made here, cheaply, and on the database that is asked for.

`WILLAY_TEST_STORE=postgresql` (what `make test-production` says) turns all of them: then a folder
has a database of its own on a server of ours, and no test makes a `willay.db`. So a test never
says `Settings(…)` itself, nor starts `willay` by hand: it says `settings_of(folder, …)` and
`willay(folder, …)`, or `environment_of(folder)` for a process of its own.
"""

import atexit
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from typing_extensions import override

from app import schema
from app.database import Database
from app.settings import Settings
from tests.databases import Databases
from tests.postgres import THRIFTY, server

ON_POSTGRES = os.environ.get("WILLAY_TEST_STORE", "sqlite") == "postgresql"
BACKEND = "postgresql" if ON_POSTGRES else "sqlite"

_OPEN = ExitStack()
atexit.register(_OPEN.close)

_of_folder: dict[Path, str] = {}
"""The database of each folder, on the production pass."""


@cache
def databases() -> Databases:
    """Those of this process, on a server that it starts when it is first asked."""
    found = Databases(_OPEN.enter_context(server(THRIFTY)))
    _OPEN.callback(found.close)
    return found


def ensure_store(folder: Path) -> None:
    """Give the folder a migrated, empty store, unless it has one."""
    if ON_POSTGRES:
        if _key(folder) not in _of_folder:
            _of_folder[_key(folder)] = databases().migrated()
    elif not (folder / "willay.db").exists():
        copy_sqlite(folder / "willay.db")


def url_of(folder: Path) -> str | None:
    """The folder's database, an empty one when it has none yet; None for SQLite's file in it."""
    if not ON_POSTGRES:
        return None
    if _key(folder) not in _of_folder:
        _of_folder[_key(folder)] = databases().bare()
    return _of_folder[_key(folder)]


class GivenSettings(Settings):
    """What a test says, and nothing of this machine's: to look there takes milliseconds a store."""

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *others: PydanticBaseSettingsSource,
        **more: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def settings_of(folder: Path, **more: Any) -> Settings:
    """Settings of a service whose data are in a folder; no other ones are read."""
    given = {"data_dir": folder} | more
    if given.get("database_url") is None:
        given["database_url"] = url_of(folder)
    return GivenSettings(**given)


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """What a process needs to be told to work on the folder's store."""
    url = url_of(folder)
    store = {"WILLAY_DATA_DIR": str(folder)} | ({} if url is None else {"WILLAY_DATABASE_URL": url})
    return {**os.environ, **store, **more}


@contextmanager
def temporary(**more: Any) -> Iterator[Settings]:
    """A migrated, empty store for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="willay-store-") as name:
        folder = Path(name)
        ensure_store(folder)
        yield settings_of(folder, **more)
        give_back(folder)


def copied(folder: Path, copy: Path) -> None:
    """The store's files as they are now, as a backup of the machine has them; nobody uses it."""
    if ON_POSTGRES:
        _of_folder[_key(copy)] = databases().copied(_of_folder[_key(folder)])
        return
    copy.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(folder / "willay.db")) as here,
        closing(sqlite3.connect(copy / "willay.db")) as there,
    ):
        here.backup(there)


def put_back(copy: Path, folder: Path) -> None:
    """The copy takes the place of what the folder has, as a restored backup of the machine does."""
    if ON_POSTGRES:
        give_back(folder)
        _of_folder[_key(folder)] = _of_folder.pop(_key(copy))
        return
    for left in folder.glob("willay.db*"):
        left.unlink()
    (copy / "willay.db").rename(folder / "willay.db")


def files_of(folder: Path) -> list[Path]:
    """Every file in which a store keeps something; PostgreSQL's log before the writes aside."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return found + databases().files(_of_folder[_key(folder)]) if ON_POSTGRES else found


def taken() -> set[Path]:
    """The folders that have a database now."""
    return set(_of_folder)


def give_back(*folders: Path) -> None:
    """Nobody uses these any more."""
    for folder in folders:
        url = _of_folder.pop(_key(folder), None)
        if url is not None:
            databases().give_back(url)


def summary() -> str:
    """How many databases were made and how many of them used again; nothing when none was."""
    if not databases.cache_info().currsize:
        return ""
    return f"PostgreSQL databases: {databases().made} made, {databases().reused} reused"


@cache
def sqlite_template() -> Path:
    """A migrated, empty store in one file."""
    folder = _OPEN.enter_context(tempfile.TemporaryDirectory(prefix="willay-template-"))
    path = Path(folder) / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def copy_sqlite(path: Path) -> None:
    """A new store at `path`, with an epoch of its own: a migration draws it at random."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(sqlite_template(), path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("UPDATE change_head SET epoch = ?", (secrets.token_hex(8),))


def examples(whole: int) -> int:
    """How many requests or histories a property is tried with: all of them in `make test`, and a
    sample where the same is said on PostgreSQL. The first ones that hypothesis tries are trivial,
    so the sample has five at least."""
    return max(whole // 3, min(whole, 5)) if ON_POSTGRES else whole


def _key(folder: Path) -> Path:
    return Path(folder).absolute()
