"""kill -9 of the sender at random moments: no letter arrives twice, and none is lost.

`WILLAY_LETTER_KILLS=100 pytest -n 0 -s -o timeout=900 tests/letters/test_kills.py` kills more.
"""

import multiprocessing
import os
import sys
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from time import sleep
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app import outbox
from app.kit.clock import system_clock
from app.models.letter import Letter
from app.runtime import Runtime
from tests.conftest import MovingClock, store
from tests.letters.desk import end_lease, reader
from tests.letters.killed_sender import send_letters
from tests.letters.servers import mail_server

KILLS = int(os.environ.get("WILLAY_LETTER_KILLS", "4"))
EACH = 14
"""Letters for each kill."""
LONGEST_LIFE = 0.35
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.letters.killed_sender"])


def begin(settings: dict[str, Any]) -> tuple[BaseProcess, Any]:
    here, there = PROCESSES.Pipe()
    process = PROCESSES.Process(target=send_letters, args=(dict(settings), there), daemon=True)
    process.start()
    there.close()
    return process, here


def plan(runtime: Runtime, clock: MovingClock, number: int) -> None:
    clock.now = system_clock()
    accounts = [reader(runtime, f"reader{each}@example.org") for each in range(5)]
    with runtime.database.writing() as tx:
        for each in range(number):
            account, subject = accounts[each % len(accounts)], f"text-{each}"
            facts = {"title": f"Text {each}"}
            outbox.plan_notice(tx, "submitted", [account], subject, clock(), facts=facts)


def test_a_killed_sender_sends_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    chance = Random()
    with (
        store(None, tmp_path, serve_worker=False) as (runtime, clock),
        mail_server() as box,
    ):
        box.pause = 0.004
        plan(runtime, clock, number := KILLS * EACH)
        settings = {
            "data_dir": tmp_path,
            "database_url": runtime.settings.database_url,
            "smtp_url": f"smtp://127.0.0.1:{box.port}",
            "mail_from": "Desk <desk@example.org>",
            "mail_rate": 1_000.0,
        }
        kills = 0
        while kills < KILLS:
            process, ready = begin(settings)
            if chance.random() < 0.9:  # else it is killed while it begins
                assert ready.recv() == "begun"
            sleep(chance.uniform(0.0, LONGEST_LIFE))
            kills += process.exitcode is None
            process.kill()
            process.join(10)
            ready.close()
            end_lease(runtime)
        process, ready = begin(settings)
        assert [ready.recv(), ready.recv()] == ["begun", "done"]
        process.join(10)
        ready.close()
        arrived = Counter(box.recipients[at] + subject_of(box, at) for at in range(len(box.ids)))
        times = Counter(box.ids)
        with runtime.database.reading() as tx:
            rows = tx.execute(sa.select(col(Letter.state), col(Letter.key))).all()
    ended = Counter(row.state for row in rows)
    duplicates = sum(times[one] - 1 for one in times)
    uncertain = ended["uncertain"]
    reached = len(times) - ended["sent"]
    lost = number - ended["sent"] - uncertain
    sys.stdout.write(
        f"\nkills {kills}, letters {number}, sent {ended['sent']}, uncertain {uncertain}"
        f" ({reached} of them arrived), duplicates {duplicates}, lost {lost}\n"
    )
    assert set(ended) <= {"sent", "uncertain"}
    assert (duplicates, lost, len(rows)) == (0, 0, number)
    assert max(arrived.values()) == 1
    assert 0 <= reached <= uncertain <= kills


def subject_of(box: Any, at: int) -> str:
    return str(box.letters[at]["Subject"])
