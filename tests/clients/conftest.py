"""A service for the clients, and a folder in which programs find them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import node
from tests.clients.programs import install_client
from tests.clients.serving import sample_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    node.node()
    with sample_service(tmp_path_factory.mktemp("service")) as known:
        yield known


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client alone."""
    node.node()
    place = tmp_path_factory.mktemp("desk")
    install_client(place)
    return place


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client and npm's packages."""
    modules = node.modules()
    place = tmp_path_factory.mktemp("tools")
    (place / "node_modules").mkdir()
    for package in (modules / "node_modules").iterdir():
        (place / "node_modules" / package.name).symlink_to(package)
    install_client(place)
    return place
