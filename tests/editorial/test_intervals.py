"""Intervals from outside: commands in, and at every boundary what public reads show out."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.changes import head
from app.editorial import articles, correcting, publishing
from app.editorial.content import prepare
from app.errors import Conflict, Gone, NotFound
from app.kit.clock import TICK
from app.published import articles as published
from app.published import changes
from app.published.query import ArticleFilter, count_of, page_of
from app.published.statements import QueryPlan
from app.runtime import Runtime, open_runtime
from tests import builders, stores
from tests.builders import EDITOR
from tests.conftest import MovingClock
from tests.editorial.oracle import Oracle, Wish
from tests.editorial.readers import facts
from tests.stores import examples

Either = tuple[Runtime, MovingClock]

SECONDS = st.integers(0, 12)
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), SECONDS, st.one_of(st.none(), SECONDS)),
        st.tuples(st.just("cancel"), st.none(), st.none()),
        st.tuples(st.just("unpublish"), st.none(), st.none()),
        st.tuples(st.just("wait"), SECONDS, st.none()),
    ),
    min_size=2,
    max_size=8,
)


@given(commands=COMMANDS)
@settings(
    max_examples=examples(40), deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
def test_at_every_boundary_readers_see_what_was_wished(
    commands: list[tuple[str, Any, Any]],
) -> None:
    clock = MovingClock()
    with stores.temporary() as options, open_runtime(options, clock, check_schema=False) as runtime:
        key, _ = builders.draft(runtime, title="0", slug="a", tags=())
        oracle = Oracle({key: []}, {key: 0}, {}, {})
        boundaries = set[datetime]()
        for number, command in enumerate(commands):
            boundaries |= _perform(runtime, clock, oracle, key, number, command)
        # Only the clock moves from here on: no job, no promotion.
        for boundary in sorted(boundaries):
            for instant in (boundary - TICK, boundary, boundary + TICK):
                assert _shown(runtime, key, instant) == oracle.shown(_moment(runtime, instant))


def _perform(
    runtime: Runtime,
    clock: MovingClock,
    oracle: Oracle,
    key: UUID,
    number: int,
    command: tuple[str, Any, Any],
) -> set[datetime]:
    name, first, second = command
    if name == "wait":
        clock.move(seconds=first)
        return set()
    with runtime.publishing() as tx:
        moment = tx.moment
        if name == "publish":
            copy = articles.read(tx, key)
            # Every third one has another slug.
            update = {"title": str(number), "slug": f"a{number % 3 or ''}"}
            draft = prepare(copy.content.model_copy(update=update), runtime.site_rules)
            saved = articles.edit(tx, EDITOR, key, copy.article.revision, draft, moment)
            at = clock() + timedelta(seconds=first)
            until = None if second is None else max(at, moment) + timedelta(seconds=second + 1)
            start = publishing.publish(
                tx, EDITOR, key, saved.revision, runtime.site_rules, at=at, until=until
            )
            oracle.publish(key, Wish(start, until, str(number), "en", saved.slug, ()))
            return {moment, start} | ({until} if until else set())
        try:
            if name == "cancel":
                publishing.cancel(tx, EDITOR, key)
                oracle.cancel(key, moment)
            else:
                publishing.unpublish(tx, EDITOR, key)
                oracle.withdraw(key, moment, "unpublished")
        except Conflict:
            pass
        return {moment}


def _moment(runtime: Runtime, instant: datetime) -> datetime:
    with runtime.database.reading() as tx:
        return head(tx).moment(instant)


def _shown(runtime: Runtime, key: UUID, instant: datetime) -> dict[UUID, dict[str, Any]]:
    """By id, in the list and in the total: the three agree."""
    with runtime.database.reading() as tx:
        log = head(tx)
        now = log.moment(instant)
        items = published.by_ids(tx, runtime.memory.tags(tx, log), [key], now)
        rows = tx.execute(
            *page_of(ArticleFilter(), QueryPlan("list"), "newest", None, 10, now)
        ).all()
        total = tx.execute(*count_of(ArticleFilter(), QueryPlan("list"), now)).scalar_one()
    assert [row.article_id for row in rows] == list(items)
    assert total == len(items)
    return facts(items)


def entries(runtime: Runtime, after: int = 0) -> list[tuple[str, UUID]]:
    """What a reader of the log is told after a sequence."""
    with runtime.database.reading() as tx:
        return [(e.type, e.id) for e in changes.entries_after(tx, after)[0]]


def sequence(runtime: Runtime) -> int:
    with runtime.database.reading() as tx:
        return head(tx).sequence


def status(runtime: Runtime, slug: str) -> str:
    """What a slug answers now on a replica."""
    clock = runtime.clock()
    with runtime.database.reading() as tx:
        log = head(tx)
        known = runtime.memory.tags(tx, log)
        try:
            published.article_detail(tx, known, slug, (), log.moment(clock), lambda _, make: make())
        except (Gone, NotFound) as error:
            return str(error)
    return "found"


@pytest.fixture
def skewed(either: Either, tmp_path: Path) -> Iterator[list[Runtime]]:
    """Other replicas of the same store: five minutes behind, five ahead."""
    runtime, clock = either

    def of(minutes: int) -> Any:
        return lambda: clock() + timedelta(minutes=minutes)

    with ExitStack() as stack:
        yield [
            stack.enter_context(open_runtime(runtime.settings, of(minutes), check_schema=False))
            for minutes in (-5, 5)
        ]


def test_a_retraction_holds_at_once_on_every_replica(either: Either, skewed: list[Runtime]) -> None:
    runtime, _ = either
    key = builders.published(runtime, slug="a")
    later = builders.published(runtime, slug="b")
    assert [status(r, "a") for r in (runtime, *skewed)] == ["found"] * 3
    with skewed[0].publishing() as tx:  # the one whose clock is behind
        publishing.retract(tx, EDITOR, key, "It was wrong.")
    gone = "This article was retracted. It was wrong. [gone]"
    assert [status(r, "a") for r in (runtime, *skewed)] == [gone] * 3
    with skewed[1].publishing() as tx:  # and the one ahead drags the log's clock along
        publishing.retract(tx, EDITOR, later, "It was wrong.")
    assert [status(r, "b") for r in (runtime, *skewed)] == [gone] * 3
    assert entries(runtime, 2) == [("delete", key), ("delete", later)]


def test_a_schedule_and_its_end_leave_no_trace(either: Either) -> None:
    runtime, clock = either
    key, revision = builders.draft(runtime, slug="never")
    before = sequence(runtime)
    for minutes in (5, 3, 8):
        with runtime.publishing() as tx:
            if minutes != 5:
                publishing.cancel(tx, EDITOR, key)
            at = clock() + timedelta(minutes=minutes)
            publishing.publish(tx, EDITOR, key, revision, runtime.site_rules, at=at)
    with runtime.publishing() as tx:
        publishing.cancel(tx, EDITOR, key)
    clock.move(minutes=30)
    assert runtime.promote() is False
    assert sequence(runtime) == before
    assert status(runtime, "never") == status(runtime, "nonsense")
    # The slug that only the schedule held is free for another, once the draft has left it.
    with runtime.database.writing() as tx:
        content = articles.read(tx, key).content.model_copy(update={"slug": "other"})
        articles.edit(tx, EDITOR, key, revision, prepare(content, runtime.site_rules), clock())
    assert builders.published(runtime, slug="never") != key


def test_a_scheduled_correction_of_what_is_live_is_not_heard_of_before(either: Either) -> None:
    runtime, clock = either
    key = builders.published(runtime, slug="a", title="Old")
    known = sequence(runtime)
    with runtime.publishing() as tx:
        at = clock() + timedelta(minutes=5)
        correcting.correct(tx, EDITOR, key, 1, runtime.site_rules, "Wrong date.", at=at)
    assert entries(runtime, known) == []
    clock.move(minutes=6)
    assert runtime.promote()
    assert entries(runtime, known) == [("upsert", key)]


@pytest.mark.parametrize(
    "how", ["due", "expired", "published", "retracted", "slug", "title", "linked"]
)
def test_a_translation_that_changes_appends_its_siblings(either: Either, how: str) -> None:
    runtime, clock = either
    one = builders.published(runtime, lang="en", slug="one")
    other, revision = builders.draft(runtime, lang="es", slug="otro")
    soon = clock() + timedelta(minutes=1)
    if how != "linked":
        _link(runtime, one, other)
    match how:
        case "expired":
            builders.publish(runtime, (other, revision), until=soon)
        case "retracted" | "slug" | "title" | "linked":
            builders.publish(runtime, (other, revision))
        case _:
            pass
    if how == "due":
        builders.publish(runtime, (other, revision), at=soon)
    known = sequence(runtime)
    match how:
        case "due" | "expired":
            clock.move(minutes=2)
            assert runtime.promote()
        case "published":
            builders.publish(runtime, (other, revision))
        case "retracted":
            with runtime.publishing() as tx:
                publishing.retract(tx, EDITOR, other, "Wrong.")
        case "slug" | "title":
            with runtime.publishing() as tx:
                content = articles.read(tx, other).content.model_copy(update={how: "nuevo"})
                draft = prepare(content, runtime.site_rules)
                saved = articles.edit(tx, EDITOR, other, revision, draft, tx.moment)
                publishing.publish(tx, EDITOR, other, saved.revision, runtime.site_rules)
        case _:
            _link(runtime, one, other)
    left = "delete" if how in ("expired", "retracted") else "upsert"
    assert sorted(entries(runtime, known)) == sorted([("upsert", one), (left, other)])


def test_linking_joins_whole_groups_or_refuses(either: Either) -> None:
    runtime, clock = either
    english = builders.published(runtime, lang="en", slug="a")
    spanish = builders.published(runtime, lang="es", slug="b")
    second = builders.published(runtime, lang="en", slug="c")
    _link(runtime, english, spanish)
    with pytest.raises(Conflict, match="already has a translation"):
        _link(runtime, spanish, second)
    # A working copy that speaks Spanish by now does not hide what is public in English.
    with runtime.database.writing() as tx:
        content = articles.read(tx, second).content.model_copy(update={"lang": "es"})
        articles.edit(tx, EDITOR, second, 1, prepare(content, runtime.site_rules), clock())
    third = builders.published(runtime, lang="en", slug="d")
    with pytest.raises(Conflict, match="already has a translation"):
        _link(runtime, third, second)


def _link(runtime: Runtime, one: UUID, other: UUID) -> None:
    with runtime.publishing() as tx:
        article = articles.lock_article(tx, one, None)
        articles.link_translations(tx, article, [other], tx.moment)


def test_what_is_withdrawn_in_the_transaction_that_replaced_it_stays_away(either: Either) -> None:
    runtime, clock = either
    for slug, imported in (("a", False), ("b", True)):
        key = builders.published(runtime, slug=slug)
        clock.move(minutes=1)
        with runtime.publishing() as tx:
            publishing.publish(tx, EDITOR, key, 1, runtime.site_rules)
            if imported:
                publishing.record_past(
                    tx, EDITOR, key, runtime.site_rules, "retracted", "Wrong.", tx.moment
                )
            else:
                publishing.retract(tx, EDITOR, key, "Wrong.")
        assert status(runtime, slug) == "This article was retracted. Wrong. [gone]"
        clock.move(minutes=1)
        assert status(runtime, slug) == "This article was retracted. Wrong. [gone]"


def test_an_import_that_ends_an_article_ends_its_schedule(either: Either) -> None:
    runtime, clock = either
    key, revision = builders.draft(runtime, slug="a")
    builders.publish(runtime, (key, revision), at=clock() + timedelta(minutes=5))
    with runtime.publishing() as tx:
        publishing.record_past(tx, EDITOR, key, runtime.site_rules, "unpublished", None, tx.moment)
    clock.move(minutes=10)
    runtime.promote()
    assert status(runtime, "a") == "This article was unpublished. [gone]"
