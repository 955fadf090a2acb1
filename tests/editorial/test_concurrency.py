"""Many at once, on both databases: no lost update, no gap, nothing out of order, no stuck lock."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from time import monotonic, sleep
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.changes import head
from app.editorial import articles, publishing
from app.editorial.content import ArticleInput, prepare
from app.errors import Stale, Unavailable
from app.published import articles as published
from app.published import changes
from app.runtime import Runtime, open_runtime
from tests import builders
from tests.builders import EDITOR
from tests.conftest import MovingClock, store

Either = tuple[Runtime, MovingClock]
SECONDS_AT_MOST = 60


def test_of_editors_with_the_same_revision_one_wins(either: Either) -> None:
    runtime, clock = either
    key, _ = builders.draft(runtime)
    editors, rounds = 4, 8
    start = Barrier(editors, timeout=SECONDS_AT_MOST)
    drafts = {
        (name, turn): prepare(
            ArticleInput(lang="en", title="A title", body=f"{name} {turn}"), runtime.site_rules
        )
        for name in range(editors)
        for turn in range(rounds)
    }

    def edit(name: int) -> list[tuple[int, int]]:
        """The rounds that this editor won, and the revision each made."""
        won = []
        for turn in range(rounds):
            with runtime.database.reading() as tx:
                read = articles.read(tx, key).article.revision
            start.wait()
            try:
                with runtime.database.writing() as tx:
                    saved = articles.edit(tx, EDITOR, key, read, drafts[name, turn], clock())
                won.append((turn, saved.revision))
            except Stale as stale:
                refusals.append((read + 1, stale.message))
            start.wait()
        return won

    refusals: list[tuple[int, str]] = []
    with ThreadPoolExecutor(editors) as pool:
        wins = dict(zip(range(editors), pool.map(edit, range(editors)), strict=True))
    made = sorted((turn, revision, name) for name, won in wins.items() for turn, revision in won)
    assert [(turn, revision) for turn, revision, _ in made] == [(n, n + 2) for n in range(rounds)]
    assert len(refusals) == rounds * (editors - 1)
    assert all(f"Revision {now} was saved meanwhile" in message for now, message in refusals)
    with runtime.database.reading() as tx:
        bodies = tx.execute(sa.text("SELECT body_html FROM revision ORDER BY number")).scalars()
        kept = list(bodies)[1:]
    assert kept == [drafts[name, turn].body_html for turn, _, name in made]


def test_two_editors_who_try_again_lose_nothing(either: Either) -> None:
    runtime, clock = either
    key, _ = builders.draft(runtime, body="Start")

    def append(line: str) -> None:
        for _ in range(200):
            with runtime.database.reading() as tx:
                copy = articles.read(tx, key)
            text = {"body": f"{copy.content.body}\n{line}"}
            draft = prepare(copy.content.model_copy(update=text), runtime.site_rules)
            with suppress(Stale):
                with runtime.database.writing() as tx:
                    articles.edit(tx, EDITOR, key, copy.article.revision, draft, clock())
                return
        raise AssertionError("always too late")

    lines = [f"{name}{turn}" for turn in range(8) for name in "abc"]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(append, lines))
    with runtime.database.reading() as tx:
        copy = articles.read(tx, key)
    assert sorted(copy.content.body.split("\n")[1:]) == sorted(lines)
    assert copy.article.revision == 1 + len(lines)


def test_readers_of_the_log_miss_nothing_while_publishers_write(either: Either) -> None:
    runtime, _ = either
    drafts = [builders.draft(runtime, title=f"t{n}") for n in range(24)]
    busy = True

    def publish(number: int) -> None:
        # Every third one changes its mind, every fourth one is interrupted before its commit.
        with suppress(ZeroDivisionError), runtime.publishing() as tx:
            key, revision = drafts[number]
            publishing.publish(tx, EDITOR, key, revision, runtime.site_rules)
            if number % 4 == 0:
                raise ZeroDivisionError
        if number % 3 == 0:
            with suppress(Exception), runtime.publishing() as tx:
                publishing.retract(tx, EDITOR, drafts[number][0], "Wrong.")

    def follow(page: int) -> tuple[list[int], dict[UUID, bytes]]:
        cursor, seen, mirror = 0, list[int](), dict[UUID, bytes]()
        deadline = monotonic() + SECONDS_AT_MOST
        while monotonic() < deadline:
            last = not busy
            with runtime.database.reading() as tx:
                log = head(tx)
                raw = sa.text("SELECT sequence FROM change WHERE sequence > :after ORDER BY 1")
                seen.extend(tx.execute(raw, {"after": len(seen)}).scalars())
                assert seen == list(range(1, log.sequence + 1))
                entries, reached = changes.entries_after(tx, cursor, page)
                ids = [entry.id for entry in entries]
                known = runtime.memory.tags(tx, log)
                found = published.by_ids(tx, known, ids, log.effective_until)
            for key in ids:
                mirror.pop(key, None)
            mirror |= found
            if last and reached == cursor:
                return seen, mirror
            cursor = reached
            sleep(0.002)
        raise AssertionError("the log was not read to its end in time")

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(follow, page) for page in (1, 100)]
        try:
            list(pool.map(publish, range(len(drafts))))
        finally:
            busy = False
        copies = [reader.result(timeout=SECONDS_AT_MOST)[1] for reader in readers]
    with runtime.database.reading() as tx:
        log = head(tx)
        keys = [key for key, _ in drafts]
        known = runtime.memory.tags(tx, log)
        everything = published.by_ids(tx, known, keys, log.effective_until)
    assert set(everything) == {drafts[n][0] for n in range(24) if n % 4 and n % 3}
    assert copies == [everything, everything]


def test_a_failed_commit_keeps_no_lock(either: Either) -> None:
    runtime, _ = either

    def refuse(_: object) -> None:
        raise ZeroDivisionError

    sa.event.listen(sa.Engine, "commit", refuse)
    try:
        with pytest.raises(ZeroDivisionError):
            builders.draft(runtime, title="Lost")
    finally:
        sa.event.remove(sa.Engine, "commit", refuse)
    began = monotonic()
    for number in range(6):  # more than there are connections in the pool
        builders.draft(runtime, title=f"Kept {number}")
    assert monotonic() - began < 5
    with runtime.database.reading() as tx:
        titles = tx.execute(sa.text("SELECT title FROM article ORDER BY title")).scalars()
        assert list(titles) == [f"Kept {number}" for number in range(6)]


@pytest.mark.sqlite_only("its deferred constraints fail in COMMIT, which then leaves the lock held")
def test_a_commit_that_sqlite_refuses_keeps_no_lock(tmp_path: Path) -> None:
    """A deferred constraint fails in COMMIT itself, and SQLite leaves the transaction open."""
    with store(None, tmp_path) as (runtime, _):

        def orphan() -> None:
            with runtime.database.writing() as tx:
                tx.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
                tx.execute(sa.text(f"INSERT INTO article_slug VALUES ('orphan', '{'0' * 32}')"))

        with pytest.raises(IntegrityError):
            orphan()
        began = monotonic()
        for number in range(6):
            builders.draft(runtime, title=f"Kept {number}")
        assert monotonic() - began < 5


@pytest.mark.parametrize("what", ["writing", "publishing"])
def test_who_waits_too_long_is_told_to_try_again(either: Either, what: str) -> None:
    """Also when a thread asks for a second transaction inside its first: never a deadlock."""
    runtime, clock = either
    key, revision = builders.draft(runtime)
    later = prepare(ArticleInput(lang="en", title="Later"), runtime.site_rules)

    def nest() -> None:
        with runtime.publishing() as tx:
            articles.lock_article(tx, key, revision)
            if what == "publishing":
                builders.publish(runtime, (key, revision))
            with runtime.database.writing() as other:
                articles.edit(other, EDITOR, key, revision, later, clock())

    began = monotonic()
    with pytest.raises(Unavailable, match="try again"):
        nest()
    assert 4 < monotonic() - began < 20
    builders.publish(runtime, (key, revision))


def test_a_long_writer_in_another_process_starves_nobody(tmp_path: Path) -> None:
    """An import in a process of its own (here: a runtime of its own, which shares no lock)."""
    with store(None, tmp_path) as (runtime, clock):
        busy = True

        def import_much() -> int:
            batches, deadline = 0, monotonic() + SECONDS_AT_MOST
            with open_runtime(runtime.settings, clock) as other:
                while busy and monotonic() < deadline:
                    with other.publishing():
                        sleep(0.1)
                    batches += 1
            return batches

        waits = []
        with ThreadPoolExecutor(1) as pool:
            importer = pool.submit(import_much)
            try:
                for number in range(10):
                    began = monotonic()
                    builders.draft(runtime, title=f"Kept {number}")
                    waits.append(monotonic() - began)
                    sleep(0.01)
            finally:
                busy = False
        assert importer.result(timeout=SECONDS_AT_MOST) > 0
        assert max(waits) < 3
