"""Articles for editors: write, list, change, trash, copy, translate."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.admin import article_views as views
from app.admin.article_views import SavedArticle, WorkingArticle
from app.database import ReadTx, WriteTx
from app.editorial import articles, draft_commands, workflow
from app.editorial.article_patch import ArticlePatch, apply_patch
from app.editorial.content import ArticleInput, Draft, Line, prepare
from app.http.access import actor, require_scopes
from app.http.endpoint import LargeJson, OptionalJson, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import Flag, Parameters
from app.http.problems import problem_answers
from app.http.transactions import Outcome, answer_write
from app.inputs import Input
from app.public.envelopes import One
from app.runtime import Runtime

router = management("articles")

Reader = Annotated[Principal, require_scopes("articles:read")]
Writer = Annotated[Principal, require_scopes("articles:write")]
Publisher = Annotated[Principal, require_scopes("articles:publish")]


class SaveParameters(Parameters):
    """The parameters of a save."""

    autosave: Annotated[
        Flag, Field(description="Saved by a program: those of one person within 10 minutes fold")
    ] = False


class DuplicateInput(Input):
    """The copy's title; the same when absent."""

    title: Line | None = None


@router.post(
    "/articles",
    status_code=201,
    response_model=One[SavedArticle],
    responses=problem_answers(409),
)
async def create_article(
    request: Request, principal: Writer, body: LargeJson[ArticleInput], runtime: RuntimeDep
) -> Response:
    """A new draft. `removed` says what its body lost when it was sanitised."""
    draft = await runtime.edits.run(lambda: prepare(body, runtime.site_rules))

    def save(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        article = draft_commands.create(tx, actor(principal), draft, now)
        return views.saved_outcome(tx, article.id, now, draft.removed, 201)

    return await answer_write(request, principal, save)


@router.get("/articles/{article_id:uuid}", response_model=One[WorkingArticle])
def read_working_copy(
    tx: ReadTx, article_id: UUID, principal: Reader, runtime: RuntimeDep
) -> Outcome:
    """One working copy; its `ETag` is what `If-Match` takes."""
    return views.working_copy_outcome(tx, article_id, runtime.clock())


@router.patch(
    "/articles/{article_id:uuid}", response_model=One[SavedArticle], responses=problem_answers(409)
)
async def change_article(
    request: Request,
    article_id: UUID,
    principal: Writer,
    revision: IfMatch,
    params: SaveParameters,
    body: LargeJson[ArticlePatch],
    runtime: RuntimeDep,
) -> Response:
    """Change some fields of the newest text; what the public reads stays until it is published."""
    draft = await runtime.edits.run(lambda: merge_patch(runtime, article_id, revision, body))

    def save(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        draft_commands.change(
            tx, actor(principal), article_id, revision, draft, now, autosave=params.autosave
        )
        return views.saved_outcome(tx, article_id, now, draft.removed, 200)

    return await answer_write(request, principal, save)


@router.delete("/articles/{article_id:uuid}", status_code=204, responses=problem_answers(409))
def trash_article(
    tx: WriteTx, article_id: UUID, principal: Writer, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Put it into the trash, where it keeps everything; what is public must be withdrawn first."""
    article = workflow.trash(tx, actor(principal), article_id, revision, runtime.clock())
    return Outcome(status=204, revision=article.revision)


@router.post(
    "/articles/{article_id:uuid}/restore",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def restore_article(
    tx: WriteTx, article_id: UUID, principal: Writer, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Take it out of the trash, as it was."""
    now = runtime.clock()
    workflow.restore(tx, actor(principal), article_id, revision, now)
    return views.working_copy_outcome(tx, article_id, now)


@router.post(
    "/articles/{article_id:uuid}/duplicate",
    status_code=201,
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def duplicate_article(
    tx: WriteTx,
    article_id: UUID,
    principal: Writer,
    body: OptionalJson[DuplicateInput],
    runtime: RuntimeDep,
) -> Outcome:
    """A draft with the same text, another slug and a history of its own."""
    now = runtime.clock()
    twin = draft_commands.duplicate(tx, actor(principal), article_id, now, title=body.title)
    return views.created_outcome(tx, twin.id, now)


def merge_patch(runtime: Runtime, article_id: UUID, revision: int, patch: ArticlePatch) -> Draft:
    """The draft that a patch makes of the text at `revision`, made before any lock is held."""
    with runtime.database.reading() as tx:
        copy = articles.read(tx, article_id)
    if copy.article.revision != revision:
        raise articles.stale_error(copy.article)
    return apply_patch(copy, patch, runtime.site_rules)
