"""What checks of the search indexes found, kept in the store: one process checks, others tell.

Rows are few: one for the index on a server, and one for each folder that holds one.
May import: models, database, kit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.models.search import SearchCheck

_FORGOTTEN: Final = timedelta(days=30)
"""A folder that nobody has checked for so long is no more."""
_GOES_ON: Final = timedelta(seconds=60)
"""A build that was not seen for so long has ended, or was killed."""


@dataclass(frozen=True, slots=True)
class IndexCheck:
    """The last check of an index: what was held against the store, how many things differed, and
    how many were mended in all checks together."""

    checked_at: datetime | None = None
    checked_by: str = ""
    documents: int = 0
    differing: int = 0
    mended: int = 0
    is_building: bool = False


def last_check(tx: ReadTx, name: str, now: datetime) -> IndexCheck:
    """Of the index of this name; an empty one where there was none."""
    row = tx.execute(sa.select(*_COLUMNS).where(col(SearchCheck.name) == name)).one_or_none()
    if row is None:
        return IndexCheck()
    at, by, documents, differing, mended, seen = row
    return IndexCheck(
        at, by, documents, differing, mended, seen is not None and seen > now - _GOES_ON
    )


def save_check(tx: WriteTx, name: str, check: IndexCheck) -> None:
    """Write a check down; `mended` is what this one mended."""
    _ensure_row(tx, name)
    values = {
        "checked_at": check.checked_at,
        "checked_by": check.checked_by,
        "documents": check.documents,
        "differing": check.differing,
        "mended": SearchCheck.__table__.c.mended + check.mended,  # type: ignore[attr-defined]  # SQLModel hides it
    }
    tx.execute(sa.update(SearchCheck).where(col(SearchCheck.name) == name).values(**values))
    if check.checked_at is not None:
        old = col(SearchCheck.checked_at) < check.checked_at - _FORGOTTEN
        tx.execute(sa.delete(SearchCheck).where(old))


def mark_build(tx: WriteTx, name: str, at: datetime | None) -> None:
    """A build of the index goes on; it has ended, with None."""
    _ensure_row(tx, name)
    update = sa.update(SearchCheck).where(col(SearchCheck.name) == name)
    tx.execute(update.values(building_at=at))


_COLUMNS: Final = (
    col(SearchCheck.checked_at),
    col(SearchCheck.checked_by),
    col(SearchCheck.documents),
    col(SearchCheck.differing),
    col(SearchCheck.mended),
    col(SearchCheck.building_at),
)


def _ensure_row(tx: WriteTx, name: str) -> None:
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    row = SearchCheck(name=name).model_dump()
    tx.execute(insert(SearchCheck).values(row).on_conflict_do_nothing())
