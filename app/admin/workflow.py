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
from app.admin.article_views import WorkingArticle
from app.admin.articles import Publisher, Writer, merged
from app.changes import PublishTx
from app.database import WriteTx
from app.editorial import workflow
from app.editorial.content import Actor, Input, Remark
from app.editorial.patching import ArticlePatch
from app.http.access import actor, allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, published
from app.public.envelopes import One
from app.public.vocabulary import Moment
from app.runtime import Runtime

router = management("workflow")

Reviewer = Annotated[Principal, allowed("articles:review")]


class NoteInput(Input):
    """What to tell."""

    note: Remark | None = None


class UnpublishInput(NoteInput):
    """What to tell readers, and whether it will be public again."""

    visible_from: Annotated[
        Moment | None, Field(description="Embargoed until then, and public again from then on")
    ] = None


class PublishInput(Input):
    """When it is public: from now and without end, unless told otherwise."""

    visible_from: Moment | None = None
    visible_until: Moment | None = None


class RetractInput(Input):
    """Readers are told the reason."""

    reason: Remark


class CorrectInput(Input):
    """What readers are told was wrong, and what is to be changed with it."""

    note: Remark
    changes: Annotated[ArticlePatch | None, Field(description="As in a PATCH")] = None
    visible_from: Moment | None = None


_ARTICLE: dict[str, Any] = {
    "response_model": One[WorkingArticle],
    "responses": problem_answers(409),
}


@router.post("/articles/{article_id:uuid}/submit", **_ARTICLE)
async def submit_article(
    request: Request, article_id: UUID, who: Writer, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Ask for a review."""
    return await _stepped(request, who, article_id, revision, workflow.submit)


@router.post("/articles/{article_id:uuid}/approve", **_ARTICLE)
async def approve_article(
    request: Request, article_id: UUID, who: Reviewer, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Say that the text as it stands may be published."""
    return await _stepped(request, who, article_id, revision, workflow.approve)


@router.post("/articles/{article_id:uuid}/return", **_ARTICLE)
async def return_article(
    request: Request,
    article_id: UUID,
    who: Reviewer,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[NoteInput, json_of(NoteInput, optional=True)],
) -> Response:
    """Send it back to its author, who sees the note; the public does not."""

    def step(tx: WriteTx, by: Actor, article_id: UUID, revision: int, now: datetime) -> object:
        return workflow.send_back(tx, by, article_id, revision, now, sent.note)

    return await _stepped(request, who, article_id, revision, step)


@router.post("/articles/{article_id:uuid}/publish", **_ARTICLE)
async def publish_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[PublishInput, json_of(PublishInput, optional=True)],
) -> Response:
    """Make the newest text public, from any state: now or at a time, until another."""
    runtime: Runtime = request.state.runtime

    def act(tx: PublishTx) -> object:
        start, end = sent.visible_from, sent.visible_until
        return workflow.publish(
            tx, actor(who), article_id, revision, runtime.house, at=start, until=end
        )

    return await _released(request, who, article_id, act)


@router.post("/articles/{article_id:uuid}/correct", **_ARTICLE)
async def correct_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[CorrectInput, json_of(CorrectInput)],
) -> Response:
    """Publish the newest text again, changed or not, with a dated note that readers see."""
    runtime: Runtime = request.state.runtime
    changes = sent.changes
    draft = None
    if changes is not None:
        draft = await runtime.desk.run(lambda: merged(runtime, article_id, revision, changes))

    def act(tx: PublishTx) -> object:
        here = (tx, actor(who), article_id, revision, runtime.house, sent.note)
        return workflow.correct(*here, draft=draft, at=sent.visible_from)

    return await _released(request, who, article_id, act)


@router.post("/articles/{article_id:uuid}/unpublish", **_ARTICLE)
async def unpublish_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[UnpublishInput, json_of(UnpublishInput, optional=True)],
) -> Response:
    """Take it away, now; what was scheduled is cancelled. Readers are told the note. With
    `visible_from` its newest text is public again from then on."""
    runtime: Runtime = request.state.runtime

    def act(tx: PublishTx) -> object:
        again, here = sent.visible_from, (tx, actor(who), article_id, revision)
        if again is None:
            return workflow.unpublish(*here, sent.note)
        return workflow.embargo(*here, runtime.house, again, sent.note)

    return await _released(request, who, article_id, act)


@router.post("/articles/{article_id:uuid}/retract", **_ARTICLE)
async def retract_article(
    request: Request,
    article_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[RetractInput, json_of(RetractInput)],
) -> Response:
    """Withdraw it, now and everywhere, for a reason that readers are told."""

    def act(tx: PublishTx) -> object:
        return workflow.retract(tx, actor(who), article_id, revision, sent.reason)

    return await _released(request, who, article_id, act)


@router.post("/articles/{article_id:uuid}/cancel", **_ARTICLE)
async def cancel_schedule(
    request: Request, article_id: UUID, who: Publisher, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Cancel what is scheduled; what is live stays."""

    def act(tx: PublishTx) -> object:
        return workflow.cancel(tx, actor(who), article_id, revision)

    return await _released(request, who, article_id, act)


async def _stepped(
    request: Request,
    who: Principal,
    article_id: UUID,
    revision: int,
    step: Callable[[WriteTx, Actor, UUID, int, datetime], object],
) -> Response:
    runtime: Runtime = request.state.runtime

    def work(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        step(tx, actor(who), article_id, revision, now)
        return views.one(tx, article_id, now)

    return await changed(request, who, work)


async def _released(
    request: Request, who: Principal, article_id: UUID, act: Callable[[PublishTx], object]
) -> Response:
    def work(tx: PublishTx) -> Outcome:
        act(tx)
        return views.one(tx, article_id, tx.moment)

    return await published(request, who, work)
