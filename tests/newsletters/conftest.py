"""A newsroom for tests that leave no trace which another would mind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsletters.mailing import Newsroom, newsroom


@pytest.fixture(scope="module")
def quiet_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder: Path = tmp_path_factory.mktemp("newsroom")
    with newsroom(folder) as room:
        yield room
