"""Kept counts equal plain counting, whatever happened; and the acts that would mislead them."""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app import counts
from app.changes import head
from app.database import ReadTx
from app.models.count import PublicationCount, PublicationDay, PublicationMonth
from app.models.publication import Publication, PublicationTag
from app.models.tag import Tag
from app.runtime import Runtime
from tests.changes.acts import Newsroom
from tests.conftest import MovingClock

Either = tuple[Runtime, MovingClock]
ACTS = int(os.environ.get("WILLAY_EXAMPLES", "150"))
SEEDS = range(2)


@dataclass(frozen=True)
class PlainCounts:
    """Counted in Python at the log's clock; `days` has what is shown under each day."""

    totals: Counter[Any]
    months: Counter[Any]
    days: dict[tuple[str, str], set[Any]]


def families(tx: ReadTx) -> dict[int, set[UUID]]:
    """By publication the tags under which it is found, and the id that stands for any."""
    parents = dict(tx.execute(sa.select(col(Tag.id), col(Tag.parent_id))).all())
    accepted = set(tx.execute(sa.select(col(Tag.id)).where(col(Tag.accepted))).scalars())
    found: dict[int, set[UUID]] = defaultdict(lambda: {counts.ANY})
    carried = sa.select(col(PublicationTag.publication_id), col(PublicationTag.tag_id))
    for key, tag_id in tx.execute(carried):
        above: UUID | None = tag_id if tag_id in accepted else None
        while above is not None:
            found[key].add(above)
            above = parents[above]
    return found


def counted_plainly(tx: ReadTx) -> PlainCounts:
    at, family = head(tx).effective_until, families(tx)
    plain = PlainCounts(Counter(), Counter(), defaultdict(set))
    for row in tx.execute(sa.select(*Publication.__table__.c)):  # type: ignore[attr-defined]
        if not row.visible_from <= at < row.visible_until:
            continue
        day, rest = row.published_at.strftime("%Y-%m-%d"), (row.lang, row.syndicatable)
        noted = day[:8] + "02" if "02" <= day[8:] <= "27" else day
        plain.days[row.kind, noted].add((row.id, row.changed_at, row.translation_group))
        found = sorted(family[row.id])
        plain.totals[row.kind, counts.ANY, counts.ANY, *rest] += 1
        plain.totals.update((row.kind, *pair, *rest) for pair in combinations(found, 2))
        plain.months.update((row.kind, tag, day[:7], *rest) for tag in found)
    return plain


def kept(tx: ReadTx, table: Any) -> Counter[Any]:
    rows = tx.execute(sa.select(*table.__table__.c))
    return Counter({tuple(key): n for *key, n in rows if n})


def check(tx: ReadTx) -> PlainCounts:
    plain = counted_plainly(tx)
    assert kept(tx, PublicationCount) == plain.totals
    assert kept(tx, PublicationMonth) == plain.months
    return plain


def check_days(tx: ReadTx, before: PlainCounts, after: PlainCounts, began: datetime) -> None:
    """What is shown under a day changed only if that was noted."""
    noted = {(row.kind, row.day): row.changed_at for row in tx.execute(sa.select(PublicationDay))}
    for day in before.days.keys() | after.days.keys():
        if before.days.get(day) != after.days.get(day):
            assert noted[day] > began, day


@pytest.mark.parametrize("seed", SEEDS)
def test_kept_counts_equal_plain_counting_after_every_act(either: Either, seed: int) -> None:
    runtime, clock = either
    newsroom = Newsroom(runtime, clock, seed)
    with runtime.database.reading() as tx:
        before, began = check(tx), head(tx).effective_until
    for number in range(ACTS):
        name = newsroom.act()
        with runtime.database.reading() as tx:
            try:
                plain = check(tx)
                check_days(tx, before, plain, began)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, act {number}: {name}\n{error}") from error
            before, began = plain, head(tx).effective_until
    assert len(newsroom.done) > min(20, ACTS // 5), newsroom.done
    with runtime.database.reading() as tx:
        assert counts.differences(tx) == 0
