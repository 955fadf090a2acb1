"""Entries in portions: new ones of a kind that follow one another enter together."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TypeVar

from app.changes import PublishTx
from app.editorial import new_aliases, new_articles, new_tags
from app.editorial.content import SiteRules
from app.editorial.new_aliases import NewAlias
from app.editorial.new_articles import NewArticle
from app.editorial.new_tags import NewTag
from app.interchange.article_upsert import IMPORTER
from app.interchange.import_entry import ReadyEntry
from app.interchange.plain_records import leading_aliases, leading_articles, leading_tags
from app.interchange.report import ImportReport

_New = TypeVar("_New")


@dataclass(frozen=True, slots=True)
class Portion:
    """Entries, and what creates all of them at once: False when it did nothing. None for an entry
    that enters by itself."""

    entries: Sequence[ReadyEntry]
    create: Callable[[], bool] | None = None


def take_portions(
    tx: PublishTx, ready: deque[ReadyEntry], rules: SiteRules, report: ImportReport
) -> Iterator[Portion]:
    """Take entries out of `ready`, in their order; the caller imports each portion, and counts it
    in the report, before it takes the next."""

    def create_articles(new: Sequence[NewArticle]) -> bool:
        return new_articles.create_all(tx, IMPORTER, new, rules)

    def create_tags(new: Sequence[NewTag]) -> bool:
        new_tags.create_all(tx, new)
        return True

    def create_aliases(new: Sequence[NewAlias]) -> bool:
        new_aliases.create_all(tx, IMPORTER, new)
        return True

    while ready:
        nth = report.read + 1
        if articles := leading_articles(ready, tx.moment, nth):
            answers = new_articles.select_new(tx, articles, rules)
            yield from _split(ready, articles, answers, create_articles)
        elif tags := leading_tags(ready, nth):
            yield from _split(ready, tags, new_tags.select_new(tx, tags), create_tags)
        elif aliases := leading_aliases(ready):
            answers = new_aliases.select_new(tx, aliases, rules)
            yield from _split(ready, aliases, answers, create_aliases)
        else:
            yield Portion([ready.popleft()])


def _split(
    ready: deque[ReadyEntry],
    leading: Sequence[_New],
    answers: Sequence[bool],
    create: Callable[[Sequence[_New]], bool],
) -> Iterator[Portion]:
    """The leading entries: new ones that follow one another together, each other one alone."""
    place = 0
    for is_new, group in groupby(answers):
        count = len(list(group))
        if is_new:
            entries = [ready.popleft() for _ in range(count)]
            yield Portion(entries, partial(create, leading[place : place + count]))
        else:
            for _ in range(count):
                yield Portion([ready.popleft()])
        place += count
