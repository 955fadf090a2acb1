"""The change log: gapless, ordered by commit and by the time at which changes take effect.

One head row holds the last sequence, the log's clock w and the next boundary. Every change of
public content runs in `publishing`, which locks the head FIRST. A second statement, whose snapshot
is newer than the lock, appends an entry for every interval that began or ended between w and now.
Then the command acts and appends, the kept counts follow (`counts`), and w moves on. So the orders
of sequence, time and commit agree on both databases, and a schedule needs no job and no timer.
Drafts never take this lock.

An entry says that the public view of a subject at `moment` may differ from the view before. A
schedule changes nothing yet: making, moving or cancelling one appends nothing. An article also
shows its tags' names and its translations, so a change of these appends the articles that show
them.

An interval that opens or closes now uses `PublishTx.moment`, at least one tick later than w. With w
itself, a version that a reader has already seen could get an empty interval, and its tombstone
would be skipped. Readers judge visibility at `max(now, w)` (`Head.moment`), so a retraction holds
at once on every replica, whatever their clocks say.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app import author_counts, counts
from app.database import Database, ReadTx, WriteTx
from app.errors import Unavailable
from app.kinds.registry import DATED_KINDS
from app.kit.clock import FOREVER, TICK, Clock
from app.models.article import ArticleSlug
from app.models.change import Change, ChangeHead
from app.models.publication import Publication
from app.visibility import visible

_INTERVALS: tuple[tuple[str, Any, Any], ...] = (
    ("article", Publication, Publication.article_id),
    *((kind.name, kind.table, kind.table.id) for kind in DATED_KINDS),
)

CLOCK_LEAD = timedelta(seconds=5)
"""The most that this machine's clock may run ahead of the database server's for publishing. A fast
clock would move w forward for everybody and release embargoes for good."""


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the log in this snapshot."""

    sequence: int
    effective_until: datetime
    next_boundary: datetime
    epoch: str
    """The identity of this log; a store that is restored from a copy begins another log."""

    def moment(self, now: datetime) -> datetime:
        """The instant at which public reads judge visibility."""
        return max(now, self.effective_until)

    def is_current(self, now: datetime) -> bool:
        """Whether nothing began or ended since the last entry, so that results from then still
        hold."""
        return self.moment(now) < self.next_boundary


_HEAD = sa.select(
    col(ChangeHead.sequence),
    col(ChangeHead.effective_until),
    col(ChangeHead.next_boundary),
    col(ChangeHead.epoch),
)


def head(tx: ReadTx) -> Head:
    """The head of the log as this snapshot sees it."""
    return Head(*tx.execute(_HEAD).one())


class PublishTx(WriteTx):
    """A transaction that holds the log's head, at one `moment`; the only kind that may publish."""

    __slots__ = ("batch_id", "counted_set", "is_quiet", "moment", "sequence")

    def __init__(
        self, tx: WriteTx, moment: datetime, sequence: int, counted_set: counts.CountedSet
    ) -> None:
        super().__init__(tx.connection, tx.session)
        self.moment = moment
        self.sequence = sequence
        self.counted_set = counted_set
        self.batch_id: UUID | None = None
        """The import that acts, which what it makes will name."""
        self.is_quiet = False
        """Whether webhooks and caches are told of the changes by one word at their end."""

    def advance(self) -> None:
        """Go on at the next instant, where a second change of one thing is not the same moment's.
        What becomes due by then is appended."""
        since, self.moment = self.moment, self.moment + TICK
        _promote(self, since)

    def append(self, kind: str, subject_id: UUID, cause: str, at: datetime | None = None) -> None:
        """Append an entry for one subject at `at`, by default at `moment`."""
        self.sequence += 1
        self.execute(
            sa.insert(Change),
            {
                "sequence": self.sequence,
                "at": at or self.moment,
                "kind": kind,
                "subject_id": subject_id,
                "cause": cause,
                "is_quiet": self.is_quiet,
            },
        )

    def append_each(self, kind: str, subject_ids: Sequence[UUID], cause: str) -> None:
        """Append an entry at `moment` for each of some subjects, in their order."""
        self.execute(
            sa.insert(Change),
            [
                {
                    "sequence": sequence,
                    "at": self.moment,
                    "kind": kind,
                    "subject_id": subject_id,
                    "cause": cause,
                    "is_quiet": self.is_quiet,
                }
                for sequence, subject_id in enumerate(subject_ids, self.sequence + 1)
            ],
        )
        self.sequence += len(subject_ids)

    def append_all(self, kind: str, subjects: sa.Subquery, cause: str) -> None:
        """Append every distinct `id` of a query, in the database."""
        at = sa.literal(self.moment, UTCDateTime()).label("at")
        entries = sa.select(at, sa.literal(kind).label("kind"), subjects.c.id).distinct()
        self.append_from(entries.subquery(), cause)

    def append_from(
        self, entries: sa.Subquery, cause: str, *, is_quiet: bool | None = None
    ) -> None:
        """Append the rows (`at`, `kind`, `id`) of a query, earliest first, in the database."""
        quiet = sa.literal(self.is_quiet if is_quiet is None else is_quiet)
        at, kind, subject = entries.c.at, entries.c.kind, entries.c.id
        place = sa.func.row_number().over(order_by=[at, kind, subject])
        numbered = sa.select(
            sa.literal(self.sequence) + place, at, kind, subject, sa.literal(cause), quiet
        )
        columns = ["sequence", "at", "kind", "subject_id", "cause", "is_quiet"]
        self.execute(sa.insert(Change).from_select(columns, numbered))
        newest = self.execute(sa.select(sa.func.max(col(Change.sequence)))).scalar()
        self.sequence = max(self.sequence, newest or 0)


