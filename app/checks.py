"""Results of search index checks, stored so that all processes can report what one has checked.

There is one row for the index on a server, and one for each folder that holds an index.
May import: models, database, kit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.models.search import SearchCheck

_FORGOTTEN: Final = timedelta(days=30)
"""Checks older than this are deleted: their folder is taken to be gone."""
_GOES_ON: Final = timedelta(seconds=60)
"""A build that was not seen for this long has ended or was killed."""


@dataclass(frozen=True, slots=True)
class IndexCheck:
    """The last check of an index: how many documents were compared with the store, how many
    differed, and how many were mended in all checks together."""

    checked_at: datetime | None = None
    checked_by: str = ""
    documents: int = 0
    differing: int = 0
    mended: int = 0
    is_building: bool = False


def last_check(tx: ReadTx, name: str, now: datetime) -> IndexCheck:
    """The last check of the index with this name; an empty one if there was none."""
    row = tx.execute(sa.select(*_COLUMNS).where(col(SearchCheck.name) == name)).one_or_none()
    if row is None:
        return IndexCheck()
    at, by, documents, differing, mended, seen = row
    return IndexCheck(
        at, by, documents, differing, mended, seen is not None and seen > now - _GOES_ON
    )


def save_check(tx: WriteTx, name: str, check: IndexCheck) -> None:
    """Save a check; `mended` is the number that this check mended, and is added to the total."""
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
    """Mark that a build of the index runs at this time; with None, that it has ended."""
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
    row = SearchCheck(name=name).model_dump()
    tx.execute(tx.insert_into(SearchCheck).values(row).on_conflict_do_nothing())
