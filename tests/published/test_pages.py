"""Whatever the filter, the order and the index that is read: the pages are what is visible."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json
from sqlmodel import col

from app.changes import head
from app.database import ReadTx
from app.editorial import articles as editing
from app.editorial import publishing
from app.kit.calendar import Calendar
from app.kit.paging import Cursor
from app.models.publication import Publication, PublicationAuthor, PublicationTag
from app.public.archive import Year
from app.published import archive, articles
from app.published.cache import HeadCache, ReadCache, Tags
from app.published.plan import USUAL, Thresholds, choose_plan
from app.published.query import ArticleFilter
from app.published.statements import Order
from app.published.totals import ArticleTotal, count_articles
from app.runtime import Runtime
from tests import builders
from tests.conftest import MovingClock

TAGS = 7
AUTHORS = ("Ana", "Berta", "Carla")
ARTICLES = 60
BOUNDS = (USUAL, Thresholds(0, 0), Thresholds(4, 2), Thresholds(30, 20, 1), Thresholds(500, 500))

Archive = tuple[Runtime, MovingClock]


@pytest.fixture
def archived(either: Archive) -> Archive:
    """Articles with a past and a future, ties in their dates, translations, tags and authors."""
    runtime, clock = either
    random = Random(7)
    for number in range(TAGS):
        builders.tag(runtime, f"tag-{number}", parent="tag-0" if number in (1, 2) else None)
    start, kept = clock.now, list[UUID]()
    for number in range(ARTICLES):
        clock.move(minutes=1)
        lang = "es" if kept and random.random() < 0.4 else "en"
        draft = builders.draft(
            runtime,
            title=f"Article {number}",
            kind="page" if random.random() < 0.1 else "article",
            lang=lang,
            tags=[f"tag-{n}" for n in range(TAGS) if random.random() < 1 / (n + 2)],
            authors=[{"name": name} for name in AUTHORS if random.random() < 0.3],
            rights={"syndicatable": random.random() < 0.7},
            published_at=start - timedelta(days=random.randrange(12)),
        )
        if lang == "es" and random.random() < 0.7:
            with runtime.publishing() as tx:
                original = kept.pop()
                row = editing.lock_article(tx, draft[0], None)
                editing.link_translations(tx, row, [original], tx.moment)
        builders.publish(runtime, draft)
        if lang == "en":
            kept.append(draft[0])
        clock.move(minutes=1)
        _afterlife(runtime, draft, random.random(), clock.now)
    clock.move(minutes=1)
    return either


def _afterlife(runtime: Runtime, draft: tuple[UUID, int], chance: float, now: datetime) -> None:
    if chance < 0.15:
        with runtime.publishing() as tx:
            publishing.retract(tx, builders.EDITOR, draft[0], "wrong")
    elif chance < 0.35:
        builders.publish(runtime, draft)
    elif chance < 0.5:
        builders.publish(runtime, draft, at=now + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Row:
    """One visible article with all that a filter may ask."""

    shown: Any
    tags: frozenset[UUID]
    authors: frozenset[str]


def _rows(tx: ReadTx, now: datetime) -> list[Row]:
    publications = tx.execute(sa.select(*Publication.__table__.c)).all()  # type: ignore[attr-defined]
    shown = [row for row in publications if row.visible_from <= now < row.visible_until]

    def of(table: Any, column: Any) -> dict[int, set[Any]]:
        found: dict[int, set[Any]] = {}
        for key, value in tx.execute(sa.select(col(table.publication_id), col(column))):
            found.setdefault(key, set()).add(value)
        return found

    tags = of(PublicationTag, PublicationTag.tag_id)
    authors = of(PublicationAuthor, PublicationAuthor.author_slug)
    return [
        Row(row, frozenset(tags.get(row.id, ())), frozenset(authors.get(row.id, ())))
        for row in shown
    ]


def _fits(row: Row, chosen: ArticleFilter, rows: Sequence[Row]) -> bool:
    shown = row.shown
    until, since = chosen.until, chosen.since
    better = (
        chosen.languages[: chosen.languages.index(shown.lang)]
        if chosen.each_story_once and shown.lang in chosen.languages
        else ()
    )
    return all(
        (
            shown.kind == chosen.kind,
            not chosen.languages or shown.lang in chosen.languages,
            shown.translation_group is None
            or not any(
                other.shown.lang in better
                and other.shown.translation_group == shown.translation_group
                for other in rows
            ),
            all(row.tags & set(clause) for clause in chosen.all_of),
            not any(row.tags & set(clause) for clause in chosen.none_of),
            chosen.author is None or chosen.author in row.authors,
            not chosen.ids or shown.article_id in chosen.ids,
            since is None or shown.published_at >= since,
            until is None
            or shown.published_at < until
            or (chosen.until_inclusive and shown.published_at == until),
            chosen.updated_since is None or shown.changed_at >= chosen.updated_since,
            shown.syndicatable or not chosen.syndicatable,
        )
    )


def _filters(tags: list[UUID], ids: list[UUID], now: datetime) -> st.SearchStrategy[ArticleFilter]:
    """At most three restrictions at once, since most articles fail more."""
    clause = st.lists(st.sampled_from(tags), min_size=1, max_size=4, unique=True).map(tuple)
    noon = now.replace(hour=12, minute=0)
    days = st.integers(0, 12).map(lambda n: noon - timedelta(days=n))
    values: dict[str, st.SearchStrategy[Any]] = {
        "kind": st.just("page"),
        "languages": st.sampled_from([("en",), ("es",), ("es", "en"), ("en", "es")]),
        "all_of": st.lists(clause, min_size=1, max_size=2).map(tuple),
        "none_of": st.lists(clause, min_size=1, max_size=2).map(tuple),
        "author": st.sampled_from(["ana", "berta", "nobody"]),
        "ids": st.lists(st.sampled_from(ids), max_size=9, unique=True).map(tuple),
        "since": days,
        "until": days,
        "updated_since": st.integers(0, 2 * ARTICLES).map(lambda n: now - timedelta(minutes=n)),
        "syndicatable": st.just(True),
    }
    some = st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True)
    return some.flatmap(
        lambda names: st.builds(
            ArticleFilter,
            until_inclusive=st.booleans(),
            each_story_once=st.booleans() if "languages" in names else st.just(False),
            **{name: values[name] for name in names},
        )
    )


def _walk(
    tx: ReadTx,
    chosen: ArticleFilter,
    order: Order,
    limit: int,
    bounds: Thresholds,
    now: datetime,
    *,
    backwards: bool,
) -> list[str]:
    """Ids by following `next` to the end, or from there by following `prev` to the beginning."""
    tags = ReadCache(("en", "es")).tags(tx, head(tx))
    cursor: Cursor | None = None
    found: list[list[str]] = []
    for _ in range(ARTICLES + 2):
        page = articles.list_page(
            tx, tags, chosen, order, cursor, limit, now, HeadCache(), bounds=bounds
        )
        found.append([from_json(item)["id"] for item in page.items])
        if page.next is None:
            break
        cursor = page.next
    if backwards:
        found = found[-1:]
        for _ in range(ARTICLES + 2):
            if page.prev is None:
                break
            page = articles.list_page(
                tx, tags, chosen, order, page.prev, limit, now, HeadCache(), bounds=bounds
            )
            found.insert(0, [from_json(item)["id"] for item in page.items])
    return [key for page_of_ids in found for key in page_of_ids]


def _walk_archive(
    tx: ReadTx, tags: Tags, chosen: ArticleFilter, now: datetime, recall: HeadCache, most: int
) -> dict[tuple[int, int], int]:
    """The months of an archive, page by page, each of which counts at most so many steps."""
    found: dict[tuple[int, int], int] = {}
    while True:
        page = archive.list_years(tx, tags, chosen, now, recall, most=most)
        found |= _months(page.years)
        if page.older_until is None:
            return found
        until = Calendar().day_end(page.older_until).at
        chosen = replace(chosen, until=until, until_inclusive=False)


def _months(years: list[Year]) -> dict[tuple[int, int], int]:
    return {(year.year, month.month): month.count for year in years for month in year.months}


def test_pages_walk_what_a_plain_filter_finds(archived: Archive) -> None:
    runtime, clock = archived
    with runtime.database.reading() as tx:
        now = head(tx).moment(clock())
        rows = _rows(tx, now)
        tags = ReadCache(("en", "es")).tags(tx, head(tx))
        filters = _filters(list(tags.by_id), [row.shown.article_id for row in rows], now)
        plans = set()

        @settings(max_examples=200, deadline=None, derandomize=True)
        @given(
            chosen=filters,
            order=st.sampled_from(["newest", "oldest", "updated"]),
            limit=st.sampled_from([1, 3, 10]),
            bounds=st.sampled_from(BOUNDS),
            backwards=st.booleans(),
            most=st.sampled_from([1, 20, 100]),
        )
        def check(
            chosen: ArticleFilter,
            order: Order,
            limit: int,
            bounds: Thresholds,
            backwards: bool,
            most: int,
        ) -> None:
            wanted = [row.shown for row in rows if _fits(row, chosen, rows)]
            at = "changed_at" if order == "updated" else "published_at"
            wanted.sort(
                key=lambda row: (getattr(row, at), row.article_id), reverse=order != "oldest"
            )
            found = _walk(tx, chosen, order, limit, bounds, now, backwards=backwards)
            assert found == [str(row.article_id) for row in wanted]
            for recall in (HeadCache(), HeadCache(current=True)):
                total = count_articles(tx, tags, chosen, now, recall)
                assert total == ArticleTotal(len(wanted), is_exact=True)
                whole = archive.list_years(tx, tags, chosen, now, recall)
                assert sum(year.count for year in whole.years) == len(wanted)
                assert whole.older_until is None
                assert _walk_archive(tx, tags, chosen, now, recall, most) == _months(whole.years)
            fresh = ReadCache(("en", "es")).tags(tx, head(tx))
            plans.add(choose_plan(tx, fresh, chosen, order, now, bounds)[1])

        check()
    named = {(plan.source, plan.gathered) for plan in plans}
    both = {(source, gathered) for source in ("tag", "author") for gathered in (False, True)}
    assert named == both | {("list", False), ("changed", True), ("ids", True)}
