"""Senders in processes of their own, killed at random moments, and what must hold afterwards."""

import multiprocessing
import sys
from collections import Counter
from pathlib import Path
from random import Random
from time import sleep

from app.runtime import Runtime
from tests.letters.desk import end_lease
from tests.letters.killed_sender import work
from tests.letters.servers import Mailbox

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.letters.killed_sender"])


def kill_senders(
    runtime: Runtime, box: Mailbox, folder: Path, number: int, longest_life: float, *, plans: bool
) -> int:
    """Kill so many senders, which with `plans` plan issues too, and let another one end the work;
    how many were killed before their end."""
    chance, box.pause = Random(), 0.004
    settings = {
        "data_dir": folder,
        "database_url": runtime.settings.database_url,
        "smtp_url": f"smtp://127.0.0.1:{box.port}",
        "mail_from": "Desk <desk@example.org>",
        "mail_rate": 1_000.0,
    }

    def begin() -> tuple[
        multiprocessing.process.BaseProcess, multiprocessing.connection.Connection
    ]:
        here, there = PROCESSES.Pipe()
        process = PROCESSES.Process(target=work, args=(dict(settings), there, plans), daemon=True)
        process.start()
        there.close()
        return process, here

    kills = 0
    while kills < number:
        process, ready = begin()
        if chance.random() < 0.9:  # else it is killed while it begins
            assert ready.recv() == "begun"
        sleep(chance.uniform(0.0, longest_life))
        kills += process.exitcode is None
        process.kill()
        process.join(10)
        ready.close()
        end_lease(runtime)
    process, ready = begin()
    assert [ready.recv(), ready.recv()] == ["begun", "done"]
    process.join(10)
    ready.close()
    return kills


def assert_each_once(
    name: str, number: int, kills: int, ended: Counter[str], times: Counter[str]
) -> None:
    """Nothing arrived twice, nothing is lost, and a killed sender leaves one thing unknown at
    most. `ended` counts letters by state, `times` how often each arrived."""
    uncertain = ended["uncertain"]
    duplicates = sum(times[key] - 1 for key in times)
    reached = len(times) - ended["sent"]
    lost = number - ended["sent"] - uncertain
    sys.stdout.write(
        f"\nkills {kills}, {name} {number}, sent {ended['sent']}, uncertain {uncertain}"
        f" ({reached} of them arrived), duplicates {duplicates}, lost {lost}\n"
    )
    assert set(ended) <= {"sent", "uncertain"}
    assert (duplicates, lost) == (0, 0)
    assert 0 <= reached <= uncertain <= kills
