"""The states of an article: review, release, correction, withdrawal."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.admin import article_views as views
from app.admin.article_views import ReleasedArticle, WorkingArticle
from app.admin.articles import Publisher, Writer
from app.changes import PublishTx
from app.database import WriteTx
from app.editorial import workflow
from app.editorial.article_patch import ArticlePatch, apply_patch
from app.editorial.content import Draft, Remark
from app.editorial.correcting import text_to_correct
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, LargeJson, OptionalJson, RuntimeDep
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome, answer_publish
from app.inputs import Input
from app.public.envelopes import One
from app.public.vocabulary import Lang, Moment
from app.runtime import Runtime

router = management("workflow")

Reviewer = Annotated[Principal, require_scopes("articles:review")]


Text = Annotated[
    int | None,
    Field(ge=1, le=2**31 - 1, description="The number of the text that is meant: 409 if moved"),
]
Cancels = Annotated[
    bool, Field(description="End what is scheduled too; without it that is refused with 409")
]
Siblings = Annotated[
    tuple[Lang, ...],
    Field(max_length=50, strict=False, description="Languages in which to do the same"),
]


class NoteInput(Input):
    """What to tell."""

    note: Remark | None = None


class UnpublishInput(NoteInput):
    """What to tell readers, and whether it will be public again."""

    cancels: Cancels = False
    siblings: Siblings = ()
    visible_from: Annotated[
        Moment | None, Field(description="Embargoed until then, and public again from then on")
    ] = None


class PublishInput(Input):
    """When it is public: from now and without end, unless told otherwise."""

    visible_from: Moment | None = None
    visible_until: Moment | None = None
    text_revision: Text = None
    cancels: Cancels = False


class RetractInput(Input):
    """Readers are told the reason."""

    reason: Remark
    cancels: Cancels = False
    siblings: Siblings = ()


class CorrectInput(Input):
    """What readers are told was wrong, and what is to be changed in what they read. Siblings get
    the note alone. What is scheduled stays so, with the note, unless `cancels` is true."""

    note: Remark
    changes: Annotated[ArticlePatch | None, Field(description="As in a PATCH")] = None
    visible_from: Moment | None = None
    text_revision: Text = None
    cancels: bool = False
    siblings: Siblings = ()


_ARTICLE: dict[str, Any] = {
    "response_model": One[WorkingArticle],
    "responses": problem_answers(409),
}
_RELEASED: dict[str, Any] = {**_ARTICLE, "response_model": One[ReleasedArticle]}


@router.post("/articles/{article_id:uuid}/submit", **_ARTICLE)
def submit_article(
    tx: WriteTx,
    article_id: UUID,
    principal: Writer,
    revision: IfMatch,
    body: OptionalJson[NoteInput],
    runtime: RuntimeDep,
) -> Outcome:
    """Ask for a review; who reviews sees the note, the public does not."""
    now = runtime.clock()
    workflow.submit(tx, actor(principal), article_id, revision, now, body.note)
    return views.working_copy_outcome(tx, article_id, now)


@router.post("/articles/{article_id:uuid}/approve", **_ARTICLE)
def approve_article(
    tx: WriteTx,
    article_id: UUID,
    principal: Reviewer,
    revision: IfMatch,
    body: OptionalJson[NoteInput],
    runtime: RuntimeDep,
) -> Outcome:
    """Say that the text as it stands may be published; editors see the note."""
    now = runtime.clock()
    workflow.approve(tx, actor(principal), article_id, revision, now, body.note)
    return views.working_copy_outcome(tx, article_id, now)


@router.post("/articles/{article_id:uuid}/return", **_ARTICLE)
def return_article(
    tx: WriteTx,
    article_id: UUID,
    principal: Reviewer,
    revision: IfMatch,
    body: OptionalJson[NoteInput],
    runtime: RuntimeDep,
) -> Outcome:
    """Send it back to its author, who sees the note; the public does not."""
    now = runtime.clock()
    workflow.send_back(tx, actor(principal), article_id, revision, now, body.note)
    return views.working_copy_outcome(tx, article_id, now)


@router.post("/articles/{article_id:uuid}/publish", **_RELEASED)
def publish_article(
    tx: PublishTx,
    article_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: OptionalJson[PublishInput],
    runtime: RuntimeDep,
) -> Outcome:
    """Make the newest text public, from any state: now or at a time, until another."""
    effect = workflow.publish(
        *(tx, actor(principal), article_id, revision, runtime.site_rules),
        at=body.visible_from,
        until=body.visible_until,
        text_revision=body.text_revision,
        cancels=body.cancels,
    )
    return views.released_outcome(tx, effect, tx.moment)


@router.post("/articles/{article_id:uuid}/correct", **_RELEASED)
async def correct_article(
    request: Request,
    article_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: LargeJson[CorrectInput],
    runtime: RuntimeDep,
) -> Response:
    """Publish what readers see again, changed or not, with a dated note that they see too. A
    newer draft stays a draft."""
    draft, meant = None, body.text_revision
    if body.changes is not None:
        patch, at = body.changes, body.visible_from
        draft, number = await runtime.edits.run(
            lambda: _merge_correction(runtime, article_id, revision, patch, at)
        )
        meant = number if meant is None else meant

    def correct(tx: PublishTx) -> Outcome:
        effect = workflow.correct(
            *(tx, actor(principal), article_id, revision, runtime.site_rules, body.note),
            draft=draft,
            at=body.visible_from,
            text_revision=meant,
            cancels=body.cancels,
            siblings=body.siblings,
        )
        return views.released_outcome(tx, effect, tx.moment)

    return await answer_publish(request, principal, correct)


@router.post("/articles/{article_id:uuid}/unpublish", **_RELEASED)
def unpublish_article(
    tx: PublishTx,
    article_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: OptionalJson[UnpublishInput],
    runtime: RuntimeDep,
) -> Outcome:
    """Take it away, now. Readers are told the note. With `visible_from` what they saw is public
    again from then on."""
    again, args = body.visible_from, (tx, actor(principal), article_id, revision)
    cancels, siblings = body.cancels, body.siblings
    if again is None:
        effect = workflow.unpublish(*args, body.note, cancels=cancels, siblings=siblings)
    else:
        effect = workflow.embargo(
            *(*args, runtime.site_rules, again, body.note), cancels=cancels, siblings=siblings
        )
    return views.released_outcome(tx, effect, tx.moment)


@router.post("/articles/{article_id:uuid}/retract", **_RELEASED)
def retract_article(
    tx: PublishTx,
    article_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: Json[RetractInput],
) -> Outcome:
    """Withdraw it, now and everywhere, for a reason that readers are told."""
    effect = workflow.retract(
        *(tx, actor(principal), article_id, revision, body.reason),
        cancels=body.cancels,
        siblings=body.siblings,
    )
    return views.released_outcome(tx, effect, tx.moment)


@router.post("/articles/{article_id:uuid}/cancel", **_RELEASED)
def cancel_schedule(
    tx: PublishTx, article_id: UUID, principal: Publisher, revision: IfMatch
) -> Outcome:
    """Cancel what is scheduled; what is live stays."""
    effect = workflow.cancel(tx, actor(principal), article_id, revision)
    return views.released_outcome(tx, effect, tx.moment)


def _merge_correction(
    runtime: Runtime, article_id: UUID, revision: int, patch: ArticlePatch, at: datetime | None
) -> tuple[Draft, int]:
    """The draft that a patch makes of the public text, and that text's number; no lock is held."""
    with runtime.database.reading() as tx:
        public, number = text_to_correct(tx, article_id, revision, at, runtime.clock())
    return apply_patch(public, patch, runtime.site_rules), number
