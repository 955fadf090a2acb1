"""Every behaviour of the protocol is asked of every engine."""

import os

import pytest

from tests.search.backends import BACKENDS, DOUBLE, KEY, REAL, URL, Backend


@pytest.fixture(scope="module", params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each engine in turn."""
    return _asked_for(request)


@pytest.fixture(scope="module", params=[DOUBLE, REAL])
def server(request: pytest.FixtureRequest) -> Backend:
    """The engines on a server."""
    return _asked_for(request)


def _asked_for(request: pytest.FixtureRequest) -> Backend:
    if request.param == REAL and not (os.environ.get(URL) and os.environ.get(KEY)):
        pytest.skip(f"no real server: set {URL} and {KEY}")
    return BACKENDS[request.param]
