"""Kept counts equal plain counting, whatever happened; and the acts that would mislead them."""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app import counts
from app.changes import head
from app.database import ReadTx
from app.delivery.filters import tag_clauses
from app.editorial import articles as editing
from app.editorial import publishing, tag_merge, tags
from app.editorial.content import ArticleInput, prepare
from app.editorial.tags import TagChange
from app.kit.calendar import Calendar
from app.kit.clock import TICK
from app.models.count import PublicationCount, PublicationDay, PublicationMonth
from app.models.publication import Publication, PublicationTag
from app.models.tag import Tag
from app.published import archive, articles, kept_counts
from app.published import tags as tag_counts
from app.published.cache import HeadCache, ReadCache
from app.published.query import ArticleFilter
from app.published.totals import count_articles
from app.runtime import Runtime
from tests import builders, stores
from tests.builders import EDITOR
from tests.changes.acts import Newsroom
from tests.conftest import MovingClock

Either = tuple[Runtime, MovingClock]
ACTS = int(os.environ.get("WILLAY_EXAMPLES", "60" if stores.ON_POSTGRES else "150"))
SEEDS = range(2)
LIMA = Calendar(ZoneInfo("America/Lima"), "America/Lima")


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


def kept_rows(tx: ReadTx, table: Any) -> Counter[Any]:
    rows = tx.execute(sa.select(*table.__table__.c))
    return Counter({tuple(key): n for *key, n in rows if n})


def check(tx: ReadTx) -> PlainCounts:
    plain = counted_plainly(tx)
    assert kept_rows(tx, PublicationCount) == plain.totals
    assert kept_rows(tx, PublicationMonth) == plain.months
    return plain


def check_days(tx: ReadTx, before: PlainCounts, after: PlainCounts, began: datetime) -> None:
    """What is shown under a day changed only if that was noted."""
    noted = {(row.kind, row.day): row.changed_at for row in tx.execute(sa.select(PublicationDay))}
    for day in before.days.keys() | after.days.keys():
        if before.days.get(day) != after.days.get(day):
            assert noted[day] > began, day


