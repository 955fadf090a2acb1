"""Translations: begun, linked, and kept up with the article that they are translated from."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.admin import article_views as views
from app.admin.article_views import WorkingArticle
from app.admin.articles import Publisher, Reader, Writer
from app.admin.revisions import Diff, diff_outcome
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import articles, draft_commands, translation_sources
from app.editorial.content import Line
from app.http.access import actor
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import Flag, Parameters
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
from app.public.envelopes import One
from app.public.vocabulary import Lang, Slug

router = management("articles")


class TranslationInput(Input):
    """The language of a translation to be written, with its title and slug if they are known."""

    lang: Lang
    title: Line | None = None
    slug: Slug | None = None


class FollowInput(Input):
    """The article that it is translated from, and the text there that it has caught up with."""

    id: UUID
    text_revision: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="The newest when absent")
    ] = None


class SourceDiffParameters(Parameters):
    """How to tell what changed."""

    rendered: Annotated[Flag, Field(description="Also the body as HTML with its changes")] = False


@router.post(
    "/articles/{article_id:uuid}/translations",
    status_code=201,
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def begin_translation(
    tx: PublishTx,
    article_id: UUID,
    principal: Writer,
    body: Json[TranslationInput],
    runtime: RuntimeDep,
) -> Outcome:
    """A draft in another language that begins with the same text, linked as a translation."""
    article = draft_commands.translate(
        tx,
        actor(principal),
        article_id,
        runtime.site_rules,
        body.lang,
        title=body.title,
        slug=body.slug,
    )
    return views.created_outcome(tx, article.id, tx.moment)


@router.put(
    "/articles/{article_id:uuid}/translations/{other_id:uuid}",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def link_translation(
    tx: PublishTx, article_id: UUID, other_id: UUID, principal: Publisher, revision: IfMatch
) -> Outcome:
    """Two articles are translations of one another; readers of both see that at once."""
    draft_commands.link(tx, actor(principal), article_id, revision, other_id)
    return views.working_copy_outcome(tx, article_id, tx.moment)


@router.delete(
    "/articles/{article_id:uuid}/translations",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def unlink_translations(
    tx: PublishTx, article_id: UUID, principal: Publisher, revision: IfMatch
) -> Outcome:
    """It is a translation of nothing any more; readers see that at once."""
    draft_commands.unlink(tx, actor(principal), article_id, revision)
    return views.working_copy_outcome(tx, article_id, tx.moment)


@router.put(
    "/articles/{article_id:uuid}/translated-from",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def follow_source(
    tx: WriteTx,
    article_id: UUID,
    principal: Writer,
    revision: IfMatch,
    body: Json[FollowInput],
    runtime: RuntimeDep,
) -> Outcome:
    """Say which text of which translation it follows, for example once it has caught up."""
    now = runtime.clock()
    translation_sources.follow(
        tx, actor(principal), article_id, revision, body.id, body.text_revision, now
    )
    return views.working_copy_outcome(tx, article_id, now)


@router.get("/articles/{article_id:uuid}/translated-from/diff", response_model=One[Diff])
def read_source_diff(
    tx: ReadTx, article_id: UUID, principal: Reader, params: SourceDiffParameters
) -> Outcome:
    """What changed in the article that it is translated from, since the text that it follows."""
    article = articles.read(tx, article_id).article
    older, newer = translation_sources.texts_since(tx, article)
    return diff_outcome(older, newer, with_html=params.rendered)
