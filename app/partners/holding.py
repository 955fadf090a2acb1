"""A row that is about to change: locked, and at the revision that whoever changes it has seen."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from app.database import WriteTx
from app.errors import NotFound, Stale
from app.models.partner import Partner
from app.models.webhook import Webhook

Row = TypeVar("Row", Partner, Webhook)


def locked(
    tx: WriteTx, table: type[Row], key: UUID, revision: int | None, absent: Callable[[], NotFound]
) -> Row:
    """The row, locked until the transaction ends; `absent`, `Stale` unless it is at `revision`."""
    row = tx.locked(table, key)
    if row is None:
        raise absent()
    if revision is not None and row.revision != revision:
        raise Stale(
            "stale_revision",
            f"Somebody changed it meanwhile; it is at {row.revision} now.",
            current_revision=row.revision,
        )
    return row
