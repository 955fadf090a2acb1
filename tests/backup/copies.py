"""Backups taken and restored within a test, and what a store holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.backup import creation, manifest, restoration
from app.backup.manifest import Manifest
from app.models import every_table
from app.runtime import Runtime, open_runtime
from tests.conftest import MovingClock
from tests.stores import settings_of


def quietly(_done: int) -> None:
    """Nobody watches."""


def take(runtime: Runtime, folder: Path, advance: manifest.Advance = quietly) -> Manifest:
    return creation.create_backup(
        runtime.database, runtime.settings, runtime.clock, folder, advance
    )


def restore(runtime: Runtime, folder: Path) -> None:
    copy = restoration.open_backup(folder, manifest.read(folder), quietly)
    restoration.restore(runtime.database, runtime.settings.data_dir, copy, quietly)


@contextmanager
def empty_store(folder: Path, clock: MovingClock, url: str | None = None) -> Iterator[Runtime]:
    """A store that holds not even tables, at the same hour."""
    settings = settings_of(folder, database_url=url, serve_worker=False, rate_limit=0)
    with open_runtime(settings, clock, check_schema=False) as runtime:
        yield runtime


def rows(runtime: Runtime) -> dict[str, list[tuple[Any, ...]]]:
    """The whole store but for the epoch."""
    found = {}
    with runtime.database.reading() as tx:
        for table in every_table().sorted_tables:
            columns = [column for column in table.columns if column.name != "epoch"]
            asked = sa.select(*columns).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in tx.execute(asked)]
    return found
