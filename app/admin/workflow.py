"""The way of an article: review, release, correction, withdrawal."""

from collections.abc import Callable
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
from app.editorial.content import Actor, Draft, Input, Remark
from app.editorial.correcting import correctable
from app.editorial.patching import ArticlePatch, patched
from app.editorial.workflow import Done
from app.http.access import actor, allowed
from app.http.bodies import LARGEST, json_of
from app.http.management import IF_MATCH, management
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, published
from app.public.envelopes import One
from app.public.vocabulary import Lang, Moment
from app.runtime import Runtime

router = management("workflow")

Reviewer = Annotated[Principal, allowed("articles:review")]


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
async def submit_article(
    request: Request,
    article_id: UUID,
    who: Writer,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[NoteInput, json_of(NoteInput, optional=True)],
) -> Response:
    """Ask for a review; who reviews sees the note, the public does not."""
    return await _stepped(request, who, article_id, revision, workflow.submit, sent)


@router.post("/articles/{article_id:uuid}/approve", **_ARTICLE)
async def approve_article(
    request: Request,
    article_id: UUID,
    who: Reviewer,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[NoteInput, json_of(NoteInput, optional=True)],
) -> Response:
    """Say that the text as it stands may be published; editors see the note."""
    return await _stepped(request, who, article_id, revision, workflow.approve, sent)


@router.post("/articles/{article_id:uuid}/return", **_ARTICLE)
async def return_article(
    request: Request,
    article_id: UUID,
    who: Reviewer,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[NoteInput, json_of(NoteInput, optional=True)],
) -> Response:
    """Send it back to its author, who sees the note; the public does not."""
    return await _stepped(request, who, article_id, revision, workflow.send_back, sent)


@router.post("/articles/{article_id:uuid}/publish", **_RELEASED)
async def publish_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[PublishInput, json_of(PublishInput, optional=True)],
) -> Response:
    """Make the newest text public, from any state: now or at a time, until another."""
    runtime: Runtime = request.state.runtime

    def act(tx: PublishTx) -> Done:
        return workflow.publish(
            *(tx, actor(who), article_id, revision, runtime.house),
            at=sent.visible_from,
            until=sent.visible_until,
            text_revision=sent.text_revision,
            cancels=sent.cancels,
        )

    return await _released(request, who, act)


@router.post("/articles/{article_id:uuid}/correct", **_RELEASED)
async def correct_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[CorrectInput, json_of(CorrectInput, most=LARGEST)],
) -> Response:
    """Publish what readers see again, changed or not, with a dated note that they see too. A
    newer draft stays a draft."""
    runtime: Runtime = request.state.runtime
    draft, meant = None, sent.text_revision
    if sent.changes is not None:
        patch, at = sent.changes, sent.visible_from
        draft, number = await runtime.desk.run(
            lambda: _corrected(runtime, article_id, revision, patch, at)
        )
        meant = number if meant is None else meant

    def act(tx: PublishTx) -> Done:
        return workflow.correct(
            *(tx, actor(who), article_id, revision, runtime.house, sent.note),
            draft=draft,
            at=sent.visible_from,
            text_revision=meant,
            cancels=sent.cancels,
            siblings=sent.siblings,
        )

    return await _released(request, who, act)


@router.post("/articles/{article_id:uuid}/unpublish", **_RELEASED)
async def unpublish_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[UnpublishInput, json_of(UnpublishInput, optional=True)],
) -> Response:
    """Take it away, now. Readers are told the note. With `visible_from` what they saw is public
    again from then on."""
    runtime: Runtime = request.state.runtime

    def act(tx: PublishTx) -> Done:
        again, here = sent.visible_from, (tx, actor(who), article_id, revision)
        cancels, siblings = sent.cancels, sent.siblings
        if again is None:
            return workflow.unpublish(*here, sent.note, cancels=cancels, siblings=siblings)
        return workflow.embargo(
            *(*here, runtime.house, again, sent.note), cancels=cancels, siblings=siblings
        )

    return await _released(request, who, act)


@router.post("/articles/{article_id:uuid}/retract", **_RELEASED)
async def retract_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[RetractInput, json_of(RetractInput)],
) -> Response:
    """Withdraw it, now and everywhere, for a reason that readers are told."""

    def act(tx: PublishTx) -> Done:
        return workflow.retract(
            *(tx, actor(who), article_id, revision, sent.reason),
            cancels=sent.cancels,
            siblings=sent.siblings,
        )

    return await _released(request, who, act)


@router.post("/articles/{article_id:uuid}/cancel", **_RELEASED)
async def cancel_schedule(
    request: Request, article_id: UUID, who: Publisher, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Cancel what is scheduled; what is live stays."""

    def act(tx: PublishTx) -> Done:
        return workflow.cancel(tx, actor(who), article_id, revision)

    return await _released(request, who, act)


async def _stepped(
    request: Request,
    who: Principal,
    article_id: UUID,
    revision: int,
    step: Callable[[WriteTx, Actor, UUID, int, datetime, str | None], object],
    sent: NoteInput,
) -> Response:
    runtime: Runtime = request.state.runtime

    def work(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        step(tx, actor(who), article_id, revision, now, sent.note)
        return views.one(tx, article_id, now)

    return await changed(request, who, work)


async def _released(request: Request, who: Principal, act: Callable[[PublishTx], Done]) -> Response:
    return await published(request, who, lambda tx: views.released(tx, act(tx), tx.moment))


def _corrected(
    runtime: Runtime, article_id: UUID, revision: int, patch: ArticlePatch, at: datetime | None
) -> tuple[Draft, int]:
    """What a patch makes of the text that readers see, before any lock is held; its number."""
    with runtime.database.reading() as tx:
        public, number = correctable(tx, article_id, revision, at, runtime.clock())
    return patched(public, patch, runtime.house), number