def check_answers(tx: ReadTx, runtime: Runtime, plain: PlainCounts, random: Random) -> None:
    """What readers are told while the log is current is what plain counting tells."""
    log = head(tx)
    tags = ReadCache(("en", "es")).tags(tx, log)
    now, recall = log.moment(runtime.clock()), HeadCache(current=True)
    for languages in ((), ("es",), ("en", "es")):
        shown, plainly = (
            tag_counts.article_counts(tx, tags, now, memory, languages)
            for memory in (recall, HeadCache())
        )
        for key in tags.by_id:  # plain counting also finds proposed tags, which nobody is shown
            assert shown.get(key, 0) == plainly.get(key, 0)
    slugs = sorted(tags.by_slug)
    clauses = random.sample(slugs, min(len(slugs), random.choice([0, 1, 2, 2])))
    text = ",".join(random.choice(["", "-"]) + slug for slug in clauses)
    all_of, none_of = tag_clauses(text, tags)
    chosen = ArticleFilter(
        random.choice(["article", "article", "page"]),
        languages=random.choice([(), ("es",), ("en", "es")]),
        all_of=all_of,
        none_of=none_of,
        since=random.choice([None, datetime(2024, 12, 15, tzinfo=UTC)]),
        until=random.choice([None, None, datetime(2025, 2, 15, tzinfo=UTC)]),
        syndicatable=random.random() < 0.3,
    )
    kept_total = count_articles(tx, tags, chosen, now, recall)
    assert kept_total == count_articles(tx, tags, chosen, now, HeadCache()), (text, chosen)
    page = articles.list_page(tx, tags, chosen, "newest", None, 100, now, recall)
    assert min(kept_total.number, 100) == len(page.items)
    for calendar in (Calendar(), LIMA):
        kept = archive.list_years(tx, tags, chosen, now, recall, calendar)
        assert kept == archive.list_years(tx, tags, chosen, now, HeadCache(), calendar)


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
                if head(tx).is_current(clock()):
                    check_answers(tx, runtime, plain, newsroom.random)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, act {number}: {name}\n{error}") from error
            before, began = plain, head(tx).effective_until
    assert len(newsroom.done) > min(20, ACTS // 5), newsroom.done
    with runtime.database.reading() as tx:
        assert counts.differences(tx) == 0


class Store:
    """A store whose counts are compared after each step."""

    def __init__(self, either: Either) -> None:
        self.runtime, self.clock = either

    def published(self, *tags: str, until: float | None = None) -> UUID:
        end = None if until is None else self.clock() + timedelta(seconds=until)
        draft = builders.draft(self.runtime, tags=tags)
        return builders.publish(self.runtime, draft, until=end)

    def total(self, *slugs: str) -> int:
        """The kept total of a tag or two; they all equal plain counting."""
        with self.runtime.database.reading() as tx:
            check(tx)
            tags = ReadCache(("en", "es")).tags(tx, head(tx))
            all_of, _ = tag_clauses(",".join(slugs), tags)
            number = kept_counts.total(tx, tags, ArticleFilter(all_of=all_of))
        assert number is not None
        return number


def test_an_imported_past_at_the_last_tick_was_never_counted(either: Either) -> None:
    """Its interval contains the clock of the log, although it was inserted later."""
    store = Store(either)
    builders.tag(store.runtime, "water")
    key, _ = builders.draft(store.runtime, tags=("water",))
    with store.runtime.database.reading() as tx:
        began = head(tx).effective_until
    store.clock.now = began
    with store.runtime.publishing() as tx:
        assert tx.moment == began + TICK
        publishing.record_past(
            *(tx, EDITOR, key, store.runtime.site_rules, "unpublished", None, tx.moment)
        )
    assert store.total("water") == 0


def test_a_tag_that_moves_beside_an_imported_past_takes_along_what_was_counted(
    either: Either,
) -> None:
    store = Store(either)
    builders.tag(store.runtime, "land")
    water = builders.tag(store.runtime, "water")
    store.published("water")
    key, _ = builders.draft(store.runtime, tags=("water",))
    with store.runtime.publishing() as tx:
        publishing.record_past(
            *(tx, EDITOR, key, store.runtime.site_rules, None, None, tx.moment),
        )
        tags.change(tx, EDITOR, water, 1, TagChange(parent="land"))
    assert (store.total("land"), store.total("land", "water")) == (1, 1)


def test_a_tag_may_go_in_the_transaction_in_which_its_last_article_expires(
    either: Either,
) -> None:
    store = Store(either)
    builders.tag(store.runtime, "land")
    water = builders.tag(store.runtime, "water", parent="land")
    key = store.published("water", until=10)
    assert store.total("land") == 1
    content = prepare(ArticleInput(lang="en", title="A title"), store.runtime.site_rules)
    with store.runtime.database.writing() as tx:
        editing.edit(tx, EDITOR, key, 1, content, store.clock())
    store.clock.move(seconds=20)
    with store.runtime.publishing() as tx:
        tag_merge.remove(tx, EDITOR, water, None)
    assert store.total("land") == store.total() == 0


def test_articles_go_where_their_tag_goes(either: Either) -> None:
    store = Store(either)
    runtime = store.runtime
    for slug in ("land", "sea", "reef"):
        builders.tag(runtime, slug)
    river = builders.tag(runtime, "river", parent="land")
    builders.tag(runtime, "delta", parent="river")
    store.published("delta")
    store.published("river", "reef")
    assert (store.total("land"), store.total("sea"), store.total("land", "reef")) == (2, 0, 1)
    with runtime.publishing() as tx:
        tags.change(tx, EDITOR, river, 1, TagChange(parent="sea"))
    assert (store.total("land"), store.total("sea"), store.total("sea", "reef")) == (0, 2, 1)
    with runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, river, None, "reef")
    assert (store.total("sea"), store.total("reef"), store.total("reef", "delta")) == (0, 2, 1)


def test_a_tag_counts_from_the_moment_that_it_is_accepted(either: Either) -> None:
    store = Store(either)
    builders.tag(store.runtime, "land")
    river = builders.tag(store.runtime, "river", parent="land", status="proposed")
    store.published("river")
    assert store.total("land") == 0
    with store.runtime.publishing() as tx:
        tags.change(tx, EDITOR, river, 1, TagChange(status="accepted"))
    assert (store.total("land"), store.total("river")) == (1, 1)
