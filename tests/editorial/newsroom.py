"""A newsroom as a state machine: editors at several replicas whose clocks disagree.

Every command may die before any of its statements or before its commit.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from app.changes import Head, PublishTx, head
from app.editorial import (
    articles,
    correcting,
    publishing,
    release_records,
    releases,
    scheduling,
    tags,
)
from app.editorial.article_patch import ArticlePatch, apply_patch
from app.editorial.scheduling import Interval, ReleaseItem
from app.editorial.tags import TagInput
from app.errors import Conflict
from app.kit.clock import LONG_AGO, TICK
from app.models.release import Release
from app.runtime import Runtime, open_runtime
from tests import builders, stores
from tests.builders import EDITOR
from tests.conftest import MovingClock
from tests.editorial.oracle import Oracle, Wish

LANGUAGES = ("en", "es", "en", "es")
TAGS = ("land", "water")
FIRST_SKEWS = (0.0, -15.0, 120.0)

REPLICA = st.integers(0, len(FIRST_SKEWS) - 1)
PICK = st.integers(0, len(LANGUAGES) - 1)
CRASH = st.one_of(st.none(), st.integers(1, 40))
START = st.sampled_from([None, None, -5, 0, 0.000001, 1, 10, 60])
LENGTH = st.sampled_from([None, 0.000001, 1, 5, 100])


LATER = st.sampled_from([0.000001, 1, 10, 60])


def interval_after(tx: PublishTx, start: float, length: float | None) -> Interval:
    """An interval to come."""
    begins = tx.moment + timedelta(seconds=start)
    return Interval(begins, None if length is None else begins + timedelta(seconds=length))


def release_of(tx: PublishTx, key: UUID) -> tuple[Release, list[UUID]]:
    """The last release in which an article has a text to come, and the articles of all of these."""
    planned = releases.planned_publications(tx, key, tx.moment)
    if not planned:
        raise Conflict("not_scheduled", "Nothing is scheduled.")
    release = tx.session.get_one(Release, planned[-1].release_id)
    rows = release_records.list_texts(tx, release.id)
    return release, [row.article_id for row in rows if row.visible_from < row.visible_until]


class Crash(Exception):
    """The process dies."""


@contextmanager
def dying(statements: int | None) -> Iterator[None]:
    """Die before the n-th statement, commits included, of whatever runs inside."""
    if statements is None:
        yield
        return
    left = statements

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
        sa.event.remove(sa.Engine, "commit", count)


class Newsroom(RuleBasedStateMachine):
    """What editors and clocks do; `Readers` watch."""

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        self.time = MovingClock()
        self.skews = list(FIRST_SKEWS)
        self.replicas = self._replicas()
        self.oracle = Oracle()
        self.revisions: dict[UUID, int] = {}
        self.serial = 0
        self.last = Head(0, LONG_AGO, LONG_AGO, "")
        for name in TAGS:
            builders.tag(self.replicas[0], name)
            self.oracle.names[name] = name.title()
        for number, lang in enumerate(LANGUAGES):
            key, _ = builders.draft(self.replicas[0], title="0", slug=f"a{number}", lang=lang)
            self.oracle.wishes[key], self.oracle.groups[key] = [], number
            self.oracle.slugs[f"a{number}"] = key
        self.ids = list(self.oracle.wishes)

    def _replicas(self) -> list[Runtime]:
        self.settings = self.stack.enter_context(stores.temporary())
        return [
            self.stack.enter_context(
                open_runtime(self.settings, self._clock(number), check_schema=False)
            )
            for number in range(len(self.skews))
        ]

    def _clock(self, number: int) -> Callable[[], datetime]:
        return lambda: self.time() + timedelta(seconds=self.skews[number])

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    @rule(seconds=st.sampled_from([0.000001, 1.0, 5.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.time.move(seconds=seconds)

    @rule(replica=REPLICA, skew=st.sampled_from([-300.0, -15.0, 0.0, 0.000001, 120.0]))
    def a_clock_jumps(self, replica: int, skew: float) -> None:
        self.skews[replica] = skew

    @rule(
        replica=REPLICA,
        pick=PICK,
        start=START,
        length=LENGTH,
        slug=st.integers(0, 2),
        tagged=st.integers(0, 3),
        move=st.booleans(),
        crash=CRASH,
    )
    def publish(
        self,
        replica: int,
        pick: int,
        start: float | None,
        length: float | None,
        slug: int,
        tagged: int,
        move: bool,
        crash: int | None,
    ) -> None:
        key, runtime = self.ids[pick], self.replicas[replica]
        wished = self._edit(replica, pick, slug, tagged)
        with runtime.database.reading() as tx:
            now = head(tx).moment(runtime.clock()) + TICK
        at = None if start is None else now + timedelta(seconds=start)
        until = None if length is None else max(at or now, now) + timedelta(seconds=length)

        def work(tx: PublishTx) -> Callable[[], None]:
            before, moves = tx.sequence, move and self.oracle.pending(key, tx.moment)
            if moves:
                publishing.cancel(tx, EDITOR, key)
            began = publishing.publish(
                tx, EDITOR, key, self.revisions[key], runtime.site_rules, at=at, until=until
            )
            moment = tx.moment
            assert began == max(at or moment, moment)
            heard = self._told_of_schedules(key, moment)
            assert began == moment or tx.sequence - before <= heard * (1 + moves)

            def done() -> None:
                if moves:
                    self.oracle.cancel(key, moment)
                self.oracle.publish(key, Wish(began, until, *wished))

            return done

        self._do(replica, crash, work)

    @rule(replica=REPLICA, pick=PICK, start=START, beside=st.booleans(), crash=CRASH)
    def correct(
        self, replica: int, pick: int, start: float | None, beside: bool, crash: int | None
    ) -> None:
        """With a newer draft beside it or not."""
        key, runtime = self.ids[pick], self.replicas[replica]
        if beside:
            self._edit(replica, pick, 1, 1)
        self.serial += 1
        title = str(self.serial)

        def work(tx: PublishTx) -> Callable[[], None]:
            before, moment = tx.sequence, tx.moment
            at = None if start is None else moment + timedelta(seconds=start)
            shown = self.oracle.current(key, max(at or moment, moment))
            number = articles.lock_article(tx, key, None).revision
            try:
                public, _ = correcting.text_to_correct(tx, key, number, at, moment)
            except Conflict:
                assert shown is None
                raise
            assert shown is not None
            draft = apply_patch(public, ArticlePatch(title=title), runtime.site_rules)
            begins, _ = correcting.correct(
                tx, EDITOR, key, number, runtime.site_rules, "Wrong.", draft=draft, at=at
            )
            assert begins == max(at or moment, moment)
            assert begins == moment or tx.sequence == before
            return lambda: self.oracle.correct(key, begins, title)

        self._do(replica, crash, work)

    @rule(
        replica=REPLICA,
        pick=PICK,
        cause=st.sampled_from(["retracted", "unpublished"]),
        imported=st.booleans(),
        crash=CRASH,
    )
    def withdraw(
        self,
        replica: int,
        pick: int,
        cause: Literal["retracted", "unpublished"],
        imported: bool,
        crash: int | None,
    ) -> None:
        key, runtime = self.ids[pick], self.replicas[replica]
        wished = self._edit(replica, pick, 0, 0) if imported else None

        def work(tx: PublishTx) -> Callable[[], None]:
            moment = tx.moment
            there = self.oracle.current(key, moment) or self.oracle.pending(key, moment)
            if wished is not None:
                publishing.record_past(tx, EDITOR, key, runtime.site_rules, cause, None, moment)
                like = Wish(moment, None, *wished)
                return lambda: self.oracle.record_past(key, moment, cause, like)
            try:
                if cause == "retracted":
                    publishing.retract(tx, EDITOR, key, "wrong")
                else:
                    publishing.unpublish(tx, EDITOR, key)
            except Conflict:
                assert not there
                raise
            assert there
            return lambda: self.oracle.withdraw(key, moment, cause)

        self._do(replica, crash, work)

    @rule(replica=REPLICA, pick=PICK, crash=CRASH)
    def cancel(self, replica: int, pick: int, crash: int | None) -> None:
        key = self.ids[pick]

        def work(tx: PublishTx) -> Callable[[], None]:
            before, moment = tx.sequence, tx.moment
            pending = self.oracle.pending(key, moment)
            try:
                publishing.cancel(tx, EDITOR, key)
            except Conflict:
                assert not pending
                raise
            assert pending
            assert tx.sequence == before + self._told_of_schedules(key, moment)
            return lambda: self.oracle.cancel(key, moment)

        self._do(replica, crash, work)

    @rule(replica=REPLICA, start=LATER, length=LENGTH, slug=st.integers(0, 2), crash=CRASH)
    def schedule_together(
        self, replica: int, start: float, length: float | None, slug: int, crash: int | None
    ) -> None:
        """Two texts for one instant."""
        runtime = self.replicas[replica]
        wished = {self.ids[pick]: self._edit(replica, pick, slug, pick) for pick in (0, 1)}

        def work(tx: PublishTx) -> Callable[[], None]:
            interval = interval_after(tx, start, length)
            items = [ReleaseItem(key) for key in wished]
            args = (tx, EDITOR, runtime.site_rules, interval, items)
            scheduling.schedule(*args, cancels=True)

            def done() -> None:
                for key, wish in wished.items():
                    self.oracle.publish(key, Wish(interval.start, interval.until, *wish))

            return done

        self._do(replica, crash, work)

    @rule(replica=REPLICA, pick=PICK, start=LATER, length=LENGTH, crash=CRASH)
    def move_a_release(
        self, replica: int, pick: int, start: float, length: float | None, crash: int | None
    ) -> None:
        def work(tx: PublishTx) -> Callable[[], None]:
            before, interval = tx.sequence, interval_after(tx, start, length)
            release, keys = release_of(tx, self.ids[pick])
            old = release.visible_from
            passes = any(self.oracle.passes(key, old, interval.start) for key in keys)
            rules = self.replicas[replica].site_rules
            try:
                scheduling.move(
                    *(tx, EDITOR, release.id, release.revision, rules), change=lambda _: interval
                )
            except Conflict:
                assert passes
                raise
            assert not passes or old == interval.start
            assert tx.sequence == before

            def done() -> None:
                for key in keys:
                    self.oracle.move(key, old, interval.start, interval.until)

            return done

        self._do(replica, crash, work)

    @rule(replica=REPLICA, pick=PICK, crash=CRASH)
    def cancel_a_release(self, replica: int, pick: int, crash: int | None) -> None:
        def work(tx: PublishTx) -> Callable[[], None]:
            release, keys = release_of(tx, self.ids[pick])
            scheduling.cancel(tx, EDITOR, release.id, release.revision)
            start = release.visible_from

            def done() -> None:
                for key in keys:
                    self.oracle.cancel_one(key, start)

            return done

        self._do(replica, crash, work)

    @rule(replica=REPLICA, pick=PICK, other=PICK, crash=CRASH)
    def link(self, replica: int, pick: int, other: int, crash: int | None) -> None:
        one, two = self.ids[pick], self.ids[other]
        groups = self.oracle.groups

        def work(tx: PublishTx) -> Callable[[], None]:
            both = (groups[one], groups[two])
            spoken = [
                lang for key, lang in zip(self.ids, LANGUAGES, strict=True) if groups[key] in both
            ]
            clash = len(set(spoken)) < len(spoken)
            article = articles.lock_article(tx, one, None)
            try:
                articles.link_translations(tx, article, [two], tx.moment)
            except Conflict:
                assert clash
                raise
            assert not clash
            return lambda: self.oracle.link(one, two)

        if one != two:
            self._do(replica, crash, work)

    @rule(replica=REPLICA, name=st.sampled_from(TAGS), crash=CRASH)
    def rename_a_tag(self, replica: int, name: str, crash: int | None) -> None:
        self.serial += 1
        spoken = f"{name} {self.serial}"

        def work(tx: PublishTx) -> Callable[[], None]:
            tag_id = tags.ids_of(tx, [name])[0]
            tags.update(tx, EDITOR, tag_id, TagInput(slug=name, names={"en": spoken}))
            return lambda: self.oracle.names.update({name: spoken})

        self._do(replica, crash, work)

    def _told_of_schedules(self, key: UUID, at: datetime) -> bool:
        """Readers hear of schedules only where they were told that an article was taken back."""
        if self.oracle.current(key, at) or not self.oracle.was_public(key, at):
            return False
        return self.oracle.reason(key, at) in ("unpublished", "embargoed")

    def _edit(self, replica: int, pick: int, slug: int, tagged: int) -> tuple[Any, ...]:
        """Save a new revision; the head of the log does not move. What a wish is made of."""
        key, runtime = self.ids[pick], self.replicas[replica]
        self.serial += 1
        title, address = str(self.serial), f"a{pick}-{slug}" if slug else f"a{pick}"
        carried = tuple(name for bit, name in enumerate(TAGS) if tagged >> bit & 1)
        with runtime.database.reading() as tx:
            before, copy = head(tx), articles.read(tx, key)
        content = copy.content.model_copy(update={"title": title, "slug": address, "tags": carried})
        draft = builders.prepare(content, runtime.site_rules)
        with runtime.database.writing() as tx:
            saved = articles.edit(tx, EDITOR, key, copy.article.revision, draft, runtime.clock())
            self.revisions[key] = saved.revision
        with runtime.database.reading() as tx:
            assert head(tx) == before
        self.oracle.slugs[address] = key
        return title, LANGUAGES[pick], address, carried

    def _do(
        self, replica: int, crash: int | None, work: Callable[[PublishTx], Callable[[], None]]
    ) -> None:
        """Run a command; the oracle hears of it only once it is committed."""
        runtime = self.replicas[replica]
        try:
            with dying(crash), runtime.publishing() as tx:
                assert tx.moment > self.last.effective_until
                assert tx.moment >= runtime.clock()
                done = work(tx)
        except (Conflict, Crash):
            return
        done()
