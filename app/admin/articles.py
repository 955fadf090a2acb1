"""Articles at the desk: write, look for, change, put away, copy, translate."""

from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.admin import article_views as views
from app.admin.article_views import ListedWorkingCopy, SavedArticle, WorkingArticle
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import articles, drafting, workflow, working_copies
from app.editorial.content import ArticleInput, Draft, Input, Line, prepare
from app.editorial.patching import ArticlePatch, patched
from app.editorial.states import State
from app.editorial.working_copies import CopyFilter
from app.http.access import actor, allowed
from app.http.bodies import LARGEST, json_of
from app.http.management import IF_MATCH, management
from app.http.parameters import (
    AnySlug,
    Flag,
    Language,
    Limit,
    Parameters,
    address,
    bad,
    date_of,
    known_names,
)
from app.http.problems import problem_answers
from app.http.writing import Outcome, changed, published, shown
from app.kit import paging
from app.kit.dates import first_instant
from app.public.envelopes import Links, One, Page, PageMeta
from app.public.vocabulary import Kind, Lang, Slug
from app.runtime import Runtime

router = management("articles")

Reader = Annotated[Principal, allowed("articles:read")]
Writer = Annotated[Principal, allowed("articles:write")]
Publisher = Annotated[Principal, allowed("articles:publish")]


class CopyParameters(Parameters):
    """Which working copies; all that are given must hold."""

    state: Annotated[str, Field(max_length=200, description="One of these, by `,`")] = ""
    live: Annotated[Flag | None, Field(description="The public reads it, or does not")] = None
    kind: Kind | None = None
    lang: Language = ""
    tag: AnySlug = ""
    saved_by: Annotated[UUID | None, Field(description="An account that saved a text of it")] = None
    q: Annotated[str, Field(max_length=200, description="In the title")] = ""
    updated_since: Annotated[str, Field(max_length=40, description="Changed since")] = ""
    missing: Annotated[
        Literal["", "alt"], Field(description="`alt`: its image has no alternative text yet")
    ] = ""
    trashed: Annotated[Flag, Field(description="What is in the trash instead")] = False
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""
    count: Annotated[Flag, Field(description="Also tell `meta.total`")] = False


class SaveParameters(Parameters):
    """How a text is saved."""

    autosave: Annotated[
        Flag, Field(description="Saved by a program: those of one person within 10 minutes fold")
    ] = False


class DuplicateInput(Input):
    """The copy's title; the same when absent."""

    title: Line | None = None


class TranslationInput(Input):
    """The language of a translation to be written, with its title and slug if they are known."""

    lang: Lang
    title: Line | None = None
    slug: Slug | None = None


