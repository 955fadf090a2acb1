"""Many acts of the editors' desk in one transaction: all or none, or each for itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from app.changes import PublishTx
from app.editorial import drafting, workflow
from app.editorial.content import Actor, House, Remark
from app.editorial.workflow import Done
from app.errors import Conflict, Detail, PlannedRelease, WillayError
from app.inputs import Input
from app.models.article import Article
from app.public.vocabulary import Moment, Slug

AT_MOST: Final = 200

Mode = Literal["all_or_nothing", "per_item"]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]


class _Operation(Input):
    """What every operation names: the article, and the revision that its editor has seen."""

    id: UUID
    revision: Revision


class PublishOperation(_Operation):
    """Publish, now or at a time, until another."""

    op: Literal["publish"]
    visible_from: Moment | None = None
    visible_until: Moment | None = None
    text_revision: Revision | None = None
    cancels: bool = False


class UnpublishOperation(_Operation):
    """Take away."""

    op: Literal["unpublish"]
    note: Remark | None = None
    cancels: bool = False


class StepOperation(_Operation):
    """Ask for a review, approve, put into the trash, take out of it."""

    op: Literal["submit", "approve", "trash", "restore"]


class TagOperation(_Operation):
    """Add a tag or take it away."""

    op: Literal["add_tag", "remove_tag"]
    tag: Slug


Operation = Annotated[
    PublishOperation | UnpublishOperation | StepOperation | TagOperation,
    Field(discriminator="op"),
]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one operation: the article's revision then, or why it was refused."""

    operation: Operation
    revision: int | None
    error: WillayError | None
    cancelled: Sequence[PlannedRelease] = ()


def perform(
    tx: PublishTx, actor: Actor, operations: Sequence[Operation], mode: Mode, house: House
) -> list[Result]:
    """Perform in order, each behind a savepoint. `Conflict` names every operation that was
    refused when all or nothing was asked for."""
    results = [_tried(tx, actor, operation, house) for operation in operations]
    refused = tuple(
        Detail(one.error.code, one.error.message, pointer=f"/operations/{place}")
        for place, one in enumerate(results)
        if one.error is not None
    )
    if mode == "all_or_nothing" and refused:
        message = f"{len(refused)} of {len(results)} were refused, so nothing was done."
        raise Conflict("bulk_refused", message, refused)
    return results


def _tried(tx: PublishTx, actor: Actor, operation: Operation, house: House) -> Result:
    sequence = tx.sequence
    try:
        with tx.session.begin_nested():
            done = _performed(tx, actor, operation, house)
            tx.session.flush()
    except WillayError as error:
        tx.sequence = sequence
        return Result(operation, None, error)
    return Result(operation, done.revision, None, done.cancelled)


def _performed(tx: PublishTx, actor: Actor, operation: Operation, house: House) -> Done:
    here = (tx, actor, operation.id, operation.revision)
    match operation:
        case PublishOperation(visible_from=start, visible_until=end, text_revision=text):
            return workflow.publish(
                *(*here, house),
                at=start,
                until=end,
                text_revision=text,
                cancels=operation.cancels,
            )
        case UnpublishOperation(note=note):
            return workflow.unpublish(*here, note, cancels=operation.cancels)
        case TagOperation(op="add_tag", tag=slug):
            return Done(drafting.tag(*here, slug, tx.moment))
        case TagOperation(tag=slug):
            return Done(drafting.untag(*here, slug, tx.moment))
        case StepOperation(op=step):
            return Done(_STEPS[step](*here, tx.moment))


_Step = Callable[[PublishTx, Actor, UUID, int, datetime], Article]
_STEPS: Final[Mapping[str, _Step]] = {
    "submit": workflow.submit,
    "approve": workflow.approve,
    "trash": workflow.trash,
    "restore": workflow.restore,
}
