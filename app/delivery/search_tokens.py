"""Tokens for sites that search the Meilisearch server directly; off unless a setting is set."""

import logging
from datetime import timedelta

from fastapi import APIRouter
from pydantic_core import to_json
from starlette.responses import Response

from app.errors import NotFound, Unavailable
from app.http.bodies import NoBody
from app.http.endpoint import RuntimeDep, SmallOptionalJson
from app.http.parameters import NoParameters
from app.http.problems import NO_STORE, problem_answers
from app.http.routing import EndpointRoute
from app.kit.clock import rfc3339
from app.public.envelopes import One
from app.public.instant import SearchToken

router = APIRouter(tags=["search"], route_class=EndpointRoute)
_LOG = logging.getLogger("willay.search")


@router.post(
    "/v1/search/tokens",
    status_code=201,
    response_model=One[SearchToken],
    responses={
        **problem_answers(400, 404, 408, 409, 413, 415, 422, 503),
        201: {"headers": {"Cache-Control": NO_STORE}},
    },
)
async def create_search_token(
    _params: NoParameters,
    _body: SmallOptionalJson[NoBody],
    runtime: RuntimeDep,
) -> Response:
    """A token for the search server itself: it finds what is public, until it expires."""
    settings, make = runtime.settings, runtime.search.token
    where = settings.meilisearch_public_url or settings.meilisearch_url
    if make is None or where is None:
        raise NotFound(
            "search_tokens_off",
            "No search tokens are given here; ask /v1/search/instant, which takes any key.",
        )
    until = runtime.clock().replace(microsecond=0)
    until += timedelta(minutes=settings.search_token_minutes)
    try:
        token = await runtime.searches.run(lambda: make(until))
    except Unavailable as error:
        # The server's message names internal addresses, so it only goes to the log.
        _LOG.warning("no search token: %s", error.message)
        raise Unavailable(
            error.code, "The search server cannot be asked now; try again."
        ) from error
    search_token = SearchToken(
        token=token,
        url=where,
        index=settings.meilisearch_index,
        expires_at=rfc3339(until),
    )
    return Response(
        b'{"data":%s}' % to_json(search_token),
        201,
        {"Cache-Control": "no-store"},
        "application/json",
    )
