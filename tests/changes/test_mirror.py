"""The client of the guide keeps a copy that equals the API, whatever happens.

`WILLAY_EXAMPLES=200 pytest tests/changes/test_mirror.py -s` searches long, and says what it did.
"""

import os
import sys

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.changes.partner import Desk, Partnered, client
from tests.served import served
from tests.stores import BACKEND

_LONG = int(os.environ.get("WILLAY_EXAMPLES", "0"))
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.timeout(0 if _LONG else 120)
def test_a_copy_kept_by_the_client_equals_the_api() -> None:
    desk = Desk()
    with served(desk, lifespan="off") as desk.address:
        machine = type("PartneredHere", (Partnered,), {"desk": desk})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=_LONG or 8,
                phases=(*_PHASES, Phase.shrink) if _LONG else _PHASES,
                database=None,
                stateful_step_count=50,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=False,
            ),
        )
    sys.stdout.write(f"{BACKEND}: {desk.did}\n")
    assert desk.did["actions"] > 100
    assert desk.did["comparisons"] > 5


def test_the_client_is_short() -> None:
    _, text = client()
    assert len([line for line in text.splitlines() if line]) <= 30
