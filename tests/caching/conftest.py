"""Sites for tests of the response cache."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.runtime import Runtime
from tests import builders
from tests.caching.asking import is_stored
from tests.conftest import MovingClock, store

BODY = "Words that make the answer long enough to compress. " * 40


@dataclass
class Site:
    """A store with some articles, and an application whose readers make the log catch up."""

    runtime: Runtime
    clock: MovingClock
    client: TestClient


@contextmanager
def site_in(folder: Path, **settings: Any) -> Iterator[Site]:
    """A folder's store with an application."""
    with (
        store(None, folder, serve_worker=False, **settings) as (runtime, clock),
        TestClient(create_app(runtime)) as client,
    ):
        yield Site(runtime, clock, client)


def wait_for_head(client: TestClient) -> None:
    """Nothing is stored before the head of a distant store was read once, on a connection that the
    first request begins."""
    until = monotonic() + 10
    while not is_stored(client, "/v1/committee"):
        assert monotonic() < until


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """With three articles."""
    with site_in(tmp_path) as here:
        fill(here)
        yield here


@pytest.fixture
def plain(site: Site, tmp_path: Path) -> Iterator[Site]:
    """Another application over the same store, which keeps no answers."""
    with site_in(tmp_path, answer_cache_mb=0) as here:
        here.clock.now = site.clock.now
        yield here


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site]]:
    """A site, and one over the same store that keeps no answers; for tests that only read."""
    folder = tmp_path_factory.mktemp("shared")
    with site_in(folder) as kept, site_in(folder, answer_cache_mb=0) as plain:
        fill(kept)
        plain.clock.now = kept.clock.now
        yield kept, plain


def fill(here: Site) -> None:
    """Publish three articles, and let the second of the change pass."""
    builders.tag(here.runtime, "water")
    for name in ("one", "two", "three"):
        builders.published(here.runtime, title=name.title(), slug=name, body=BODY, tags=("water",))
    here.clock.move(seconds=5)
