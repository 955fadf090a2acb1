"""Fixtures for every test: the log as it would be written, and a service that logs requests."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import logs
from app.main import create_app
from app.runtime import open_runtime
from tests.commands import log_as_before
from tests.conftest import Bench, MovingClock
from tests.contract.canaries import marker
from tests.contract.client import Contract, ContractClient
from tests.stores import ensure_store, settings_of


class LogLines(logging.Handler):
    """Everything that would be written, formatted with its traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def service_log() -> Iterator[LogLines]:
    """The log at `debug`, as the service sets it up."""
    handler = LogLines()
    with log_as_before():
        logs.configure("debug")
        logging.getLogger().addHandler(handler)
        yield handler


@pytest.fixture
def logging_service(tmp_path: Path) -> Iterator[Bench]:
    """A service that logs its requests, with a secret in every setting that takes one."""
    clock = MovingClock()
    ensure_store(tmp_path)
    settings = settings_of(
        tmp_path,
        serve_worker=False,
        secret_key=marker() * 4,
        log_requests=True,
        log_level="debug",
    )
    with open_runtime(settings, clock, check_schema=False) as runtime:
        app = create_app(runtime)
        client = ContractClient(app, Contract(app.openapi()), raise_server_exceptions=False)
        with client:
            yield Bench(runtime, clock, client)
