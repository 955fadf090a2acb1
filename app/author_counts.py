"""Kept counts of authors: how many articles stand under each author's slug, by kind and language.

They follow the log's clock by the rule of `counts`: an interval that began adds its article, and
one that ended takes it away. May import: counts, visibility, models, database.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app import counts
from app.counts import CountedSet
from app.database import ReadTx, WriteTx
from app.models.count import AuthorCount
from app.models.publication import PublicationAuthor
from app.visibility import visible

AuthorKey = tuple[str, str, str]
"""The slug of an author, and the kind and language of articles."""


def settle(tx: WriteTx, counted_set: CountedSet, moment: datetime) -> None:
    """Take the counts to `moment`."""
    _add(tx, pending_changes(tx, counted_set, moment))


def pending_changes(tx: ReadTx, counted_set: CountedSet, moment: datetime) -> Counter[AuthorKey]:
    """The differences between the counted set and what is visible at `moment`."""
    values = {"since": counted_set.at, "newest": counted_set.newest, "moment": moment}
    return _count(tx, counts.MOVED, values)


def remove_authors(
    tx: WriteTx, counted_set: CountedSet, publication_id: int, slugs: Collection[str]
) -> None:
    """Take authors off the list of a publication, and the publication out of their counts. A count
    of none goes, because it names the author."""
    its = (
        col(PublicationAuthor.publication_id) == publication_id,
        col(PublicationAuthor.author_slug).in_(slugs),
    )
    counted = sa.select(
        *(col(getattr(PublicationAuthor, name)) for name in ("author_slug", "kind", "lang"))
    ).where(
        *its,
        visible(PublicationAuthor, counted_set.at),
        col(PublicationAuthor.publication_id) <= counted_set.newest,
    )
    _add(tx, Counter({tuple(row): -1 for row in tx.execute(counted)}))
    tx.execute(sa.delete(PublicationAuthor).where(*its))
    is_none = (col(AuthorCount.author_slug).in_(slugs), col(AuthorCount.n) == 0)
    tx.execute(sa.delete(AuthorCount).where(*is_none))


def differences(tx: ReadTx) -> int:
    """The number of kept counts that differ from the publications."""
    numbers, kept = _recount(tx), counts.kept_numbers(tx, AuthorCount)
    return sum(numbers[key] != kept[key] for key in numbers.keys() | kept.keys())


def rebuild(tx: WriteTx) -> None:
    """Count everything anew."""
    tx.execute(sa.delete(AuthorCount))
    _add(tx, _recount(tx))


def _recount(tx: ReadTx) -> Counter[Any]:
    return _count(tx, counts.shown_at(counts.clock(tx)), {})


def _count(tx: ReadTx, rows: Any, values: Mapping[str, object]) -> Counter[AuthorKey]:
    """The counts of a query's rows, each by its sign."""
    found = tx.execute(_group_by_author(rows), values)
    return Counter({(slug, kind, lang): int(n) for slug, kind, lang, n in found if n})


@lru_cache(maxsize=4)
def _group_by_author(query: Any) -> Any:
    rows = query.subquery()
    names = (col(PublicationAuthor.author_slug), rows.c.kind, rows.c.lang)
    joined = col(PublicationAuthor.publication_id) == rows.c.id
    statement = sa.select(*names, sa.func.sum(rows.c.sign)).select_from(rows)
    return statement.join(PublicationAuthor, joined).group_by(*names)


def _add(tx: WriteTx, numbers: Counter[Any]) -> None:
    counts.add(tx, {AuthorCount: numbers})
