"""Scheduled articles for partners with the right to see them early. No cache keeps these routes."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app import cursors
from app.changes import head
from app.http import files
from app.http.endpoint import Cost
from app.http.parameters import Limit, NoneTravelling, NoParameters, Parameters
from app.http.partner_access import PRIVATE, PartnerKey, PartnerView, partner_responses
from app.http.problems import problem_answers
from app.http.routing import EndpointRoute
from app.public.envelopes import Links, One, Page, PageMeta
from app.public.partner import EmbargoedArticle
from app.published import embargoed
from app.published.media import PublicFile
from app.runtime import Runtime

router = APIRouter(prefix="/v1/partner", tags=["partner"], route_class=EndpointRoute)

_LIST: Final = "embargoed"


class EmbargoedParameters(Parameters):
    """The parameters of the list of scheduled articles."""

    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""


@router.get("/embargoed", response_model=Page[EmbargoedArticle], responses=partner_responses(403))
def list_embargoed(
    view: Annotated[PartnerView, Cost(slow=True)],
    presented: PartnerKey,
    params: EmbargoedParameters,
) -> Page[EmbargoedArticle]:
    """Scheduled articles whole, as they will be, as far ahead as was granted, in order of time."""
    log = head(view.tx)
    now = log.moment(view.runtime.clock())
    until = presented.horizon(view.tx, now)
    tags = view.runtime.memory.tags(view.tx, log)
    embargoed_page = embargoed.list_page(
        view.tx, tags, now, until, cursors.decode(params.cursor or None, _LIST), params.limit
    )
    base = f"{view.runtime.settings.public_url}/v1/partner/embargoed"
    after = embargoed_page.next.encode(_LIST) if embargoed_page.next is not None else None
    self_url = f"{base}?limit={params.limit}"
    return Page[EmbargoedArticle](
        data=embargoed_page.articles,
        meta=PageMeta(limit=params.limit),
        links=Links(
            self=f"{self_url}&cursor={params.cursor}" if params.cursor else self_url,
            next=f"{self_url}&cursor={after}" if after else None,
            prev=None,
        ),
    )


@router.get(
    "/embargoed/{article_id}",
    response_model=One[EmbargoedArticle],
    responses=partner_responses(403, 404),
)
def read_embargoed(
    view: PartnerView, article_id: UUID, presented: PartnerKey, _params: NoParameters
) -> One[EmbargoedArticle]:
    """One scheduled article whole, as it will be."""
    log = head(view.tx)
    now = log.moment(view.runtime.clock())
    until = presented.horizon(view.tx, now)
    embargoed_article = embargoed.get_article(
        view.tx, view.runtime.memory.tags(view.tx, log), article_id, now, until
    )
    return One[EmbargoedArticle](data=embargoed_article)


@router.get(
    "/embargoed/{article_id}/media/{media_id}/{rendition}",
    response_class=Response,
    responses={**files.file_responses(private=True), **problem_answers(401, 403, 429)},
)
async def read_embargoed_file(
    request: Request,
    article_id: UUID,
    media_id: UUID,
    rendition: str,
    presented: PartnerKey,
    _params: NoneTravelling,
) -> Response:
    """A file that a scheduled article shows; its own address begins with `/v1/media`, and answers
    from the moment on at which the article is public."""

    def find(runtime: Runtime) -> PublicFile:
        with runtime.database.reading() as tx:
            now = head(tx).moment(runtime.clock())
            until = presented.horizon(tx, now)
            return embargoed.get_file(tx, article_id, media_id, rendition, now, until)

    answer = await files.private_file(request, find)
    answer.headers["X-Robots-Tag"] = PRIVATE["X-Robots-Tag"]
    return answer
