"""A new committee from a day on: terms that end and terms that begin, all at once or not at all."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.changes import PublishTx
from app.editorial.content import Actor
from app.editorial.people import MEMBERS, ChangedNames, MemberChange, NewMember
from app.errors import Detail, Invalid, NotFound
from app.inputs import Input
from app.public.vocabulary import CommitteeGroup, Day

_MOST = 100


class MemberMove(Input):
    """A member who goes on with another role or in another group; what is absent stays."""

    id: UUID
    role: ChangedNames | None = None
    group: CommitteeGroup | None = None


class Succession(Input):
    """What is different from the day `on`: who leaves, who goes on otherwise, who joins."""

    on: Annotated[Day, Field(description="The first day of the new terms")]
    leaving: Annotated[tuple[UUID, ...], Field(max_length=_MOST, strict=False)] = ()
    moving: Annotated[tuple[MemberMove, ...], Field(max_length=_MOST, strict=False)] = ()
    joining: Annotated[tuple[NewMember, ...], Field(max_length=_MOST, strict=False)] = ()


def apply_succession(tx: PublishTx, actor: Actor, succession: Succession) -> None:
    """End and begin the terms. Who goes on otherwise has two terms, so that the old role is shown
    until the day before and the new one from the day on.

    `Invalid` names everybody who is unknown, who is named twice, whose term does not hold on the
    day before, or who would join on another day.
    """
    rows = {key: _find(tx, key) for _, key in _ended_terms(succession)}
    if details := [*_faults(succession, rows)]:
        raise Invalid(details[0].code, " ".join(it.message for it in details), tuple(details))
    last_day = succession.on - timedelta(days=1)
    for _, key in _ended_terms(succession):
        MEMBERS.edit(tx, actor, key, MemberChange.model_validate({"term_to": last_day}))
    for move in succession.moving:
        MEMBERS.add(tx, actor, _next_term(tx, rows[move.id], move, succession.on))
    for member in succession.joining:
        first = member.model_copy(update={"term_from": succession.on})
        MEMBERS.add(tx, actor, first)


def _ended_terms(succession: Succession) -> Iterator[tuple[str, UUID]]:
    """The pointers and the ids of those whose term ends."""
    for place, key in enumerate(succession.leaving):
        yield f"/leaving/{place}", key
    for place, move in enumerate(succession.moving):
        yield f"/moving/{place}/id", move.id


def _find(tx: PublishTx, key: UUID) -> Any:
    try:
        return MEMBERS.lock(tx, key, None)
    except NotFound:
        return None


def _faults(succession: Succession, rows: dict[UUID, Any]) -> Iterator[Detail]:
    last_day = succession.on - timedelta(days=1)
    times_named = Counter(key for _, key in _ended_terms(succession))
    for pointer, key in _ended_terms(succession):
        row = rows[key]
        if row is None:
            yield Detail("unknown_member", f"There is nobody with the id {key}.", pointer=pointer)
        elif times_named[key] > 1:
            yield Detail("named_twice", f"{row.name} is named twice; say once.", pointer=pointer)
        elif not _is_in_office(row, last_day):
            message = f"{row.name} is not in office on {last_day}; change the term by itself."
            yield Detail("not_in_office", message, pointer=pointer)
    for place, member in enumerate(succession.joining):
        if member.term_from not in (None, succession.on):
            message = f"{member.name} would begin on another day; leave term_from out."
            yield Detail("another_day", message, pointer=f"/joining/{place}/term_from")
        elif member.term_to is not None and member.term_to < succession.on:
            message = f"The term of {member.name} would end before it begins."
            yield Detail("reversed_range", message, pointer=f"/joining/{place}/term_to")


def _is_in_office(row: Any, day: date) -> bool:
    begun = row.term_from is None or row.term_from <= day
    return begun and (row.term_to is None or row.term_to >= day)


def _next_term(tx: PublishTx, row: Any, move: MemberMove, first_day: date) -> NewMember:
    """The member as before, but for what changes. The slug stays with the first term."""
    change: dict[str, Any] = {"term_from": first_day, "term_to": None}
    change |= {} if move.role is None else {"role": move.role}
    change |= {} if move.group is None else {"group": move.group}
    after = MemberChange.model_validate(change).apply_to(MEMBERS.state(tx, row))
    fields = {name: after[name] for name in NewMember.model_fields}
    return NewMember.model_validate({**fields, "slug": None})
