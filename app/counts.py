"""Kept counts: how many articles are visible, by tag, by two tags and by month.

What is counted is always what was visible at the log's clock. So one rule covers every act: when
the clock moves from `since` to `moment`, an interval that began between the two adds its article,
and one that ended between them takes it away. An interval within the two changes nothing.

An article counts under its tags and all tags above them, once each; a proposed tag counts nothing.
While a tag moves, `tag_moving` takes its articles out of the counts and puts them back.
Publications of the same transaction were never counted, although an imported past begins before
`since`.

The counts are exact while the head of the log is current. Each writer holds the head.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import combinations
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.database import ReadTx, WriteTx
from app.kit.clock import FOREVER
from app.models.change import Change, ChangeHead
from app.models.count import PublicationCount, PublicationDay, PublicationMonth
from app.models.publication import Publication, PublicationTag
from app.models.tag import Tag
from app.visibility import visible

ANY: Final = UUID(int=0)
"""In place of a tag: any article."""

MIDDLE: Final = "02"
"""The day of a month under which changes of its days 02 to 27 are noted. Months of zones differ
only in the other days."""

_AT_ONCE: Final = 5_000

Tally = dict[Any, Counter[tuple[object, ...]]]
"""Numbers of articles by table and primary key."""


@dataclass(frozen=True, slots=True)
class CountedSet:
    """The publications in the kept counts: visible at `at`, with an id up to `newest`."""

    at: datetime
    newest: int


def find_counted_set(tx: ReadTx, at: datetime) -> CountedSet:
    """What is counted when the log's clock is `at`; asked before anything is inserted."""
    return CountedSet(at, int(tx.execute(_NEWEST).scalar_one()))


_NEWEST: Final = sa.select(sa.func.coalesce(sa.func.max(col(Publication.id)), 0))


def settle(tx: WriteTx, counted_set: CountedSet, moment: datetime, sequence: int) -> None:
    """Take the counts to `moment`; the log's entries after `sequence` say which days changed."""
    values = {"since": counted_set.at, "newest": counted_set.newest, "moment": moment}
    add(tx, _count(tx, MOVED, values))
    tx.execute(_note_days(tx.is_sqlite), values | {"sequence": sequence})


@contextmanager
def tag_moving(tx: WriteTx, counted_set: CountedSet, tag_id: UUID) -> Iterator[None]:
    """Around a change of the tags that articles carry, or of the tags above these: of a tag and all
    below it."""
    values = {"since": counted_set.at, "newest": counted_set.newest, "tag_id": tag_id}
    carriers = list(tx.execute(_CARRYING, values).scalars())
    before = _count_some(tx, carriers)
    yield
    after = _count_some(tx, carriers)
    for table, numbers in before.items():
        after[table].subtract(numbers)
    add(tx, after)


def differences(tx: ReadTx) -> int:
    """The number of kept counts and days that differ from the publications: one or two seconds for
    each 100,000 articles."""
    counts = _recount(tx)
    wrong = sum(
        numbers[key] != kept[key]
        for table, numbers in counts.items()
        for kept in (kept_numbers(tx, table),)
        for key in numbers.keys() | kept.keys()
    )
    return wrong + len(_stale_days(tx))


def rebuild(tx: WriteTx, moment: datetime) -> None:
    """Count everything anew. Days whose last change was not noted get `moment`."""
    for table, numbers in _recount(tx).items():
        tx.execute(sa.delete(table))
        rows = _rows(table, numbers)
        for begin in range(0, len(rows), _AT_ONCE):
            tx.execute(sa.insert(table), rows[begin : begin + _AT_ONCE])
    for day in _stale_days(tx):
        values = {"kind": day.kind, "day": day.day, "changed_at": moment}
        tx.execute(_note(_insert(PublicationDay, tx.is_sqlite)), [values])


def _param(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=UTCDateTime())


_SINCE, _MOMENT = _param("since"), _param("moment")
_FROM, _UNTIL = col(Publication.visible_from), col(Publication.visible_until)
_OLDER = col(Publication.id) <= sa.bindparam("newest")


def _select(sign: int) -> Any:
    names = ("id", "kind", "lang", "syndicatable", "published_at")
    columns = (col(getattr(Publication, name)) for name in names)
    return sa.select(*columns, sa.literal_column(str(sign), sa.Integer()).label("sign"))


