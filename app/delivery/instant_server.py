"""The GET requests of Meilisearch's clients: health, version, and search by query string."""

from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic_core import to_json
from starlette.datastructures import QueryParams
from starlette.responses import Response

from app.delivery import instant
from app.errors import BadRequest
from app.http.endpoint import RuntimeDep
from app.http.instant import InstantGetRoute, parse_wire
from app.kit.version import VERSION
from app.public.instant import InstantHealth, InstantResult, InstantVersion
from app.search.instant.questions import SearchQuestion

router = APIRouter(tags=["search"], route_class=InstantGetRoute)

_BASE: Final = "/v1/search/instant"
_LISTS: Final = (
    *("facets", "sort", "locales", "attributesToRetrieve", "attributesToHighlight"),
    *("attributesToCrop", "attributesToSearchOn"),
)
_NUMBERS: Final = ("offset", "limit", "page", "hitsPerPage", "cropLength")
_FLAGS: Final = {"true": True, "false": False}


@router.get(f"{_BASE}/health", response_model=InstantHealth)
async def read_search_health(request: Request) -> Response:
    """It can be asked, as `isHealthy()` wants to know."""
    _reject_query(request)
    return _answer(InstantHealth(status="available"))


@router.get(f"{_BASE}/version", response_model=InstantVersion)
async def read_search_version(request: Request) -> Response:
    """The version of this service."""
    _reject_query(request)
    instant_version = InstantVersion(commitSha="", commitDate="", pkgVersion=VERSION)
    return _answer(instant_version)


@router.get(f"{_BASE}/indexes/{{uid}}/search", response_model=InstantResult)
async def search_instantly_by_get(request: Request, uid: str, runtime: RuntimeDep) -> Response:
    """One search as `searchGet` sends it: what is JSON in a body, as parameters; lists by `,`."""
    search_question = parse_wire(SearchQuestion, to_json(_read(request.query_params)))
    return await instant.search_instantly(request, uid, search_question, runtime)


def _read(query: QueryParams) -> dict[str, Any]:
    read = {name: _value(name, text) for name, text in query.multi_items()}
    if len(read) < len(query.multi_items()):
        raise BadRequest("bad_request", "A parameter is there twice; send it once.")
    return read


def _value(name: str, text: str) -> Any:
    if name in _LISTS:
        return text.split(",") if text else []
    if name in _NUMBERS and text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    if name.startswith(("show", "retrieve")):
        return _FLAGS.get(text, text)
    return text


def _reject_query(request: Request) -> None:
    for name in request.query_params:
        raise BadRequest("bad_request", f"Unknown parameter `{name[:60]}`: there is none here.")


def _answer(answer: InstantHealth | InstantVersion) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(answer.model_dump_json(), 200, headers, "application/json")
