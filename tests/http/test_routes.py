"""A route class gives an endpoint what FastAPI would, or refuses when the route is made."""

from typing import Annotated
from uuid import UUID

import pytest
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Header,
    Query,
    Request,
)
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.admin import routes as admin
from app.delivery import routes as delivery
from app.errors import Forbidden
from app.http.parameters import NoParameters
from app.http.problems import allowed_methods
from app.http.routing import ReadRoute, TravellingRoute
from app.main import create_app
from tests.conftest import Bench

Asked = Annotated[NoParameters, Query()]


def deny() -> None:
    raise Forbidden("denied", "No.")


async def good(request: Request, asked: Asked) -> Response:
    return Response("top secret")


async def with_dependency(
    request: Request, asked: Asked, _: Annotated[None, Depends(deny)]
) -> Response:
    return Response()


async def with_header(
    request: Request, asked: Asked, accept: Annotated[str, Header()] = ""
) -> Response:
    return Response()


async def with_cookie(
    request: Request, asked: Asked, sid: Annotated[str, Cookie()] = ""
) -> Response:
    return Response()


async def with_body(
    request: Request, asked: Asked, sent: Annotated[dict[str, str], Body()]
) -> Response:
    return Response()


async def with_id(request: Request, key: UUID, asked: Asked) -> Response:
    return Response()


async def with_number(request: Request, key: int, asked: Asked) -> Response:
    return Response()


async def without_set(request: Request, key: str) -> Response:
    return Response()


async def with_single(request: Request, key: str, q: str = "") -> Response:
    return Response()


async def with_two(request: Request, asked: Asked, page: int = 1) -> Response:
    return Response()


async def without_request(asked: Asked) -> Response:
    return Response()


async def with_tasks(request: Request, asked: Asked, tasks: BackgroundTasks) -> Response:
    return Response()


async def with_response(request: Request, asked: Asked, response: Response) -> Response:
    return Response()


@pytest.mark.parametrize(
    "endpoint",
    [
        *(with_dependency, with_header, with_cookie, with_body, with_id, with_number),
        *(without_set, with_single, with_two, without_request, with_tasks, with_response),
    ],
)
def test_what_would_be_dropped_is_refused(endpoint: object) -> None:
    router = APIRouter(route_class=ReadRoute)
    path = "/x/{key}" if endpoint in (with_id, with_number, without_set, with_single) else "/x"
    with pytest.raises(TypeError, match="would drop"):
        router.get(path)(endpoint)  # type: ignore[type-var]


def test_what_a_router_adds_is_refused_too() -> None:
    with pytest.raises(TypeError, match="dependencies"):
        APIRouter(route_class=ReadRoute, dependencies=[Depends(deny)]).get("/x")(good)
    router = APIRouter(route_class=ReadRoute)
    router.get("/x")(good)
    with pytest.raises(TypeError, match="dependencies"):
        router.get("/y", dependencies=[Depends(deny)])(good)
    outer = APIRouter()
    outer.include_router(router, dependencies=[Depends(deny)])
    for app, one in ((FastAPI(dependencies=[Depends(deny)]), router), (FastAPI(), outer)):
        with pytest.raises(TypeError, match="dependencies"):
            _finished(app, one)


def _finished(app: FastAPI, router: APIRouter) -> None:
    """As FastAPI includes a router, with its routes built."""
    app.include_router(router)
    allowed_methods(app, {"type": "http", "path": "/", "method": "GET"})


def test_the_application_serves_the_routes_as_they_are(quiet: Bench) -> None:
    """`create_app` takes them over without `include_router`, so what FastAPI would add to them by
    the application or by inclusion would be dropped: there is nothing."""
    app = create_app(quiet.runtime)
    routes = [one for router in (*delivery.ROUTERS, *admin.ROUTERS) for one in router.routes]
    assert {id(route) for route in routes} <= {id(route) for route in app.routes}
    assert all(isinstance(route, APIRoute) for route in routes)
    assert app.router.dependencies == []
    assert app.router.responses == {}


def test_the_finished_application_drops_nothing() -> None:
    """Each class of route is one of those that are known to honour what they are given."""
    routes = [one for router in (*delivery.ROUTERS, *admin.ROUTERS) for one in router.routes]
    of_class = {type(one).__name__ for one in routes if isinstance(one, APIRoute)}
    assert of_class <= {
        *("APIRoute", "ManagementRoute", "InstantRoute", "InstantGetRoute", "ProtocolRoute"),
        *("ReadRoute", "TravellingRoute", "EndpointRoute"),
    }
    for route in routes:
        if type(route) is ReadRoute:
            assert not route.dependant.dependencies
            assert not route.dependencies
        if isinstance(route, TravellingRoute) and route.travels:
            assert route.methods == {"GET"}
