"""A new store and a new application per test, on a clock that tests move; a real PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app import schema
from app.main import create_app
from app.runtime import Runtime, opened
from app.settings import Settings
from tests.contract.client import Contract, ContractClient
from tests.postgres import server
from tests.stores import copy_sqlite


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
    client: ContractClient


@contextmanager
def store(
    url: str | None, folder: Path, *, serve_worker: bool = True, **more: Any
) -> Iterator[tuple[Runtime, MovingClock]]:
    clock = MovingClock()
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        database_url=url,
        serve_worker=serve_worker,
        # The clock stands still, so a whole test would fall into one minute.
        **{"rate_limit": 0} | more,
    )
    if url is None and not (folder / "willay.db").exists():
        copy_sqlite(folder / "willay.db")
    with opened(settings, clock, checked=False) as runtime:
        if url is not None:
            schema.migrate(runtime.database)
        yield runtime, clock


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with store(None, tmp_path) as (runtime, clock), client_of(runtime) as client:
        yield Bench(runtime, clock, client)


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Bench]:
    """The same, but time is promoted only by tests."""
    with (
        store(None, tmp_path, serve_worker=False) as (runtime, clock),
        client_of(runtime) as client,
    ):
        yield Bench(runtime, clock, client)


_contracts: list[Contract] = []
"""The contract, which is the same for every store: made once a process."""


def client_of(runtime: Runtime) -> ContractClient:
    """A client of a new application, which it starts when it is entered."""
    app = create_app(runtime)
    _contracts[:] = _contracts or [Contract(app.openapi())]
    return ContractClient(app, _contracts[0], client=("127.0.0.1", 50_000))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that belongs to this test process alone."""
    with server() as url:
        yield url


_numbers = count(1)


@pytest.fixture
def postgres_store(postgres: str) -> Iterator[str]:
    """An empty database of its own."""
    with empty_database(postgres) as url:
        yield url


@contextmanager
def empty_database(postgres: str) -> Iterator[str]:
    """The address of a new database on a server, dropped at the end."""
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
