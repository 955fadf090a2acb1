"""Feeds of articles in three formats: the newest to follow, and the whole archive by month."""

from collections.abc import Callable, Iterable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from app.delivery.channels import ArchivedParameters, Asked, FeedRequest, PagedParameters
from app.delivery.filters import list_filter
from app.feeds import atom, json_feed, rss
from app.feeds.channel import Channel, FeedArticle
from app.http.endpoint import RuntimeDep
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View, answer_search, answer_view
from app.public.json_feed import JsonFeed
from app.published.answer import Answer
from app.published.cache_keys import LISTS, SEARCH
from app.runtime import Runtime

router = APIRouter(tags=["feeds"], route_class=EndpointRoute)


class RssResponse(Response):
    """RSS 2.0."""

    media_type = rss.MEDIA_TYPE


class AtomResponse(Response):
    """Atom."""

    media_type = atom.MEDIA_TYPE


class JsonFeedResponse(JSONResponse):
    """JSON Feed."""

    media_type = json_feed.MEDIA_TYPE


_RESPONSES = public_responses(304, 400, 503, links=True)


@router.get("/v1/feeds/articles.rss", response_class=RssResponse, responses=_RESPONSES)
async def read_rss_feed(
    request: Request, params: ArchivedParameters, runtime: RuntimeDep
) -> Response:
    """RSS 2.0 with whole texts; `month` and the archive links lead through all of it."""
    return await _answer_feed(request, runtime, params, rss.render, rss.MEDIA_TYPE)


@router.get("/v1/feeds/articles.atom", response_class=AtomResponse, responses=_RESPONSES)
async def read_atom_feed(
    request: Request, params: ArchivedParameters, runtime: RuntimeDep
) -> Response:
    """Atom with whole texts, archives (RFC 5005) and takedowns (RFC 6721)."""
    return await _answer_feed(request, runtime, params, atom.render, atom.MEDIA_TYPE)


@router.get(
    "/v1/feeds/articles.json",
    response_class=JsonFeedResponse,
    response_model=JsonFeed,
    responses=_RESPONSES,
)
async def read_json_feed(
    request: Request, params: PagedParameters, runtime: RuntimeDep
) -> Response:
    """JSON Feed 1.1 with whole texts; `next_url` leads through all of it."""
    return await _answer_feed(request, runtime, params, json_feed.render, json_feed.MEDIA_TYPE)


Render = Callable[[Channel, Iterable[FeedArticle]], bytes]


async def _answer_feed(
    request: Request, runtime: Runtime, params: Asked, render: Render, media: str
) -> Response:
    base = f"{runtime.settings.public_url}{request.url.path}"

    def document(view: View) -> FeedRequest:
        filters = list_filter(params, view.tags, view.runtime.settings)
        deletes = media == atom.MEDIA_TYPE  # only Atom has an element for takedowns
        return FeedRequest(view, params, base, filters, deletes)

    keys = f"{LISTS} {SEARCH}" if params.q else LISTS

    def render_feed(channel: Channel, items: Iterable[FeedArticle]) -> Answer:
        links = {name: channel.links.get(name) for name in ("self", "hub", "next", "prev-archive")}
        return Answer(render(channel, items), links, keys, media)

    if params.q:
        return await answer_search(
            request,
            lambda view: document(view).query(),
            runtime.search.search,
            lambda view, _, served: render_feed(*document(view).from_hits(served.result.hits)),
        )
    month = isinstance(params, ArchivedParameters) and params.month
    return await answer_view(
        request, lambda view: render_feed(*document(view).build()), slow=bool(month)
    )
