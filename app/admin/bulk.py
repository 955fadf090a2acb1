"""Many acts in one request."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.principal import require
from app.accounts.scopes import Scope
from app.admin.article_views import to_planned_release
from app.admin.articles import Writer
from app.changes import PublishTx
from app.editorial import bulk
from app.editorial.bulk import AT_MOST, Mode, Operation
from app.http.access import actor
from app.http.endpoint import Json, RuntimeDep
from app.http.management import management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
from app.public.envelopes import Code, PlannedRelease

router = management("bulk")

_SCOPES: Final[Mapping[str, Scope]] = {
    "publish": "articles:publish",
    "unpublish": "articles:publish",
    "approve": "articles:review",
}
"""The scope that an operation needs in addition to the right to write."""


class BulkInput(Input):
    """Operations in their order, each on the revision that its editor has seen."""

    mode: Mode
    operations: Annotated[
        tuple[Operation, ...], Field(min_length=1, max_length=AT_MOST, strict=False)
    ]


class BulkResult(BaseModel):
    """What came of one operation: the article's new revision, or why it was refused; the rest is
    null."""

    id: UUID
    op: str
    outcome: Literal["done", "refused"]
    revision: int | None
    code: Code | None
    message: str | None
    cancelled: list[PlannedRelease] = Field(description="What was scheduled and is not any more")


class BulkMeta(BaseModel):
    """How many were done and refused."""

    done: int
    refused: int


class BulkReport(BaseModel):
    """One result for each operation, in their order."""

    data: list[BulkResult]
    meta: BulkMeta


@router.post("/articles/bulk", response_model=BulkReport, responses=problem_answers(409))
def perform_in_bulk(
    tx: PublishTx, principal: Writer, body: Json[BulkInput], runtime: RuntimeDep
) -> Outcome:
    """Up to 200 operations: all or nothing (409 names those that were refused), or each for
    itself with a report."""
    for operation in body.operations:
        if operation.op in _SCOPES:
            require(principal, _SCOPES[operation.op])
    results = bulk.run_operations(
        tx, actor(principal), body.operations, body.mode, runtime.site_rules
    )
    data = [_view(result) for result in results]
    done = sum(result.outcome == "done" for result in data)
    return Outcome(BulkReport(data=data, meta=BulkMeta(done=done, refused=len(data) - done)))


def _view(result: bulk.OperationResult) -> BulkResult:
    error = result.error
    return BulkResult(
        id=result.operation.id,
        op=result.operation.op,
        outcome="done" if error is None else "refused",
        revision=result.revision,
        code=error.code if error else None,
        message=error.message if error else None,
        cancelled=[to_planned_release(release) for release in result.cancelled],
    )
