"""The things whose state may differ between an index at some place in the log and the store. These
are the things of later entries, and those that began or ended since the last entry.

An article whose text stays (its tag was renamed, or a translation appeared) is late in the index,
but not wrong, so it is left out. A text differs when its publication began at or after the instant
of that place, because new publications begin later than every entry of the log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.changes import Head, due
from app.database import ReadTx
from app.kinds.searchable import Searchable
from app.models.change import Change
from app.models.publication import Publication
from app.published import changes, searchable
from app.published.cache import Tags
from app.visibility import NOW, visible

MOST: Final = 10_000
"""The most things by which an index may lag; beyond, no count of the index is reliable."""
_FEW: Final = 20
"""The most things whose present state each search reads."""

Thing = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class IndexLag:
    """The things by which an index lags, by kind and id, with the present state of the visible ones
    when they are few."""

    things: tuple[Thing, ...] = ()
    present: tuple[Searchable, ...] = ()


def find_index_lag(
    tx: ReadTx,
    tags: Callable[[], Tags],
    log: Head,
    cursor: str | None,
    parked: Sequence[Thing],
    now: datetime,
    zone: str,
) -> IndexLag | None:
    """The lag; None when it is unknown or too large, for example for another store's index."""
    moment = log.moment(now)
    if not (log.is_current(now) and cursor and changes.is_last(log, cursor, zone)):
        if cursor is None or not changes.is_mine(tx, cursor, zone):
            return None
        values = {
            "after": changes.sequence_of(cursor),
            "since": changes.instant_of(cursor),
            "most": MOST + 1,
            "now": moment,
        }
        rows: Sequence[Any] = tx.execute(_ENTERED, values).all()
        if not log.is_current(now):
            rows = [*rows, *tx.execute(_due_changes(log.effective_until, moment)).all()]
        parked = [*parked, *((kind, key) for kind, key in rows)]
    if not parked:
        return IndexLag()
    things = tuple(dict.fromkeys(parked))
    if len(things) > MOST:
        return None
    return IndexLag(things, tuple(_load_present(tx, tags(), things, moment)))


_ENTERED: Final = (
    sa.select(col(Change.kind), col(Change.subject_id))
    .outerjoin(
        Publication,
        sa.and_(
            col(Change.kind) == "article",
            col(Publication.article_id) == col(Change.subject_id),
            visible(Publication, NOW),
        ),
    )
    .where(
        col(Change.sequence) > sa.bindparam("after"),
        col(Change.kind).not_in(("alias", "author", "site")),  # which no search shows
        sa.or_(
            col(Publication.id).is_(None),
            col(Change.cause) == "media",  # a text that lost a picture keeps its date
            col(Publication.changed_at) >= sa.bindparam("since", type_=UTCDateTime()),
        ),
    )
    .distinct()
    .limit(sa.bindparam("most"))
)


def _due_changes(since: datetime, until: datetime) -> sa.Select[Any]:
    """Things that have begun or ended and are not in the log yet."""
    entries = due(since, until)
    return sa.select(entries.c.kind, entries.c.id).distinct().limit(MOST + 1)


def _load_present(
    tx: ReadTx, tags: Tags, things: Sequence[Thing], now: datetime
) -> Sequence[Searchable]:
    if len(things) > _FEW:
        return ()
    ids_by_kind: dict[str, list[UUID]] = {}
    for kind, key in things:
        ids_by_kind.setdefault(kind, []).append(key)
    return searchable.by_ids(tx, tags, ids_by_kind, now)
