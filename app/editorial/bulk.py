"""Many acts of an editor in one transaction: all or none, or each by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from app.changes import PublishTx
from app.editorial import draft_commands, workflow
from app.editorial.content import Actor, Remark, SiteRules
from app.editorial.workflow import Effect
from app.errors import Conflict, Detail, ScheduledRelease, WillayError
from app.inputs import Input
from app.models.article import Article
from app.public.vocabulary import Moment, Slug

AT_MOST: Final = 200

Mode = Literal["all_or_nothing", "per_item"]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]


class _Operation(Input):
    """The target of an operation: the article, and the revision that its editor has seen."""

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
class OperationResult:
    """The result of an operation: the article's new revision, or the error."""

    operation: Operation
    revision: int | None
    error: WillayError | None
    cancelled: Sequence[ScheduledRelease] = ()


def run_operations(
    tx: PublishTx, actor: Actor, operations: Sequence[Operation], mode: Mode, rules: SiteRules
) -> list[OperationResult]:
    """Run the operations in order, each in a savepoint. `Conflict` names every refused operation
    when the mode is all or nothing."""
    results = [_try_operation(tx, actor, operation, rules) for operation in operations]
    refused = tuple(
        Detail(result.error.code, result.error.message, pointer=f"/operations/{place}")
        for place, result in enumerate(results)
        if result.error is not None
    )
    if mode == "all_or_nothing" and refused:
        message = f"{len(refused)} of {len(results)} were refused, so nothing was done."
        raise Conflict("bulk_refused", message, refused)
    return results


def _try_operation(
    tx: PublishTx, actor: Actor, operation: Operation, rules: SiteRules
) -> OperationResult:
    sequence = tx.sequence
    try:
        with tx.session.begin_nested():
            effect = _run_operation(tx, actor, operation, rules)
            tx.session.flush()
    except WillayError as error:
        tx.sequence = sequence
        return OperationResult(operation, None, error)
    return OperationResult(operation, effect.revision, None, effect.cancelled)


def _run_operation(tx: PublishTx, actor: Actor, operation: Operation, rules: SiteRules) -> Effect:
    args = (tx, actor, operation.id, operation.revision)
    match operation:
        case PublishOperation(visible_from=start, visible_until=end, text_revision=text):
            return workflow.publish(
                *(*args, rules),
                at=start,
                until=end,
                text_revision=text,
                cancels=operation.cancels,
            )
        case UnpublishOperation(note=note):
            return workflow.unpublish(*args, note, cancels=operation.cancels)
        case TagOperation(op="add_tag", tag=slug):
            return Effect(draft_commands.tag(*args, slug, tx.moment))
        case TagOperation(tag=slug):
            return Effect(draft_commands.untag(*args, slug, tx.moment))
        case StepOperation(op=step):
            return Effect(_STEPS[step](*args, tx.moment))


_Step = Callable[[PublishTx, Actor, UUID, int, datetime], Article]
_STEPS: Final[Mapping[str, _Step]] = {
    "submit": workflow.submit,
    "approve": workflow.approve,
    "trash": workflow.trash,
    "restore": workflow.restore,
}