MOVED: Final = sa.union_all(
    # The conditions name both partial indexes in the form that SQLite recognises.
    _select(1).where(_FROM > _SINCE, _FROM <= _MOMENT, _FROM < _UNTIL, _UNTIL > _MOMENT),
    _select(-1).where(
        *(_UNTIL > _SINCE, _UNTIL <= _MOMENT, _UNTIL < FOREVER),
        *(_FROM <= _SINCE, _OLDER),
    ),
)
"""What began or ended between `since` and `moment`, with the sign of the change."""
_SOME: Final = _select(1).where(col(Publication.id).in_(sa.bindparam("keys", expanding=True)))

_below = sa.select(col(Tag.id)).where(col(Tag.id) == sa.bindparam("tag_id")).cte(recursive=True)
_below = _below.union(sa.select(col(Tag.id)).where(col(Tag.parent_id) == _below.c.id))
_CARRYING: Final = sa.select(col(Publication.id)).where(
    visible(Publication, _SINCE),
    _OLDER,
    col(Publication.id).in_(
        sa.select(col(PublicationTag.publication_id))
        .join(_below, _below.c.id == col(PublicationTag.tag_id))
        .where(visible(PublicationTag, _SINCE))
    ),
)


def _slices(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(values), _AT_ONCE):
        yield values[begin : begin + _AT_ONCE]


def _count(tx: ReadTx, moved: Any, values: Mapping[str, object]) -> Tally:
    """The counts of a query's rows, each by its sign."""
    # Few articles differ in all that is counted, so the database puts alike ones together.
    groups: dict[str, Counter[tuple[Any, ...]]] = defaultdict(Counter)
    for tags, *group, n in tx.execute(_group_rows(moved, tx.is_sqlite), values):
        groups[tags or ""][tuple(group)] += int(n)
    carried = {tags: [UUID(tag) for tag in tags.split(",") if tag] for tags in groups}
    above = _tags_above(tx, {tag for some in carried.values() for tag in some})
    tally: Tally = {PublicationCount: Counter(), PublicationMonth: Counter()}
    for tags, numbers in groups.items():
        family = sorted({ANY}.union(*(above.get(tag, ()) for tag in carried[tags])))
        totals: Counter[tuple[Any, ...]] = Counter()
        for (kind, lang, syndicatable, month), n in numbers.items():
            totals[kind, lang, syndicatable] += n
            for tag in family:
                tally[PublicationMonth][kind, tag, month, lang, syndicatable] += n
        pairs = [(ANY, ANY), *combinations(family, 2)]
        for (kind, lang, syndicatable), n in totals.items():
            for pair in pairs:
                tally[PublicationCount][kind, *pair, lang, syndicatable] += n
    return tally


def _count_some(tx: ReadTx, keys: Sequence[int]) -> Tally:
    """The counts of publications."""
    total: Tally = {PublicationCount: Counter(), PublicationMonth: Counter()}
    for some in _slices(keys):
        for table, numbers in _count(tx, _SOME, {"keys": some}).items():
            total[table].update(numbers)
    return total


@lru_cache(maxsize=8)
def _group_rows(moved: Any, sqlite: bool) -> Any:
    """The tags that rows carry, what is counted of them, and the sum of the signs."""
    rows = moved.subquery()
    tag_text = sa.cast(col(PublicationTag.tag_id), sa.String())
    carried = sa.select(sa.func.aggregate_strings(tag_text, ","))
    carried = carried.where(col(PublicationTag.publication_id) == rows.c.id).correlate(rows)
    date_column: Any = rows.c.published_at
    if sqlite:
        month = sa.func.substr(sa.type_coerce(date_column, sa.String()), 1, len("2012-07"))
    else:
        month = sa.func.to_char(sa.func.timezone("UTC", date_column), "YYYY-MM")
    columns = (
        carried.scalar_subquery().label("tags"),
        *(rows.c.kind, rows.c.lang, rows.c.syndicatable, month.label("month")),
    )
    names = ("tags", "kind", "lang", "syndicatable", "month")
    return sa.select(*columns, sa.func.sum(rows.c.sign)).group_by(*names)


def _tags_above(tx: ReadTx, tags: Iterable[UUID]) -> Mapping[UUID, set[UUID]]:
    """The accepted ones of these tags, each with itself and all tags above it."""
    above: dict[UUID, set[UUID]] = defaultdict(set)
    for some in _slices(list(tags)):
        for tag, ancestor in tx.execute(_ABOVE, {"tags": some}):
            above[tag].add(ancestor)
    return above


