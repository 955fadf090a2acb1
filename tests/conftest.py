"""A new store and a new application per test, on a clock that tests move; a real PostgreSQL."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import schema
from app.main import create_app
from app.runtime import Runtime, open_runtime
from tests import stores
from tests.contract.client import Contract, ContractClient
from tests.statements import share_statements

pytest_plugins = ["tests.contract.log"]

share_statements()


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
    """A folder's store, or a database of one's own: made when it is not there, and opened."""
    clock = MovingClock()
    if url is None:
        stores.ensure_store(folder)
    # The clock stands still, so a whole test would fall into one minute.
    more = {"rate_limit": 0, "serve_worker": serve_worker, "database_url": url} | more
    with open_runtime(stores.settings_of(folder, **more), clock, check_schema=False) as runtime:
        if url is not None:
            schema.migrate(runtime.database)
        yield runtime, clock


@contextmanager
def bench_in(folder: Path, **more: Any) -> Iterator[Bench]:
    """A folder's store with an application: in a fixture of a module, for tests that only read."""
    with store(None, folder, **more) as (runtime, clock), client_of(runtime) as client:
        yield Bench(runtime, clock, client)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as found:
        yield found


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Bench]:
    """The same, but time is promoted only by tests."""
    with bench_in(tmp_path, serve_worker=False) as found:
        yield found


_contracts: list[tuple[dict[str, Any], Contract]] = []
"""The contract, which is the same for every store, as its document and as a judge of answers: made
once a process, because to make it takes as long as a dozen tests."""


def client_of(runtime: Runtime) -> ContractClient:
    """A client of a new application, which it starts when it is entered. Without a worker, tests
    promote what is due, and readers do not."""
    app = create_app(runtime, promotes=runtime.settings.serve_worker)
    if not _contracts:
        _contracts.append((app.openapi(), Contract(app.openapi())))
    app.openapi_schema, judge = _contracts[0]
    return ContractClient(app, judge, client=("127.0.0.1", 50_000))


@pytest.fixture
def postgres_store() -> Iterator[str]:
    """A migrated database of its own, whichever pass this is: for tests that compare the two."""
    url = stores.databases().migrated()
    yield url
    stores.databases().give_back(url)


@contextmanager
def empty_database() -> Iterator[str]:
    """The address of a database without tables, which is given back at the end."""
    url = stores.databases().bare()
    yield url
    stores.databases().give_back(url)


@pytest.fixture(params=[stores.BACKEND])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Runtime, MovingClock]]:
    """A store for what the two databases do differently: SQLite here, PostgreSQL on its pass."""
    with store(None, tmp_path) as opened_store:
        yield opened_store


@pytest.fixture(autouse=True, scope="module")
def _databases_of_a_module() -> Iterator[None]:
    with _given_back():
        yield


@pytest.fixture(autouse=True)
def _databases_of_a_test() -> Iterator[None]:
    with _given_back():
        yield


@contextmanager
def _given_back() -> Iterator[None]:
    """Whatever folders were given a database meanwhile: nobody uses it any more."""
    before = stores.taken()
    yield
    stores.give_back(*(stores.taken() - before))


# What never comes near a store runs once, in `make test`.
collect_ignore = (
    [
        *("kit", "rules", "search", "examples", "migrations"),
        *("importers/test_listing_parser.py", "media/test_pictures.py", "media/test_isolation.py"),
    ]
    if stores.ON_POSTGRES
    else []
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fast` is what `make test-fast` says."""
    parser.addoption("--fast", action="store_true", help="what an inner loop needs, in a minute")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Properties of the whole contract take seconds to be collected alone."""
    is_left_out = config.getoption("--fast") and collection_path.suffix == ".py"
    return True if is_left_out and "import schemathesis" in collection_path.read_text() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`sqlite_only` and `postgresql_only` skip on the other pass, and say why."""
    if config.getoption("--fast"):
        from tests import pace  # which imports this module

        items[:], left = pace.inner_loop(items)
        config.hook.pytest_deselected(items=left)
    other = "sqlite" if stores.ON_POSTGRES else "postgresql"
    for item in items:
        for mark in item.iter_markers(f"{other}_only"):
            item.add_marker(pytest.mark.skip(reason=f"{other} only: {mark.args[0]}"))


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests only wait."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """The collector need not look again and again through what stays for the whole run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The production pass is no illusion: nothing on it was kept in SQLite."""
    config = session.config
    if line := stores.summary():
        _hand_up(config, line)
    if not stores.ON_POSTGRES or hasattr(config, "workeroutput"):
        return
    base = config._tmp_path_factory  # type: ignore[attr-defined]  # it has no other name
    made = sorted(str(path) for path in base.getbasetemp().rglob("willay.db"))
    if made and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    for path in made:
        _hand_up(config, f"SQLITE ON THE PRODUCTION PASS: {path}")


_lines: list[str] = []


def _hand_up(config: pytest.Config, line: str) -> None:
    """To the process that writes the report."""
    if (output := getattr(config, "workeroutput", None)) is not None:
        output.setdefault("willay", []).append(line)
    _lines.append(line)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of xdist hands up."""
    _lines.extend(getattr(node, "workeroutput", {}).get("willay", ()))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many databases there were."""
    for line in _lines:
        terminalreporter.write_line(line)
