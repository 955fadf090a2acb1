"""The last turn of a worker, the last backup, and how far each cache was told of changes: one row
each, which all replicas can see.

May import: models, database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, NewType

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.models.milestone import Milestone

PurgeName = NewType("PurgeName", str)
"""One round of purges of one cache; `by` is then the place in the log that it has reached."""
PurgeRound = Literal["first", "search", "again"]
Name = Literal["worker", "backup"] | PurgeName

BEAT: Final = timedelta(seconds=20)
"""The interval at which a worker reports that it is at work."""

SILENT: Final = timedelta(seconds=90)
"""A worker that has not reported for longer hangs or is gone."""


@dataclass(frozen=True, slots=True)
class LastOccurrence:
    """The last time of something, and the process or folder that it was."""

    at: datetime
    by: str


def purge_name(address: str, purge_round: PurgeRound) -> PurgeName:
    """The milestone of a round. The address may hold a secret, so its digest stands for it."""
    return PurgeName(f"purge {sha256(address.encode()).hexdigest()[:16]} {purge_round}")


def record(tx: WriteTx, name: Name, by: str, at: datetime) -> None:
    """Record that it happened."""
    values = {"by": by, "at": at}
    insertion = tx.insert_into(Milestone).values(name=name, **values)
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
