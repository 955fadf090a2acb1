"""Optimistic locking: a change names the revision that its author has read."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from app import audit
from app.audit import SubjectKind
from app.database import ReadTx
from app.errors import Stale
from app.kit.clock import rfc3339


class Revisioned(Protocol):
    """A row that counts its changes."""

    id: UUID
    revision: int
    updated_at: datetime


def refuse_stale(tx: ReadTx, kind: SubjectKind, row: Revisioned, revision: int | None) -> None:
    """Raise `Stale` unless the row is at `revision`; None accepts any."""
    if revision is not None and revision != row.revision:
        raise stale_error(row.revision, audit.last_name(tx, kind, row.id), row.updated_at)


def stale_error(revision: int, changed_by: str | None, changed_at: datetime) -> Stale:
    """The error for a change to a row that is now at `revision`."""
    return Stale(
        "stale_revision",
        f"Revision {revision} was saved meanwhile; read it and act on that.",
        current_revision=revision,
        changed_by=changed_by,
        changed_at=rfc3339(changed_at),
    )
