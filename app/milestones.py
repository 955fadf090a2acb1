"""The last turn of a worker and the last backup: one row each, which all replicas can see.

May import: models, database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.models.milestone import Milestone

Name = Literal["worker", "backup"]

BEAT: Final = timedelta(seconds=20)
"""The interval at which a worker reports that it is at work."""

SILENT: Final = timedelta(seconds=90)
"""A worker that has not reported for longer hangs or is gone."""


@dataclass(frozen=True, slots=True)
class LastOccurrence:
    """The last time of something, and the process or folder that it was."""

    at: datetime
    by: str


def record(tx: WriteTx, name: Name, by: str, at: datetime) -> None:
    """Record that it happened."""
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    values = {"by": by, "at": at}
    insertion = insert(Milestone).values(name=name, **values)
    tx.execute(insertion.on_conflict_do_update(index_elements=[col(Milestone.name)], set_=values))


def last_occurrence(tx: ReadTx, name: Name) -> LastOccurrence | None:
    """The last time that it happened; None if it never did."""
    statement = sa.select(col(Milestone.at), col(Milestone.by)).where(col(Milestone.name) == name)
    row = tx.execute(statement).one_or_none()
    return LastOccurrence(row.at, row.by) if row is not None else None


def forget(tx: WriteTx, name: Name, by: str) -> None:
    """Remove the record after a regular end, so that nobody expects the next one."""
    is_own = (col(Milestone.name) == name, col(Milestone.by) == by)
    tx.execute(sa.delete(Milestone).where(*is_own))
