"""How long pages take at the beginning and at the very end of a large archive, per database."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from uuid import UUID

from app import schema
from app.changes import head
from app.database import Database, ReadTx
from app.kit.clock import LONG_AGO
from app.kit.paging import Cursor
from app.published import archive, articles
from app.published.cache import HeadCache, ReadCache, Tags
from app.published.query import ArticleFilter
from app.published.statements import Order
from app.published.totals import count_articles
from benchmarks.corpus import Size, fill
from tests import postgres

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = 20
SECONDS_EACH = 2.0
TIMES_EACH = 25

_BEFORE_ALL = Cursor(LONG_AGO, UUID(int=0), backwards=True)


@dataclass(frozen=True, slots=True)
class Case:
    """One list; its first page is compared with its last full one."""

    name: str
    chosen: ArticleFilter = field(default_factory=ArticleFilter)
    order: Order = "newest"


def table(size: int, databases: Sequence[str]) -> Iterator[str]:
    """The lines of a Markdown table for each database: medians in milliseconds."""
    for name in databases:
        with ExitStack() as stack:
            if name == "sqlite":
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="willay-bench-"))
                url = f"sqlite:///{Path(folder) / 'willay.db'}"
            else:
                url = stack.enter_context(postgres.server())
            database = Database(url)
            stack.callback(database.close)
            schema.migrate(database)
            began = time.perf_counter()
            fill(database, Size(size), NOW)
            sys.stderr.write(f"{name}: filled in {time.perf_counter() - began:.0f} s\n")
            yield from measured(name, size, database)


def measured(name: str, size: int, database: Database) -> Iterator[str]:
    """The table of a filled store."""
    with database.reading() as tx:
        tags = ReadCache(("en", "es")).tags(tx, head(tx))
    yield f"\n| {name}, {size:,} articles | first page, ms | last page, ms | last / first |"
    yield "|---|---:|---:|---:|"
    for case in cases(tags):
        with database.reading() as tx:
            cursor = _near_the_end(tx, tags, case)
        first = _timed(database, partial(_page, tags, case, None))
        if cursor is None:
            yield f"| {case.name} | {first:.2f} | – | – |"
            continue
        last = _timed(database, partial(_page, tags, case, cursor))
        yield f"| {case.name} | {first:.2f} | {last:.2f} | {last / first:.2f} |"
    yield f"\n| {name} | ms |"
    yield "|---|---:|"
    for what, work in (
        (
            "count all",
            lambda tx: count_articles(tx, tags, ArticleFilter(), NOW, HeadCache(current=True)),
        ),
        (
            "count one common tag",
            lambda tx: count_articles(tx, tags, _all(tags, "news"), NOW, HeadCache(current=True)),
        ),
        (
            "archive",
            lambda tx: archive.list_years(tx, tags, ArticleFilter(), NOW, HeadCache(current=True)),
        ),
    ):
        yield f"| {what} | {_timed(database, work):.0f} |"


def cases(tags: Tags) -> list[Case]:
    """The lists that are measured."""
    rare, seldom, common = "bulletin-40", "bulletin-4000", "news"
    excluded = ArticleFilter(none_of=_all(tags, "news").all_of)
    recent, old = NOW - timedelta(days=2), NOW - timedelta(days=3_000)
    alternatives = "|".join(f"topic-{n}-1" for n in range(1, 9))
    return [
        Case("all"),
        Case("all, oldest first", order="oldest"),
        Case("all, by change", order="updated"),
        Case("common tag", _all(tags, common)),
        Case("seldom tag", _all(tags, seldom)),
        Case("rare tag", _all(tags, rare)),
        Case("parent tag", _all(tags, "topic-1")),
        Case("rare and common", _all(tags, rare, common)),
        Case("common and rare", _all(tags, common, rare)),
        Case("common and parent", _all(tags, common, "topic-1")),
        Case("rare and parent", _all(tags, rare, "topic-1")),
        Case("two that never meet", _all(tags, "analysis", "editorial")),
        Case("any of eight", _all(tags, alternatives)),
        Case("none of a common tag", excluded),
        Case("language", ArticleFilter(languages=("es",))),
        Case("language with fallback", ArticleFilter(languages=("es", "en"))),
        Case(
            "parent tag and language",
            ArticleFilter(all_of=_all(tags, "topic-1").all_of, languages=("es",)),
        ),
        Case("prolific author", ArticleFilter(author="author-0")),
        Case("seldom author", ArticleFilter(author="author-399")),
        Case(
            "author and rare tag",
            ArticleFilter(author="author-0", all_of=_all(tags, seldom).all_of),
        ),
        Case("one year", ArticleFilter(since=NOW.replace(2010), until=NOW.replace(2011))),
        Case("syndicatable", ArticleFilter(syndicatable=True)),
        Case("changed in two days", ArticleFilter(updated_since=recent)),
        Case("changed in two days, oldest first", ArticleFilter(updated_since=recent), "oldest"),
        Case("changed in two days, by change", ArticleFilter(updated_since=recent), "updated"),
        Case("changed in eight years", ArticleFilter(updated_since=old)),
        Case("changed in eight years, oldest first", ArticleFilter(updated_since=old), "oldest"),
        Case("rare tag, by change", _all(tags, rare), "updated"),
        Case("common tag, by change", _all(tags, common), "updated"),
    ]


def _all(tags: Tags, *clauses: str) -> ArticleFilter:
    """As the API makes it: families of tags, the clause with the fewest tags first."""
    families = [
        tuple(key for slug in clause.split("|") for key in tags.descendant_ids(tags.by_slug[slug]))
        for clause in clauses
    ]
    return ArticleFilter(all_of=tuple(sorted(families, key=len)))


def _page(tags: Tags, case: Case, cursor: Cursor | None, tx: ReadTx) -> articles.ArticlePage:
    return articles.list_page(
        tx, tags, case.chosen, case.order, cursor, LIMIT, NOW, HeadCache(current=True)
    )


def _near_the_end(tx: ReadTx, tags: Tags, case: Case) -> Cursor | None:
    """Where the last full page begins; None when there are not two pages."""
    cursor = _BEFORE_ALL
    if case.order == "oldest":
        cursor = Cursor(NOW + timedelta(days=999), UUID(int=0), backwards=True)
    last = articles.list_page(
        tx, tags, case.chosen, case.order, cursor, LIMIT, NOW, HeadCache(current=True)
    )
    before = last.prev
    return Cursor(before.at, before.id, backwards=False) if before else None


def _timed(database: Database, work: Callable[[ReadTx], object]) -> float:
    """The median in milliseconds of some runs in a transaction each, after one that warms."""
    spent: list[float] = []
    began = time.perf_counter()
    for _ in range(TIMES_EACH + 1):
        start = time.perf_counter()
        with database.reading() as tx:
            work(tx)
        spent.append(time.perf_counter() - start)
        if time.perf_counter() - began > SECONDS_EACH:
            break
    return median(spent[1:] or spent) * 1000
