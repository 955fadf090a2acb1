"""A second store, into which what another exported is imported."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.conftest import Bench, store


@pytest.fixture
def other_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("other")
    with store(None, folder) as (runtime, clock), TestClient(create_app(runtime)) as client:
        yield Bench(runtime, clock, client)
