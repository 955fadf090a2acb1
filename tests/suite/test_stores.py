"""The suite's own stores: each is a new one, whatever the store before it went through."""

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from app.changes import head
from app.database import Database
from app.models import every_table
from app.runtime import open_runtime
from tests import builders, stores
from tests.conftest import store

TESTS = Path(__file__).parents[1]


def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All but the epoch, which is every store's own."""
    with database.reading() as tx:
        return {
            table.name: [
                tuple(row)
                for row in tx.execute(sa.select(*(c for c in table.c if c.name != "epoch")))
            ]
            for table in every_table().sorted_tables
        }


def test_no_two_stores_share_an_epoch(tmp_path: Path) -> None:
    """A cursor of another store's life would be taken for one of its own."""
    epochs = []
    for number in range(4):
        with store(None, tmp_path / str(number)) as (runtime, _):
            with runtime.database.reading() as tx:
                epochs.append(head(tx).epoch)
            builders.published(runtime)
        stores.give_back(tmp_path / str(number))
    assert len(set(epochs)) == 4


def test_a_folder_keeps_its_store(tmp_path: Path) -> None:
    with store(None, tmp_path) as (runtime, _):
        key = builders.published(runtime)
    with store(None, tmp_path) as (runtime, _), runtime.database.reading() as tx:
        assert list(tx.execute(sa.select(every_table().tables["article"].c.id)).scalars()) == [key]


@pytest.mark.postgresql_only("SQLite's stores are files, which nobody uses again")
def test_a_database_that_is_used_again_is_like_a_new_one() -> None:
    with stores.temporary() as settings, open_runtime(settings, check_schema=False) as runtime:
        fresh, used = rows(runtime.database), settings.store_url
        builders.tag(runtime, "water")
        for _ in range(3):
            builders.published(runtime, tags=("water",))
        assert rows(runtime.database) != fresh
    with stores.temporary() as settings, open_runtime(settings, check_schema=False) as runtime:
        assert settings.store_url == used
        assert rows(runtime.database) == fresh
        builders.published(runtime)
        numbers = sa.select(every_table().tables["publication"].c.id)
        with runtime.database.reading() as tx:
            assert list(tx.execute(numbers).scalars()) == [1]


SPOILT: dict[str, Callable[[psycopg.Connection], Any]] = {
    "a table too many": lambda link: link.execute("CREATE TABLE gift ()"),
    "a table less": lambda link: link.execute("DROP TABLE alias"),
    "a column less": lambda link: link.execute("ALTER TABLE account DROP COLUMN name"),
    "an index less": lambda link: link.execute("DROP INDEX publication_list"),
    "a trigger that rests": lambda link: link.execute(
        "ALTER TABLE audit_entry DISABLE TRIGGER USER"
    ),
    "another revision": lambda link: link.execute("UPDATE alembic_version SET version_num = 'x'"),
    "no revision": lambda link: link.execute("DROP TABLE alembic_version"),
    "statistics": lambda link: link.execute("ANALYZE"),
}


@pytest.mark.postgresql_only("SQLite's stores are files, which nobody uses again")
@pytest.mark.parametrize("how", [*SPOILT, "somebody is connected"])
def test_a_database_that_is_not_as_it_was_is_dropped(how: str) -> None:
    pool = stores.databases()
    url = pool.migrated()
    link = psycopg.connect(url, autocommit=True)
    if how in SPOILT:
        with link:
            SPOILT[how](link)
    pool.give_back(url)
    link.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_server_ends_with_the_process_that_started_it() -> None:
    """However that ended: an interrupted worker of pytest-xdist runs no handler."""
    program = (
        "import sys, time\nfrom tests.postgres import THRIFTY, server\n"
        "with server(THRIFTY) as url:\n    print(url, flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=TESTS.parent, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            url = child.stdout.readline().strip()
            with psycopg.connect(url) as link:
                row = link.execute("SHOW data_directory").fetchone()
            assert row is not None
            folder = Path(row[0])
            postmaster = int((folder / "postmaster.pid").read_text().splitlines()[0])
        finally:
            child.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while (folder.parent.exists() or _lives(postmaster)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.parent.exists()
    assert not _lives(postmaster)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_every_store_is_made_in_one_place() -> None:
    """`settings_of(folder, …)` of tests/stores.py is on the database that the pass is about."""
    by_hand = []
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or path == TESTS / "stores.py":
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            told = {word.arg: word.value for word in node.keywords}
            # What reads the environment, or a file, is told there where its store is.
            of_environment = set(told) <= {"_env_file"}
            if name == "Settings" and not of_environment:
                by_hand.append(f"{path.relative_to(TESTS)}:{node.lineno}")
    assert by_hand == [], "say settings_of(folder, …) of tests/stores.py"
