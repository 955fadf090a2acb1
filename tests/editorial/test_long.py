"""The log and time: random editorial work, clock jumps and crashes; a reader's mirror is right."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.changes import head
from app.editorial import articles, publishing
from app.errors import Conflict
from app.published import changes
from app.published.query import ArticleFilter, page_of
from app.runtime import Runtime
from tests import builders
from tests.builders import EDITOR
from tests.conftest import MovingClock, store


class Crash(Exception):
    """The process dies before its commit."""


class Newsroom(RuleBasedStateMachine):
    """Editors, schedules and clocks against one mirror and an oracle that knows only the wishes."""

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.runtime, self.clock = self.stack.enter_context(store(None, folder))
        self.ids: list[UUID] = []
        self.mirror: dict[UUID, int | None] = {}
        self.cursor = 0
        # The oracle: per article (start, end asked for, revision), in the order of publishing.
        self.wishes: dict[UUID, list[tuple[datetime, datetime | None, int]]] = {}

    runtime: Runtime
    clock: MovingClock

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    @rule()
    def create(self) -> None:
        if len(self.ids) < 3:
            self.ids.append(builders.draft(self.runtime)[0])
            self.wishes[self.ids[-1]] = []

    @precondition(lambda self: self.ids)
    @rule(
        pick=st.integers(0, 2),
        start=st.sampled_from([None, 0, 1, 10, 60]),
        length=st.sampled_from([None, 1, 5, 100]),
        crash=st.booleans(),
    )
    def publish(self, pick: int, start: int | None, length: int | None, crash: bool) -> None:
        key = self.ids[pick % len(self.ids)]
        with self.runtime.database.reading() as tx:
            now = head(tx).moment(self.clock())
            copy = articles.read(tx, key)
        at = None if start is None else now + timedelta(seconds=start)
        until = None if length is None else (at or now) + timedelta(seconds=length)
        began: list[datetime] = []

        def work() -> None:
            with self.runtime.publishing() as tx:
                draft = builders.prepare(copy.content, self.runtime.house)
                saved = articles.edit(tx, EDITOR, key, copy.article.revision, draft, tx.moment)
                revision = saved.revision
                began.append(
                    publishing.publish(
                        tx, EDITOR, key, revision, self.runtime.house, at=at, until=until
                    )
                )
                if crash:
                    raise Crash
            kept = [wish for wish in self.wishes[key] if wish[0] < began[0]]
            self.wishes[key] = [*kept, (began[0], until, revision)]

        self._do(work)

    @precondition(lambda self: self.ids)
    @rule(pick=st.integers(0, 2), retract=st.booleans())
    def withdraw(self, pick: int, retract: bool) -> None:
        key = self.ids[pick % len(self.ids)]
        moments: list[datetime] = []

        def work() -> None:
            with self.runtime.publishing() as tx:
                moments.append(tx.moment)
                if retract:
                    publishing.retract(tx, EDITOR, key, "wrong")
                else:
                    publishing.unpublish(tx, EDITOR, key)
            at = moments[0]
            self.wishes[key] = [
                (start, min(end, at) if end else at, revision)
                for start, end, revision in self.wishes[key]
                if start < at
            ]

        self._do(work)

    @precondition(lambda self: self.ids)
    @rule(pick=st.integers(0, 2))
    def cancel(self, pick: int) -> None:
        key = self.ids[pick % len(self.ids)]
        moments: list[datetime] = []

        def work() -> None:
            with self.runtime.publishing() as tx:
                moments.append(tx.moment)
                publishing.cancel(tx, key)
            self.wishes[key] = [wish for wish in self.wishes[key] if wish[0] <= moments[0]]

        self._do(work)

    @rule(seconds=st.sampled_from([-30.0, 0.000001, 1.0, 5.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.move(seconds=seconds)

    @rule()
    def mirror_catches_up(self) -> None:
        self.runtime.promote()
        while True:
            with self.runtime.database.reading() as tx:
                entries, cursor = changes.articles_after(tx, self.cursor, limit=2)
                moment = head(tx).effective_until
            for entry in entries:
                if entry.type == "upsert":
                    self.mirror[entry.id] = entry.revision
                else:
                    self.mirror.pop(entry.id, None)
            if cursor == self.cursor:
                break
            self.cursor = cursor
        assert self.mirror == self._expected(moment)

    @invariant()
    def the_list_is_what_was_wished(self) -> None:
        if not hasattr(self, "runtime"):
            return
        with self.runtime.database.reading() as tx:
            now = head(tx).moment(self.clock())
            rows = tx.execute(*page_of(ArticleFilter(), "newest", None, 100, now)).all()
            sequences = tx.execute(sa.text("SELECT sequence FROM change ORDER BY 1")).scalars()
            assert list(sequences) == list(range(1, head(tx).sequence + 1))
        shown = [row.article_id for row in rows]
        assert len(set(shown)) == len(shown)
        assert set(shown) == set(self._expected(now))

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (Conflict, Crash):
            return

    def _expected(self, at: datetime) -> dict[UUID, int]:
        """The newest wish that has begun, unless its end has come."""
        found = {}
        for key, wishes in self.wishes.items():
            begun = [wish for wish in wishes if wish[0] <= at]
            if begun:
                _, end, revision = max(begun, key=lambda wish: (wish[0], wish[2]))
                if end is None or at < end:
                    found[key] = revision
        return found


def test_a_mirror_equals_what_is_visible() -> None:
    run_state_machine_as_test(
        Newsroom,
        settings=settings(
            max_examples=150,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            database=None,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
