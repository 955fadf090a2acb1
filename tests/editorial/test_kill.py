"""kill -9 at a random moment: what was accepted is there, nothing is half done."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.changes import head
from app.published import articles as published
from app.published import changes
from app.runtime import Runtime
from tests import builders
from tests.conftest import MovingClock
from tests.stores import environment_of

Either = tuple[Runtime, MovingClock]
ROOT = Path(__file__).parents[2]

ACCEPTED_FIRST = 5
"""Acts before the kill, however slow the machine is."""

HALVES = {
    "publications without a body": "SELECT count(*) FROM publication p WHERE NOT EXISTS"
    " (SELECT 1 FROM publication_body b WHERE b.publication_id = p.id)",
    "publications without their author, or with another end": "SELECT count(*) FROM publication p"
    " WHERE NOT EXISTS (SELECT 1 FROM publication_author a WHERE a.publication_id = p.id"
    " AND a.visible_from = p.visible_from AND a.visible_until = p.visible_until)",
    "working copies without their revision": "SELECT count(*) FROM article a WHERE NOT EXISTS"
    " (SELECT 1 FROM revision r WHERE r.article_id = a.id AND r.number = a.text_revision)",
    "two visible at once": "SELECT count(*) FROM publication p, publication q WHERE p.id < q.id"
    " AND p.article_id = q.article_id AND p.visible_from < q.visible_until"
    " AND q.visible_from < p.visible_until AND p.visible_from < p.visible_until"
    " AND q.visible_from < q.visible_until",
}


def test_what_was_accepted_survives_a_kill(
    either: Either, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    runtime, clock = either
    mirror, cursor = dict[UUID, bytes](), 0
    chance = Random()
    accepted = 0
    for seed in range(5):
        lines = _killed(tmp_path, seed, chance.uniform(0.05, 0.6))
        accepted += len(lines)
        with runtime.database.reading() as tx:
            clock.now = head(tx).effective_until
            for problem, query in HALVES.items():
                with subtests.test(problem=problem, query=query):
                    assert tx.execute(sa.text(query)).scalar() == 0
        _assert_kept(runtime, lines)
        cursor = _follow(runtime, mirror, cursor)
    assert accepted >= 5 * ACCEPTED_FIRST
    # And work goes on: no lock is left behind.
    assert builders.published(runtime) in _everything(runtime)


def _killed(folder: Path, seed: int, seconds: float) -> list[list[str]]:
    """Run the newsroom, kill it some seconds after its first words; the words of all it said."""
    command = [sys.executable, "-m", "tests.editorial.restless_newsroom", str(seed)]
    environment = environment_of(folder)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        try:
            first = "".join(child.stdout.readline() for _ in range(ACCEPTED_FIRST))
            time.sleep(seconds)
        finally:
            child.kill()
        said = first + child.stdout.read()
    assert first
    return [line.split() for line in said.splitlines() if said.endswith("\n")]


def _assert_kept(runtime: Runtime, lines: list[list[str]]) -> None:
    with runtime.database.reading() as tx:
        log = head(tx)
        entries = tx.execute(sa.text("SELECT sequence FROM change ORDER BY sequence")).scalars()
        assert list(entries) == list(range(1, log.sequence + 1))
        revisions = {
            (UUID(str(key)), number)
            for key, number in tx.execute(sa.text("SELECT article_id, number FROM revision"))
        }
        releases = {
            (UUID(str(key)), number)
            for key, number in tx.execute(sa.text("SELECT article_id, revision FROM publication"))
        }
    for kind, *words in lines:
        if kind == "revision":
            assert (UUID(words[0]), int(words[1])) in revisions
            continue
        sequence, key, state, revision = words
        assert int(sequence) <= log.sequence
        if state == "published":
            assert (UUID(key), int(revision)) in releases


def _follow(runtime: Runtime, mirror: dict[UUID, bytes], cursor: int) -> int:
    """Catch up with the log; the mirror is everything public."""
    for _ in range(1_000):
        with runtime.database.reading() as tx:
            log = head(tx)
            entries, reached = changes.entries_after(tx, cursor)
            ids = [entry.id for entry in entries]
            known = runtime.memory.tags(tx, log)
            found = published.by_ids(tx, known, ids, log.effective_until)
        for key in ids:
            mirror.pop(key, None)
        mirror |= found
        if reached == cursor:
            break
        cursor = reached
    assert mirror == _everything(runtime)
    return cursor


def _everything(runtime: Runtime) -> dict[UUID, bytes]:
    with runtime.database.reading() as tx:
        log = head(tx)
        keys = [UUID(str(key)) for key in tx.execute(sa.text("SELECT id FROM article")).scalars()]
        known = runtime.memory.tags(tx, log)
        return published.by_ids(tx, known, keys, log.effective_until)
