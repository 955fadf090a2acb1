"""kill -9 of the sender at random moments: no letter arrives twice, and none is lost.

`WILLAY_LETTER_KILLS=100 pytest -n 0 -s -o timeout=900 tests/letters/test_kills.py` kills more.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app import outbox
from app.kit.clock import system_clock
from app.models.letter import Letter
from app.runtime import Runtime
from tests.conftest import MovingClock, store
from tests.letters.desk import reader
from tests.letters.killing import assert_each_once, kill_senders
from tests.letters.servers import mail_server

KILLS = int(os.environ.get("WILLAY_LETTER_KILLS", "4"))
EACH = 14
"""Letters for each kill."""
LONGEST_LIFE = 0.35


def plan(runtime: Runtime, clock: MovingClock, number: int) -> None:
    clock.now = system_clock()
    accounts = [reader(runtime, f"reader{each}@example.org") for each in range(5)]
    with runtime.database.writing() as tx:
        for each in range(number):
            account, subject = accounts[each % len(accounts)], f"text-{each}"
            facts = {"title": f"Text {each}"}
            outbox.plan_notice(tx, "submitted", [account], subject, clock(), facts=facts)


def test_a_killed_sender_sends_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    with (
        store(None, tmp_path, serve_worker=False) as (runtime, clock),
        mail_server() as box,
    ):
        plan(runtime, clock, number := KILLS * EACH)
        kills = kill_senders(runtime, box, tmp_path, KILLS, LONGEST_LIFE, plans=False)
        arrived = Counter(box.recipients[at] + subject_of(box, at) for at in range(len(box.ids)))
        with runtime.database.reading() as tx:
            rows = tx.execute(sa.select(col(Letter.state), col(Letter.key))).all()
    ended = Counter(row.state for row in rows)
    assert_each_once("letters", number, kills, ended, Counter(box.ids))
    assert len(rows) == number
    assert max(arrived.values()) == 1


def subject_of(box: Any, at: int) -> str:
    return str(box.letters[at]["Subject"])