_line: Any = sa.select(col(Tag.id).label("tag"), col(Tag.id).label("above"))
_line = _line.where(col(Tag.id).in_(sa.bindparam("tags", expanding=True)), col(Tag.accepted))
_walk = _line.cte(recursive=True)
_parent = sa.select(_walk.c.tag, col(Tag.parent_id)).join(Tag, col(Tag.id) == _walk.c.above)
_walk = _walk.union(_parent.where(col(Tag.parent_id).is_not(None)))
_ABOVE: Final = sa.select(_walk.c.tag, _walk.c.above)


def _keys(table: Any) -> list[str]:
    return [column.name for column in table.__table__.primary_key]


def _rows(table: Any, numbers: Counter[tuple[object, ...]]) -> list[dict[str, object]]:
    names = (*_keys(table), "n")
    return [dict(zip(names, (*key, n), strict=True)) for key, n in numbers.items() if n]


def add(tx: WriteTx, tally: Tally) -> None:
    """Add to the kept counts."""
    for table, numbers in tally.items():
        if rows := _rows(table, numbers):
            tx.execute(_addition(table, tx.is_sqlite), rows)


@lru_cache
def _addition(table: Any, is_sqlite: bool) -> Any:
    """Adds to the numbers of rows, or inserts them."""
    statement = _insert(table, is_sqlite)
    total = {"n": table.n + statement.excluded.n}
    return statement.on_conflict_do_update(index_elements=_keys(table), set_=total)


def _insert(table: Any, is_sqlite: bool) -> Any:
    return (sqlite.insert if is_sqlite else postgresql.insert)(table)


def _day(is_sqlite: bool) -> Any:
    """The UTC day of the shown date, as `PublicationDay` has it."""
    day: Any = sa.type_coerce(col(Publication.published_at), sa.String())
    if not is_sqlite:
        day = sa.func.to_char(sa.func.timezone("UTC", col(Publication.published_at)), "YYYY-MM-DD")
    of_month = sa.func.substr(day, 9, 2)
    middle = sa.func.substr(day, 1, 8).op("||")(MIDDLE)
    return sa.case((of_month.between(MIDDLE, "27"), middle), else_=sa.func.substr(day, 1, 10))


@lru_cache
def _note_days(is_sqlite: bool) -> Any:
    """Notes the days of the articles that the new entries of the log name."""
    named = sa.select(col(Change.subject_id)).where(
        col(Change.sequence) > sa.bindparam("sequence"), col(Change.kind) == "article"
    )
    shown = sa.select(col(Publication.kind), _day(is_sqlite), _MOMENT).distinct()
    shown = shown.where(
        *(col(Publication.article_id).in_(named), _FROM <= _MOMENT, _UNTIL > _SINCE)
    )
    return _note(_insert(PublicationDay, is_sqlite).from_select(_DAY_COLUMNS, shown))


_DAY_COLUMNS: Final = ("kind", "day", "changed_at")


def _note(statement: Any) -> Any:
    latest = {"changed_at": statement.excluded.changed_at}
    return statement.on_conflict_do_update(index_elements=_keys(PublicationDay), set_=latest)


def clock(tx: ReadTx) -> datetime:
    """The log's clock, at which everything is counted."""
    at: datetime = tx.execute(sa.select(col(ChangeHead.effective_until))).scalar_one()
    return at


def _recount(tx: ReadTx) -> Tally:
    """What the kept counts should be."""
    return _count(tx, shown_at(clock(tx)), {})


def shown_at(at: datetime) -> Any:
    """A query of the publications that are visible at `at`, each with the sign 1."""
    return _select(1).where(visible(Publication, at))


def kept_numbers(tx: ReadTx, table: Any) -> Counter[tuple[object, ...]]:
    """The kept counts of a table, by primary key."""
    return Counter({tuple(key): n for *key, n in tx.execute(sa.select(*table.__table__.columns))})


def _stale_days(tx: ReadTx) -> Sequence[Any]:
    """The kinds and days that changed later than was noted."""
    day, latest = _day(tx.is_sqlite).label("day"), sa.func.max(col(Publication.changed_at))
    shown = sa.select(col(Publication.kind), day, latest.label("changed_at"))
    shown = shown.where(visible(Publication, clock(tx))).group_by(col(Publication.kind), day)
    days, kept = shown.subquery(), PublicationDay
    same = sa.and_(col(kept.kind) == days.c.kind, col(kept.day) == days.c.day)
    statement = sa.select(days.c.kind, days.c.day).outerjoin(kept, same)
    late = col(kept.changed_at).is_(None) | (col(kept.changed_at) < days.c.changed_at)
    return tx.execute(statement.where(late)).all()
