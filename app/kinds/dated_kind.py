"""A kind of content with dates: its things are announced or valid for a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlmodel import col

from app.database import ReadTx
from app.errors import Detail, Invalid
from app.kinds.searchable import Searchable, version_of
from app.kit.clock import FOREVER, LONG_AGO, end_of, start_of
from app.public.vocabulary import ChangeReason, ContentKind
from app.visibility import visible

Interval = tuple[datetime, datetime]
"""The start and the end (exclusive) of the time in which something is public."""
Fates = dict[UUID, ChangeReason | None]
"""Things by id, each with the reason why it is gone; None for existing ones."""


class PublicItem(Protocol):
    """A public type of things with ids."""

    id: UUID


@dataclass(frozen=True, slots=True)
class DatedKind:
    """The differences between two kinds whose rows have `visible_from`, `visible_until` and
    `removed_at` of their own."""

    name: ContentKind
    plural: str
    table: Any
    fields: tuple[str, ...]
    """The columns that editors write and that the audit may show."""
    order: tuple[str, ...]
    """The columns by which lists for editors and exports are sorted."""
    texts: tuple[str, ...]
    """Columns that may name a person."""
    identity: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """The columns and values by which an import recognises a thing that has neither an id nor an
    origin; made from the fields that editors write."""
    interval: Callable[[Mapping[str, Any]], Interval]
    """The interval, from the fields; `Invalid` when the end is before the start."""
    list_items: Callable[
        [ReadTx, datetime, Sequence[str], Sequence[UUID] | None], Iterable[PublicItem]
    ]
    """The public items at a moment, in the first of some languages; all, or those of some ids."""
    to_searchables: Callable[[ReadTx, Sequence[Any]], Iterable[Searchable]]
    """The documents for search that are made of rows of the table."""

    def judge(self, tx: ReadTx, fates: Fates, at: datetime) -> Fates:
        """The fates of things that the log names. The log names things only once they were public,
        so a missing one was."""
        table = self.table
        expired = sa.and_(col(table.visible_until) <= at, col(table.removed_at).is_(None))
        rows = sa.select(col(table.id), visible(table, at), expired).where(col(table.id).in_(fates))
        judged: Fates = {key: reason or "removed" for key, reason in fates.items()}
        for key, is_visible, is_expired in tx.execute(rows):
            judged[key] = None if is_visible else "expired" if is_expired else "removed"
        return judged

    def items(
        self, tx: ReadTx, now: datetime, languages: Sequence[str], ids: Sequence[UUID]
    ) -> dict[UUID, bytes]:
        """The public JSON of the visible things among these ids."""
        return {item.id: to_json(item) for item in self.list_items(tx, now, languages, ids)}

    def searchables(self, tx: ReadTx, ids: Sequence[UUID], now: datetime) -> Iterable[Searchable]:
        """The visible things among these ids, in the order of the ids."""
        if not ids:
            return ()
        table = self.table
        rows = sa.select(table.__table__).where(col(table.id).in_(ids), visible(table, now))
        return self.to_searchables(tx, tx.execute(rows.order_by(col(table.id))).all())

    def versions(self, tx: ReadTx, ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
        """The versions of the visible things among these ids."""
        if not ids:
            return {}
        table = self.table
        rows = sa.select(col(table.id), col(table.updated_at)).where(
            col(table.id).in_(ids), visible(table, now)
        )
        return {key: version_of(changed) for key, changed in tx.execute(rows)}

    def ids(self, tx: ReadTx, now: datetime) -> list[UUID]:
        """The ids of all visible things, in their order."""
        ids = sa.select(col(self.table.id)).where(visible(self.table, now))
        return list(tx.execute(ids.order_by(col(self.table.id))).scalars())

    def count(self, tx: ReadTx, now: datetime) -> int:
        """The number of visible things."""
        visible_ones = visible(self.table, now)
        statement = sa.select(sa.func.count()).select_from(self.table).where(visible_ones)
        return int(tx.execute(statement).scalar_one())


def days_between(first_field: str, last_field: str) -> Callable[[Mapping[str, Any]], Interval]:
    """An interval from the start of a first day until the end of a last day."""

    def interval(fields: Mapping[str, Any]) -> Interval:
        first: date | None = fields[first_field]
        last: date | None = fields[last_field]
        if first is not None and last is not None and last < first:
            raise reversed_range(first_field, last_field)
        return (start_of(first) if first else LONG_AGO, end_of(last) if last else FOREVER)

    return interval


def reversed_range(first_field: str, last_field: str) -> Invalid:
    """The error for an end before its start."""
    message = f"{last_field} is before {first_field}; change one of them."
    detail = Detail("reversed_range", message, f"/{last_field}")
    return Invalid("reversed_range", message, (detail,))
