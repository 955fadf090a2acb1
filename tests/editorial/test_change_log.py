"""The log and time: random editorial work, skewed clocks and crashes; every mirror is right.

`WILLAY_EXAMPLES=2000 pytest tests/editorial/test_change_log.py` searches long, and shrinks.
"""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.changes import head
from app.editorial import publishing
from app.published import changes
from app.runtime import Runtime
from tests import builders
from tests.conftest import MovingClock
from tests.editorial.readers import Watched
from tests.stores import examples

Either = tuple[Runtime, MovingClock]

_LONG = int(os.environ.get("WILLAY_EXAMPLES", "0"))
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.timeout(0 if _LONG else 120)
def test_a_mirror_equals_what_is_visible() -> None:
    run_state_machine_as_test(
        Watched,
        settings=settings(
            max_examples=_LONG or examples(10),
            phases=(*_PHASES, Phase.shrink) if _LONG else _PHASES,
            database=None,
            stateful_step_count=50 if _LONG else 30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


def test_a_fast_clock_that_saw_a_schedule_does_not_keep_it(either: Either) -> None:
    """Judged beyond w and then cancelled, a version would stay in the mirror for ever."""
    runtime, clock = either
    key = builders.publish(runtime, builders.draft(runtime), at=clock() + timedelta(seconds=60))
    with runtime.database.reading() as tx:
        entries, cursor = changes.entries_after(tx, 0)
    assert entries == []
    with runtime.publishing() as tx:
        publishing.cancel(tx, builders.EDITOR, key)
    clock.move(seconds=120)
    assert runtime.promote() is False
    with runtime.database.reading() as tx:
        assert changes.entries_after(tx, cursor)[0] == []
        assert head(tx).next_boundary.year == 9999