@contextmanager
def publishing(database: Database, clock: Clock, *, guard: bool = False) -> Iterator[PublishTx]:
    """A transaction that may change public content; it commits when the block ends.

    With `guard`, a machine whose clock runs ahead of PostgreSQL's is refused (`clock_ahead`).
    """
    with database.writing() as write:
        last = Head(*write.execute(_HEAD.with_for_update()).one())
        now = clock()
        if guard and not database.is_sqlite:
            _refuse_fast_clock(write, now)
        tx = begin(write, last, now)
        yield tx
        tx.session.flush()
        counts.settle(tx, tx.counted_set, tx.moment, last.sequence)
        author_counts.settle(tx, tx.counted_set, tx.moment)
        write.execute(
            sa.update(ChangeHead).values(
                sequence=tx.sequence,
                effective_until=tx.moment,
                next_boundary=_next_boundary(tx, tx.moment),
            )
        )


def begin(write: WriteTx, last: Head, now: datetime) -> PublishTx:
    """A transaction after the state `last` of the log, with the entries that are due."""
    counted_set = counts.find_counted_set(write, last.effective_until)
    tx = PublishTx(write, max(now, last.effective_until + TICK), last.sequence, counted_set)
    if last.next_boundary <= tx.moment:
        _promote(tx, last.effective_until)
    return tx


def begin_epoch(connection: sa.Connection) -> None:
    """Begin another log, to which no earlier cursor belongs."""
    connection.execute(sa.update(ChangeHead).values(epoch=token_hex(8)))


def promote(database: Database, clock: Clock, *, guard: bool = False) -> bool:
    """Append the entries that have become due; false if there were none."""
    with database.reading() as tx:
        if head(tx).is_current(clock()):
            return False
    with publishing(database, clock, guard=guard):
        pass
    return True


def server_time(tx: ReadTx) -> datetime | None:
    """PostgreSQL's clock; None on SQLite, which has none of its own."""
    if tx.is_sqlite:
        return None
    server: datetime = tx.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return server


def _refuse_fast_clock(tx: WriteTx, now: datetime) -> None:
    server = server_time(tx)
    if server is not None and now - server > CLOCK_LEAD:
        raise Unavailable(
            "clock_ahead", "This machine's clock is ahead of the database's; set it right first."
        )


def _promote(tx: PublishTx, since: datetime) -> None:
    """Append one entry for each subject with a start or end in (since, moment], at its latest."""
    every = due(since, tx.moment)
    latest = sa.func.max(every.c.at, type_=UTCDateTime()).label("at")
    entries = sa.select(latest, every.c.kind, every.c.id).group_by(every.c.kind, every.c.id)
    tx.append_from(entries.subquery(), "due", is_quiet=False)


def pages_below(article_id: Any, at: datetime) -> sa.Select[UUID]:
    """The `id` of each visible page that names an article (by its id, or by a column) as the page
    above it. It may name it by any slug that the article ever had."""
    child = aliased(Publication)
    statement: sa.Select[UUID] = sa.select(col(child.article_id).label("id"))
    return statement.join(ArticleSlug, col(ArticleSlug.slug) == col(child.parent_slug)).where(
        col(ArticleSlug.article_id) == article_id, visible(child, at)
    )


def due(since: datetime, until: datetime) -> sa.Subquery:
    """The starts and ends in (since, until]: `kind`, `at` and `id` of each affected subject.

    A translation that appears or disappears also affects its siblings, because they list it. A page
    affects those below it, because they name it.
    """
    sibling, child = aliased(Publication), aliased(Publication)
    its_sibling = sa.and_(
        col(sibling.translation_group) == col(Publication.translation_group),
        col(sibling.article_id) != col(Publication.article_id),
        visible(sibling, until),
    )
    arms = []
    for kind, table, subject in _INTERVALS:
        for bound in (table.visible_from, table.visible_until):
            within = (
                col(bound) > since,
                col(bound) <= until,
                col(table.visible_from) < col(table.visible_until),
            )
            conditions: tuple[sa.ColumnElement[Any], ...] = (
                sa.literal(kind).label("kind"),
                col(bound).label("at"),
            )
            arms.append(sa.select(*conditions, col(subject).label("id")).where(*within))
            if table is Publication:
                others = sa.select(*conditions, col(sibling.article_id).label("id"))
                arms.append(others.join(sibling, its_sibling).where(*within))
                below = sa.select(*conditions, col(child.article_id).label("id"))
                below = below.join(ArticleSlug, col(ArticleSlug.article_id) == col(subject))
                below = below.join(child, col(child.parent_slug) == col(ArticleSlug.slug))
                is_page = col(Publication.kind) == "page"
                arms.append(below.where(is_page, visible(child, until), *within))
    return sa.union_all(*arms).subquery()


def _next_boundary(tx: ReadTx, after: datetime) -> datetime:
    """The earliest start or end of any interval after an instant."""
    boundaries = tx.execute(_BOUNDARIES, {"after": after}).scalars()
    return min((at for at in boundaries if at is not None), default=FOREVER)


def _select_boundaries() -> sa.CompoundSelect[Any]:
    """The earliest start and the earliest end after an instant, of each kind of interval."""
    after = sa.bindparam("after", type_=UTCDateTime())
    arms = []
    for _, table, _ in _INTERVALS:
        for bound in (table.visible_from, table.visible_until):
            least = sa.select(sa.func.min(col(bound), type_=UTCDateTime())).where(
                col(bound) > after, col(table.visible_from) < col(table.visible_until)
            )
            if bound is table.visible_until:
                least = least.where(col(bound) < FOREVER)
            arms.append(least)
    return sa.union_all(*arms)


_BOUNDARIES: Final = _select_boundaries()
"""Made once, because each transaction that publishes asks it."""
