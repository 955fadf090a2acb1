"""Publications that were frozen before pictures had sizes keep to the contract."""

import json
from typing import Any

import sqlalchemy as sa

from app import schema
from app.runtime import Runtime
from tests import builders
from tests.conftest import MovingClock


def test_old_pictures_say_that_their_sizes_are_not_known(
    either: tuple[Runtime, MovingClock],
) -> None:
    runtime, _ = either
    image = {"url": "https://example.org/a.jpg", "alt": 'Ñandú "a"', "caption": "C"}
    builders.published(runtime, title="one", image=image)
    builders.published(runtime, title='"image":{ is no picture')

    def items() -> list[Any]:
        with runtime.database.reading() as tx:
            found = tx.execute(sa.text("SELECT item FROM publication ORDER BY id"))
            return [json.loads(item) for item in found.scalars()]

    now = items()
    schema.migrate(runtime.database, "0005")
    old = {**now[0], "image": {**image, "credit": None}}
    assert items() == [old, now[1]]
    schema.migrate(runtime.database)
    assert items() == now
