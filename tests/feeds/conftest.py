"""An archive of fifty articles over some years."""

from collections.abc import Iterator

import pytest

from tests.conftest import Bench, bench_in
from tests.feeds.articles import fill


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The archive for tests that only read."""
    with bench_in(tmp_path_factory.mktemp("archive"), serve_worker=False) as bench:
        fill(bench)
        yield bench


@pytest.fixture
def own_archive(quiet: Bench) -> Bench:
    """The archive for a test that changes it."""
    fill(quiet)
    return quiet