@router.post(
    "/articles",
    status_code=201,
    response_model=One[SavedArticle],
    responses=problem_answers(409),
)
async def create_article(
    request: Request,
    who: Writer,
    sent: Annotated[ArticleInput, json_of(ArticleInput, most=LARGEST)],
) -> Response:
    """A new draft. `removed` says what its body lost when it was sanitised."""
    runtime: Runtime = request.state.runtime
    draft = await runtime.desk.run(lambda: prepare(sent, runtime.house))

    def work(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        article = drafting.create(tx, actor(who), draft, now)
        return views.saved(tx, article.id, now, draft.removed, 201)

    return await changed(request, who, work)


@router.get("/articles", response_model=Page[ListedWorkingCopy])
async def list_working_copies(
    request: Request, who: Reader, asked: Annotated[CopyParameters, Query()]
) -> Response:
    """Working copies, the last changed first, page by page."""
    runtime: Runtime = request.state.runtime
    base = f"{runtime.settings.public_url}/v1/admin/articles"
    states = known_names("state", "state", asked.state, get_args(State))
    chosen = CopyFilter(
        states=tuple(state for state in get_args(State) if state in states),
        live=asked.live,
        kind=asked.kind,
        lang=asked.lang or None,
        tag=asked.tag or None,
        saved_by=asked.saved_by,
        words=asked.q or None,
        updated_since=date_of("updated_since", asked.updated_since, first_instant),
        lacks_alt=asked.missing == "alt",
        trashed=asked.trashed,
    )
    cursor = _cursor(asked.cursor, repr(chosen))

    def work(tx: ReadTx) -> Outcome:
        now = runtime.clock()
        rows, more = working_copies.page(tx, chosen, cursor, asked.limit, now)
        last = rows[-1].article if more else None
        place = paging.Cursor(last.updated_at, last.id, backwards=False) if last else None
        links = Links(
            self=address(base, asked),
            next=address(base, asked, place.encode(repr(chosen))) if place else None,
            prev=None,
        )
        meta = PageMeta(limit=asked.limit)
        if asked.count:
            meta.total = working_copies.total(tx, chosen, now)
        data = [views.listed(row) for row in rows]
        return Outcome(Page[ListedWorkingCopy](data=data, meta=meta, links=links))

    return await shown(request, work)


@router.get("/articles/{article_id:uuid}", response_model=One[WorkingArticle])
async def read_working_copy(request: Request, article_id: UUID, who: Reader) -> Response:
    """One working copy; its `ETag` is what `If-Match` takes."""
    runtime: Runtime = request.state.runtime
    return await shown(request, lambda tx: views.one(tx, article_id, runtime.clock()))


@router.patch(
    "/articles/{article_id:uuid}", response_model=One[SavedArticle], responses=problem_answers(409)
)
async def change_article(
    request: Request,
    article_id: UUID,
    who: Writer,
    revision: Annotated[int, IF_MATCH],
    asked: Annotated[SaveParameters, Query()],
    sent: Annotated[ArticlePatch, json_of(ArticlePatch, most=LARGEST)],
) -> Response:
    """Change some fields of the newest text; what the public reads stays until it is published."""
    runtime: Runtime = request.state.runtime
    draft = await runtime.desk.run(lambda: merged(runtime, article_id, revision, sent))

    def work(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        drafting.change(tx, actor(who), article_id, revision, draft, now, autosave=asked.autosave)
        return views.saved(tx, article_id, now, draft.removed, 200)

    return await changed(request, who, work)


@router.delete("/articles/{article_id:uuid}", status_code=204, responses=problem_answers(409))
async def trash_article(
    request: Request, article_id: UUID, who: Writer, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Put it into the trash, where it keeps everything; what is public must be withdrawn first."""
    runtime: Runtime = request.state.runtime

    def work(tx: WriteTx) -> Outcome:
        article = workflow.trash(tx, actor(who), article_id, revision, runtime.clock())
        return Outcome(status=204, revision=article.revision)

    return await changed(request, who, work)


@router.post(
    "/articles/{article_id:uuid}/restore",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
async def restore_article(
    request: Request, article_id: UUID, who: Writer, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Take it out of the trash, as it was."""
    runtime: Runtime = request.state.runtime

    def work(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        workflow.restore(tx, actor(who), article_id, revision, now)
        return views.one(tx, article_id, now)

    return await changed(request, who, work)


@router.post(
    "/articles/{article_id:uuid}/duplicate",
    status_code=201,
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
async def duplicate_article(
    request: Request,
    article_id: UUID,
    who: Writer,
    sent: Annotated[DuplicateInput, json_of(DuplicateInput, optional=True)],
) -> Response:
    """A draft with the same text, another slug and a history of its own."""
    runtime: Runtime = request.state.runtime

    def work(tx: WriteTx) -> Outcome:
        now = runtime.clock()
        twin = drafting.duplicate(tx, actor(who), article_id, now, title=sent.title)
        return views.made(tx, twin.id, now)

    return await changed(request, who, work)


@router.post(
    "/articles/{article_id:uuid}/translations",
    status_code=201,
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
async def begin_translation(
    request: Request,
    article_id: UUID,
    who: Writer,
    sent: Annotated[TranslationInput, json_of(TranslationInput)],
) -> Response:
    """A draft in another language that begins with the same text, linked as a translation."""
    runtime: Runtime = request.state.runtime

    def work(tx: PublishTx) -> Outcome:
        made = drafting.translate(
            tx, actor(who), article_id, runtime.house, sent.lang, title=sent.title, slug=sent.slug
        )
        return views.made(tx, made.id, tx.moment)

    return await published(request, who, work)


@router.put(
    "/articles/{article_id:uuid}/translations/{other_id:uuid}",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
async def link_translation(
    request: Request,
    article_id: UUID,
    other_id: UUID,
    who: Publisher,
    revision: Annotated[int, IF_MATCH],
) -> Response:
    """Two articles are translations of one another; readers of both see that at once."""

    def work(tx: PublishTx) -> Outcome:
        drafting.link(tx, actor(who), article_id, revision, other_id)
        return views.one(tx, article_id, tx.moment)

    return await published(request, who, work)


@router.delete(
    "/articles/{article_id:uuid}/translations",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
async def unlink_translations(
    request: Request, article_id: UUID, who: Publisher, revision: Annotated[int, IF_MATCH]
) -> Response:
    """It is a translation of nothing any more; readers see that at once."""

    def work(tx: PublishTx) -> Outcome:
        drafting.unlink(tx, actor(who), article_id, revision)
        return views.one(tx, article_id, tx.moment)

    return await published(request, who, work)


def merged(runtime: Runtime, article_id: UUID, revision: int, patch: ArticlePatch) -> Draft:
    """The text that a patch makes of the one at a revision, before any lock is held."""
    with runtime.database.reading() as tx:
        copy = articles.read(tx, article_id)
    if copy.article.revision != revision:
        raise articles.stale(copy.article)
    return patched(copy, patch, runtime.house)


def _cursor(text: str, name: str) -> paging.Cursor | None:
    if not text:
        return None
    try:
        return paging.decode(text, name)
    except paging.BadCursor as error:
        message = "This cursor belongs to no such list; begin again without it."
        raise bad("invalid_cursor", "cursor", message) from error
