"""The order of sponsors and of committee members. Their positions are ours: editors name ids."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col

from app.changes import PublishTx
from app.editorial.changing import record
from app.editorial.content import Actor
from app.editorial.people import KINDS, Person, state
from app.errors import Detail, Invalid
from app.inputs import Input
from app.models.committee import CommitteeMember
from app.models.sponsor import Sponsor


class PeopleOrder(Input):
    """The ids of all of them, the first first."""

    ids: Annotated[tuple[UUID, ...], Field(max_length=10_000, strict=False)]


def order_sponsors(tx: PublishTx, actor: Actor, sponsor_ids: Sequence[UUID]) -> list[Sponsor]:
    """Put all into the order of their ids, past and future ones too; returns them in it.

    `Invalid` names each id that is unknown or there twice, and each that is missing.
    """
    return _order(tx, actor, Sponsor, sponsor_ids)


def order_members(tx: PublishTx, actor: Actor, member_ids: Sequence[UUID]) -> list[CommitteeMember]:
    """As `order_sponsors`; the public sees officers before the committee and the staff anyway."""
    return _order(tx, actor, CommitteeMember, member_ids)


def _order(
    tx: PublishTx, actor: Actor, table: type[Person], person_ids: Sequence[UUID]
) -> list[Person]:
    tx.session.flush()
    everyone = sa.select(table).where(col(table.removed_at).is_(None)).with_for_update()
    rows = {row.id: row for row in tx.session.execute(everyone).scalars()}
    _refuse_other_than(rows, person_ids)
    for place, person_id in enumerate(person_ids):
        row = rows[person_id]
        if row.position != place:
            before = state(row)
            row.position, row.updated_at = place, tx.moment
            row.revision += 1
            tx.append(KINDS[table], row.id, "updated")
            action = f"{KINDS[table]}.ordered"
            record(tx, actor, action, KINDS[table], row.id, before=before, after=state(row))
    return [rows[person_id] for person_id in person_ids]


def _refuse_other_than(rows: Mapping[UUID, object], person_ids: Sequence[UUID]) -> None:
    wrong: list[Detail] = []
    seen: set[UUID] = set()
    for place, one in enumerate(person_ids):
        if one not in rows:
            said = f"There is nobody with the id {one}; leave it out."
            wrong.append(Detail("unknown_id", said, f"/ids/{place}"))
        elif one in seen:
            said = f"{one} is there twice; name it once."
            wrong.append(Detail("repeated_id", said, f"/ids/{place}"))
        seen.add(one)
    wrong += [
        Detail("missing_id", f"{one} has no place; add it.", "/ids")
        for one in rows
        if one not in seen
    ]
    if wrong:
        said = "An order names everybody once: read the list again and send all of its ids."
        raise Invalid("incomplete_order", said, tuple(wrong))
