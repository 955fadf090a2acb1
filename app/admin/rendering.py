"""What a body would look like in public, before anybody saves it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.admin import article_views as views
from app.admin.article_parts import Removed
from app.admin.articles import Writer
from app.changes import head
from app.database import ReadTx
from app.editorial.content import ArticleInput, Body, prepare
from app.editorial.rendering import FinishedBody, finish_body
from app.errors import Detail
from app.http.endpoint import LargeJson, RuntimeDep
from app.http.management import management
from app.http.transactions import Outcome, answer_read
from app.inputs import Input
from app.public.articles import Outline, to_outline
from app.public.envelopes import One
from app.public.vocabulary import BodyFormat, Lang
from app.published.dead_links import find_dead_links
from app.runtime import Runtime

router = management("rendering")


class RenderInput(Input):
    """A body, and the language of the article that it is for."""

    body: Body
    body_format: BodyFormat = "markdown"
    lang: Lang


class ArticleFinding(BaseModel):
    """Something that is wrong, with the code and the sentence that publishing would refuse it with
    if it is an error; `pointer` is its place in the article."""

    code: str
    message: str
    pointer: str | None


class RenderedLink(BaseModel):
    """A link out of the text; `dead` says why readers would find nothing at an address of ours."""

    url: str
    text: str
    dead: str | None


class RenderedMedium(BaseModel):
    """A picture or file of ours. `alt` is what readers get; `media_id` is null where the address
    is that of no file."""

    media_id: UUID | None
    url: str
    is_picture: bool
    alt: str
    problems: list[ArticleFinding]


class RenderedText(Outline):
    """A body as its publication would show it."""

    body_html: str
    removed: list[Removed]
    links: list[RenderedLink]
    media: list[RenderedMedium]


@router.post("/render", response_model=One[RenderedText])
async def render_text(
    request: Request, principal: Writer, body: LargeJson[RenderInput], runtime: RuntimeDep
) -> Response:
    """What publishing would make of a body. Nothing is saved."""
    content = ArticleInput(
        lang=body.lang, title="Text", body=body.body, body_format=body.body_format
    )
    draft = await runtime.edits.run(lambda: prepare(content, runtime.site_rules))

    def read(tx: ReadTx) -> Outcome:
        finished = finish_body(tx, draft)
        urls = [link.url for link in finished.links]
        dead = list_dead_links(tx, runtime, urls, runtime.clock())
        view = RenderedText(
            **to_outline(finished.body).model_dump(),
            body_html=finished.body.html,
            removed=views.to_removed(draft.removed),
            links=[
                RenderedLink(url=it.url, text=it.text, dead=dead.get(it.url))
                for it in finished.links
            ],
            media=_to_media(finished),
        )
        return Outcome(One[RenderedText](data=view))

    return await answer_read(request, read)


def list_dead_links(
    tx: ReadTx, runtime: Runtime, urls: Sequence[str], now: datetime
) -> dict[str, str]:
    """A sentence for each address of ours at which readers find nothing."""
    log = head(tx)
    return find_dead_links(
        tx,
        lambda: runtime.memory.tags(tx, log),
        urls,
        log.moment(now),
        runtime.settings.public_url,
        runtime.settings.page_urls,
    )


def to_finding(detail: Detail) -> ArticleFinding:
    """A finding as editors see it."""
    return ArticleFinding(code=detail.code, message=detail.message, pointer=detail.pointer)


def _to_media(finished: FinishedBody) -> list[RenderedMedium]:
    return [
        RenderedMedium(
            media_id=it.media_id,
            url=it.url,
            is_picture=it.is_picture,
            alt=it.alt,
            problems=[to_finding(fault) for fault in it.faults],
        )
        for it in finished.media
    ]
