"""Imports in processes of their own, killed at places all over their work, and what must hold
afterwards."""

import json
import multiprocessing
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import monotonic, sleep

import sqlalchemy as sa
from sqlmodel import col, select

from app.database import ReadTx
from app.models.article import Article
from app.models.change import ChangeHead
from app.models.import_batch import ImportBatch
from app.models.media import Media
from app.models.tag import Tag
from app.runtime import Runtime
from tests.commands import willay
from tests.importers.killed_import import work
from tests.stores import environment_of

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.importers.killed_import"])

_ID = re.compile(r'"id": "[0-9a-f-]{36}"(?:, )?')

PATIENCE = 120.0
"""Seconds in which an import makes some progress, on any machine."""


def count_rows(tx: ReadTx) -> int:
    """How far an import has come."""
    tables = (Article, Media, Tag)
    return sum(tx.execute(select(sa.func.count()).select_from(it)).scalar_one() for it in tables)


def kill_imports(
    runtime: Runtime, folder: Path, command: Sequence[str], places: int, rows: int
) -> list[int]:
    """Begin the import so many times, and kill it each time a little further on, but for the first
    ones, which die before anything enters. Returns the rows that were there at each death."""
    chance, deaths = Random(), list[int]()
    environment = {
        name: value for name, value in environment_of(folder).items() if name not in os.environ
    }
    for place in range(places):
        process = PROCESSES.Process(target=work, args=(environment, command))
        process.start()
        is_early = place < places // 10
        target = 0 if is_early else rows * place // places + chance.randint(0, rows // places)
        until = monotonic() + PATIENCE
        if is_early:
            sleep(chance.uniform(0.0, 0.5))
        while process.exitcode is None and not is_early:
            with runtime.database.reading() as tx:
                if count_rows(tx) >= target:
                    break
            assert monotonic() < until, "the import does not go on"
            sleep(chance.uniform(0.0, 0.02))
        process.kill()
        process.join(20)
        with runtime.database.reading() as tx:
            deaths.append(count_rows(tx))
    return deaths


def content_of(folder: Path) -> Counter[str]:
    """Everything in a store and its media, without the ids that another store would give."""
    dump, media = folder / "dump.jsonl", folder / "dump"
    command = ("export", "jsonl", "--output", str(dump), "--media", str(media))
    assert willay(folder, *command).returncode == 0
    text = dump.read_text()
    for line in text.splitlines():
        record = json.loads(line)
        if record["type"] == "media":
            text = text.replace(record["id"], record["name"])
    return Counter(_ID.sub("", line) for line in text.splitlines())


def open_batches(tx: ReadTx) -> int:
    """The imports that nobody has completed."""
    statement = select(sa.func.count()).where(col(ImportBatch.ended_at).is_(None))
    return int(tx.execute(statement).scalar_one())


def sequence_of(runtime: Runtime) -> int:
    with runtime.database.reading() as tx:
        return int(tx.execute(select(col(ChangeHead.sequence))).scalar_one())


def say(source: str, deaths: Sequence[int], **counts: object) -> None:
    """A line of the table that a long run prints."""
    facts = ", ".join(f"{name} {count}" for name, count in counts.items())
    sys.stdout.write(f"\n{source}: kills {len(deaths)}, at rows {list(deaths)}, {facts}\n")
