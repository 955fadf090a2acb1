"""The commands of content with dates. An interval makes it public and ends it, without any job.

A removed thing stays as a hidden row, so that an import does not bring it back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.content import Actor
from app.editorial.patch_input import record_audit
from app.errors import Conflict, NotFound
from app.inputs import Input, PatchInput
from app.kinds.dated_kind import DatedKind
from app.kit.ids import uuid7
from app.revisions import refuse_stale
from app.visibility import visible

Row = TypeVar("Row", bound=SQLModel)

LAST_POSITION = 1_000_000


class DatedContent(Generic[Row]):
    """The commands of one kind. `fields` is its input type with every field; `absence` is the
    sentence of its `NotFound`."""

    def __init__(self, kind: DatedKind, row: type[Row], fields: type[Input], absence: str) -> None:
        self.kind = kind
        self.row = row
        self.fields = fields
        self.absence = absence

    def add(self, tx: PublishTx, actor: Actor, body: Input, key: UUID | None = None) -> Any:
        """A new row at revision 1, the last in the order; `Conflict` when the id is taken."""
        if key is not None and tx.session.get(self.row, key) is not None:
            raise Conflict("id_taken", "Another one has this id, or had it.")
        fields = body.model_dump()
        if "position" in self.kind.fields and "position" not in fields:
            fields["position"] = self._next_position(tx)
        fields = self._complete(tx, fields, None)
        row: Any = self.row(id=key or uuid7(tx.moment), created_at=tx.moment, updated_at=tx.moment)
        row.visible_from, row.visible_until = self.kind.interval(fields)
        self._assign(tx, row, fields)
        tx.session.add(row)
        if self._is_visible(row, tx.moment):
            tx.append(self.kind.name, row.id, "created")
        tx.session.flush()
        self.record(tx, actor, "created", row.id, after=self.state(tx, row))
        return row

    def edit(
        self,
        tx: PublishTx,
        actor: Actor,
        key: UUID,
        body: Input | PatchInput,
        revision: int | None = None,
    ) -> Any:
        """Replace all fields, or those that a `PatchInput` names; equal values change nothing.
        `NotFound`; `Stale` unless at `revision`; `Invalid` when its dates would be reversed."""
        row = self.lock(tx, key, revision)
        before = self.state(tx, row)
        after = (
            body.apply_to(before)
            if isinstance(body, PatchInput)
            else {**before, **body.model_dump()}
        )
        after = self._complete(tx, after, row)
        if after == before:
            return row
        was_visible = self._is_visible(row, tx.moment)
        row.visible_from, row.visible_until = self.kind.interval(after)
        self._assign(tx, row, after)
        row.revision += 1
        row.updated_at = tx.moment
        if was_visible or self._is_visible(row, tx.moment):
            tx.append(self.kind.name, row.id, "updated")
        self.record(tx, actor, "changed", row.id, before=before, after=after)
        return row

    def remove(self, tx: PublishTx, actor: Actor, key: UUID, revision: int | None) -> None:
        """Remove a row, at once and for good. `NotFound`; `Stale` unless at `revision`."""
        row = self.lock(tx, key, revision)
        before, was_visible = self.state(tx, row), self._is_visible(row, tx.moment)
        row.removed_at = row.updated_at = tx.moment
        row.visible_until = min(row.visible_until, tx.moment)
        row.visible_from = min(row.visible_from, row.visible_until)
        row.revision += 1
        if was_visible:
            tx.append(self.kind.name, row.id, "removed")
        self.record(tx, actor, "removed", row.id, before=before)

    def lock(self, tx: PublishTx, key: UUID, revision: int | None) -> Any:
        """The row, locked until the transaction ends. `NotFound`; `Stale` unless at `revision`."""
        row: Any = tx.get_locked(self.row, key)
        if row is None or row.removed_at is not None:
            raise self._not_found()
        refuse_stale(tx, self.kind.name, row, revision)
        return row

    def state(self, tx: ReadTx, row: Any) -> dict[str, Any]:
        """The fields of a row, as editors wrote them."""
        return self.states(tx, [row])[0]

    def states(self, tx: ReadTx, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """The fields of each row, as editors wrote them."""
        return [{name: getattr(row, name) for name in self.kind.fields} for row in rows]

    def list_views(
        self, tx: ReadTx, now: datetime, key: UUID | None = None
    ) -> list[dict[str, Any]]:
        """The editors' view of all rows, or of one, past and future ones too: the fields, `id`,
        `revision`, `created_at`, `updated_at`, and `is_public` at a moment."""
        table = self.kind.table
        query = sa.select(table.__table__, visible(table, now).label("is_public"))
        query = query.where(col(table.removed_at).is_(None))
        if key is not None:
            query = query.where(col(table.id) == key)
        rows = tx.execute(query.order_by(*self.order())).all()
        return [
            {**state, **{name: getattr(row, name) for name in _ABOUT}}
            for row, state in zip(rows, self.states(tx, rows), strict=True)
        ]

    def view(self, tx: ReadTx, now: datetime, key: UUID) -> dict[str, Any]:
        """The editors' view of one row; `NotFound`."""
        views = self.list_views(tx, now, key)
        if not views:
            raise self._not_found()
        return views[0]

    def title(self, row: Any) -> str:
        """A name of the row for people."""
        return str(row.name)

    def order(self) -> list[Any]:
        """The columns by which lists for editors are ordered."""
        return [col(getattr(self.kind.table, name)) for name in self.kind.order]

    def record(
        self,
        tx: PublishTx,
        actor: Actor,
        event: str,
        key: UUID,
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
    ) -> None:
        """An entry of the audit."""
        name = self.kind.name
        record_audit(tx, actor, f"{name}.{event}", name, key, before=before, after=after)

    def _complete(self, _tx: PublishTx, fields: dict[str, Any], _row: Any) -> dict[str, Any]:
        """The fields with those that are made here when they are left out; `_row` is None for a new
        row. `Conflict` and `Invalid` when they cannot stand."""
        return fields

    def _assign(self, _tx: PublishTx, row: Any, fields: Mapping[str, Any]) -> None:
        """Write the fields into the row."""
        for name, value in fields.items():
            setattr(row, name, value)

    def _next_position(self, tx: PublishTx) -> int:
        last = tx.execute(sa.select(sa.func.max(col(self.kind.table.position)))).scalar()
        return 0 if last is None else min(last + 1, LAST_POSITION)

    def _is_visible(self, row: Any, at: datetime) -> bool:
        """Whether readers see it. Changes of past and future rows are not logged."""
        return bool(row.visible_from <= at < row.visible_until)

    def _not_found(self) -> NotFound:
        return NotFound(f"{self.kind.name}_not_found", self.absence)


_ABOUT = ("id", "revision", "is_public", "created_at", "updated_at")
