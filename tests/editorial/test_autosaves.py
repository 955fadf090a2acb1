"""Autosaves under random hands: no text that anything relies on changes, none that was saved last
is lost, and the number always moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from app.editorial import previews
from app.editorial.content import Actor
from app.errors import Conflict
from app.runtime import open_runtime
from tests import stores
from tests.conftest import MovingClock
from tests.editorial.desk import ANA, BEN, Desk, Either
from tests.stores import examples

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["save", "autosave"]), st.sampled_from([ANA, BEN])),
        st.tuples(st.just("autosave"), st.just(ANA)),
        st.tuples(st.sampled_from(["publish", "submit", "preview", "cancel"]), st.just(ANA)),
        st.tuples(st.just("wait"), st.integers(1, 400)),
    ),
    min_size=3,
    max_size=14,
)


@contextmanager
def opened_desk() -> Iterator[Desk]:
    clock = MovingClock()
    with stores.temporary() as options, open_runtime(options, clock) as runtime:
        yield Desk(runtime, clock)


def rows(desk: Desk, key: UUID) -> dict[int, str]:
    """The summary of every text kept, by its number."""
    table = SQLModel.metadata.tables["revision"]
    with desk.runtime.database.reading() as tx:
        asked = sa.select(table.c.number, table.c.content).where(table.c.article_id == key)
        return {number: content["summary"] for number, content in tx.execute(asked)}


@given(steps=STEPS)
@settings(
    max_examples=examples(40), deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
def test_nothing_relied_on_changes_and_nothing_is_lost(steps: list[tuple[str, object]]) -> None:
    with opened_desk() as desk:
        key = desk.create(summary="0")
        kept = {1: "0"}  # what must stay for good, by its number
        newest, number = "0", 1
        run: tuple[Actor, datetime] | None = None  # of autosaves: by whom, since when
        for nth, (step, what) in enumerate(steps, 1):
            if step == "wait":
                desk.clock.move(seconds=int(str(what)))
                continue
            if step in ("save", "autosave"):
                now, actor = desk.clock(), ANA if what == ANA else BEN
                folds = run is not None and run[0] == actor and now - run[1] < timedelta(minutes=10)
                if step == "save" or not folds:
                    kept[number_of_text(desk, key)] = newest
                    run = (actor, now) if step == "autosave" else None
                newest = str(nth)
                moved = desk.save(key, actor, autosave=step == "autosave", summary=newest)
            elif step == "preview":
                with desk.runtime.database.writing() as tx:
                    text = number_of_text(desk, key)
                    previews.create(tx, ANA, key, text, timedelta(days=1), desk.clock())
                kept[text], run = newest, None
                continue
            else:
                try:
                    moved = desk.act(key, step)
                except Conflict:
                    continue
                kept[number_of_text(desk, key)], run = newest, None
            assert moved == number + 1
            number = moved
            there = rows(desk, key)
            assert there[number_of_text(desk, key)] == newest
            assert kept.items() <= there.items()
            assert len(there) == len(kept.keys() | {number_of_text(desk, key)})


def number_of_text(desk: Desk, key: UUID) -> int:
    return desk.copy(key).copy.article.text_revision


def test_a_run_is_one_revision_and_one_entry(either: Either) -> None:
    desk = Desk(*either)
    key = desk.create()
    for minute in range(13):
        assert desk.save(key, autosave=True, summary=str(minute)) == minute + 2
        desk.clock.move(minutes=1)
    assert rows(desk, key) == {1: "", 11: "9", 14: "12"}
    desk.save(key, BEN, autosave=True, summary="mine")
    desk.save(key, ANA, autosave=True, summary="and mine")
    assert list(rows(desk, key)) == [1, 11, 14, 15, 16]
    assert [entry.action for entry in desk.audit(key)] == [
        "article.created",
        *["article.saved"] * 4,
    ]
