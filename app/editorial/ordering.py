"""The order of sponsors and of committee members. Editors send ids; positions are internal."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col

from app.changes import PublishTx
from app.editorial.content import Actor
from app.editorial.dated_content import DatedContent, Row
from app.errors import Detail, Invalid
from app.inputs import Input


class PeopleOrder(Input):
    """The ids of all of them, the first first."""

    ids: Annotated[tuple[UUID, ...], Field(max_length=10_000, strict=False)]


def order_people(
    tx: PublishTx, actor: Actor, people: DatedContent[Row], ids: Sequence[UUID]
) -> None:
    """Put all rows of a kind into the order of `ids`, past and future ones too. The public lists
    officers before the committee and the staff in any case.

    `Invalid` names each id that is unknown or repeated, and each that is missing.
    """
    tx.session.flush()
    table = people.kind.table
    everybody = sa.select(table).where(col(table.removed_at).is_(None)).with_for_update()
    rows = {row.id: row for row in tx.session.execute(everybody).scalars()}
    _refuse_other_than(rows, ids)
    for place, key in enumerate(ids):
        row = rows[key]
        if row.position != place:
            before = people.state(tx, row)
            row.position, row.updated_at = place, tx.moment
            row.revision += 1
            tx.append(people.kind.name, key, "updated")
            people.record(tx, actor, "ordered", key, before=before, after=people.state(tx, row))


def _refuse_other_than(rows: Mapping[UUID, object], person_ids: Sequence[UUID]) -> None:
    wrong: list[Detail] = []
    seen: set[UUID] = set()
    for place, given_id in enumerate(person_ids):
        if given_id not in rows:
            message = f"There is nobody with the id {given_id}; leave it out."
            wrong.append(Detail("unknown_id", message, f"/ids/{place}"))
        elif given_id in seen:
            message = f"{given_id} is there twice; name it once."
            wrong.append(Detail("repeated_id", message, f"/ids/{place}"))
        seen.add(given_id)
    wrong += [
        Detail("missing_id", f"{given_id} has no place; add it.", "/ids")
        for given_id in rows
        if given_id not in seen
    ]
    if wrong:
        message = "An order names everybody once: read the list again and send all of its ids."
        raise Invalid("incomplete_order", message, tuple(wrong))
