"""The store on both databases: migrations, concurrent editors, a gapless log under writers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, sleep

import pytest
import sqlalchemy as sa
from alembic import command

from app import schema
from app.changes import head
from app.editorial import articles, publishing
from app.editorial.content import prepare
from app.errors import Stale, Unavailable
from app.published import changes
from app.runtime import Runtime
from tests import builders
from tests.builders import EDITOR
from tests.conftest import MovingClock

Either = tuple[Runtime, MovingClock]


def test_migrations_go_up_agree_with_the_tables_and_go_down(either: Either) -> None:
    database = either[0].database
    schema.check(database)
    with database.altering() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.check(config)
    schema.migrate(database, "base")
    with database.altering() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    with pytest.raises(Unavailable, match="run `willay migrate` first"):
        schema.check(database)
    schema.migrate(database)
    schema.check(database)


def test_two_editors_lose_nothing(either: Either) -> None:
    runtime, clock = either
    key, _ = builders.draft(runtime, title="Start")

    def edit(name: str) -> int:
        refused = 0
        for turn in range(8):
            while True:
                with runtime.database.reading() as tx:
                    copy = articles.read(tx, key)
                content = copy.content.model_copy(
                    update={"body": f"{copy.content.body}\n{name}{turn}"}
                )
                try:
                    with runtime.database.writing() as tx:
                        articles.edit(
                            tx,
                            EDITOR,
                            key,
                            copy.article.revision,
                            prepare(content, runtime.house),
                            clock(),
                        )
                    break
                except Stale:
                    refused += 1
        return refused

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(edit, "abc"))
    with runtime.database.reading() as tx:
        copy = articles.read(tx, key)
    lines = copy.content.body.split("\n")[1:]
    assert sorted(lines) == sorted(f"{name}{turn}" for name in "abc" for turn in range(8))
    assert copy.article.revision == 25


def test_the_log_is_gapless_under_writers(either: Either) -> None:
    runtime, _ = either
    drafts = [builders.draft(runtime, title=f"t{n}") for n in range(20)]
    seen: list[int] = []

    def publish(article: tuple[object, int]) -> None:
        builders.publish(runtime, article)  # type: ignore[arg-type]  # an id and a revision

    def read() -> None:
        cursor, deadline = 0, monotonic() + 60
        while len(seen) < len(drafts) and monotonic() < deadline:
            with runtime.database.reading() as tx:
                entries, cursor = changes.articles_after(tx, cursor)
            seen.extend(entry.sequence for entry in entries)
            sleep(0.002)

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(read)
        list(pool.map(publish, drafts))
        reader.result(timeout=90)
    assert seen == list(range(1, 21))


def test_a_fast_clock_that_saw_a_schedule_does_not_keep_it(either: Either) -> None:
    """Judged beyond w and then cancelled, a version would stay in the mirror for ever."""
    runtime, clock = either
    key = builders.publish(runtime, builders.draft(runtime), at=clock() + timedelta(seconds=60))
    with runtime.database.reading() as tx:
        entries, cursor = changes.articles_after(tx, 0)
    assert entries == []
    with runtime.publishing() as tx:
        publishing.cancel(tx, key)
    clock.move(seconds=120)
    assert runtime.promote() is False
    with runtime.database.reading() as tx:
        assert changes.articles_after(tx, cursor)[0] == []
        assert head(tx).next_boundary.year == 9999
