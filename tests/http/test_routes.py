"""A route gives an endpoint what FastAPI would, also where it takes the quick way."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Cookie,
    Depends,
    FastAPI,
    Header,
    Query,
    Request,
)
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.testclient import TestClient

from app.admin import routes as admin
from app.delivery import routes as delivery
from app.errors import Forbidden
from app.http.parameters import Parameters
from app.http.routing import EndpointRoute
from app.main import create_app
from tests.conftest import Bench


class Few(Parameters):
    """A set of parameters."""

    q: str = ""


Query1 = Annotated[Few, Query()]


def deny() -> None:
    raise Forbidden("denied", "No.")


def lucky() -> int:
    return 7


async def plain(request: Request, params: Query1) -> Response:
    return Response(f"{params.q}")


async def with_path(request: Request, key: str, params: Query1) -> Response:
    return Response(f"{key} {params.q}")


async def with_dependency(
    request: Request, params: Query1, number: Annotated[int, Depends(lucky)]
) -> Response:
    return Response(f"{number} {params.q}")


async def with_header(
    request: Request, params: Query1, accept: Annotated[str, Header()] = ""
) -> Response:
    return Response(f"{accept} {params.q}")


async def with_cookie(
    request: Request, params: Query1, sid: Annotated[str, Cookie()] = ""
) -> Response:
    return Response(f"{sid} {params.q}")


async def with_id(request: Request, key: UUID, params: Query1) -> Response:
    return Response(f"{key.int} {params.q}")


async def with_number(request: Request, key: int, params: Query1) -> Response:
    return Response(f"{key + 1} {params.q}")


async def with_single(request: Request, key: str, q: str = "") -> Response:
    return Response(f"{key} {q}")


async def without_request(params: Query1) -> Response:
    return Response(f"{params.q}")


async def with_tasks(request: Request, params: Query1, tasks: BackgroundTasks) -> Response:
    return Response(f"{type(tasks).__name__} {params.q}")


async def with_response(request: Request, params: Query1, response: Response) -> Response:
    return Response(f"{type(response).__name__} {params.q}")


ONE = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("endpoint", "key", "answer"),
    [
        (plain, "", "x"),
        (with_path, "/a", "a x"),
        (with_dependency, "", "7 x"),
        (with_header, "", "text/plain x"),
        (with_cookie, "", "c x"),
        (with_id, f"/{ONE}", "1 x"),
        (with_number, "/1", "2 x"),
        (with_single, "/a", "a x"),
        (without_request, "", "x"),
        (with_tasks, "", "BackgroundTasks x"),
        (with_response, "", "Response x"),
    ],
)
def test_an_endpoint_is_given_all_that_it_asks_for(
    endpoint: Callable[..., Any], key: str, answer: str
) -> None:
    router = APIRouter(route_class=EndpointRoute)
    router.get("/x/{key}" if key else "/x")(endpoint)
    app = FastAPI()
    app.include_router(router)
    client = TestClient(app, cookies={"sid": "c"})
    assert client.get(f"/x{key}?q=x", headers={"Accept": "text/plain"}).text == answer
    wrong = client.get(f"/x{key}?q=x&p=y")
    assert wrong.status_code == (200 if endpoint is with_single else 422)


@pytest.mark.parametrize("where", ["route", "router", "include", "outer", "application"])
def test_what_fastapi_is_given_beside_the_quick_way_is_honoured(where: str) -> None:
    given = [Depends(deny)]
    router = APIRouter(route_class=EndpointRoute, dependencies=given if where == "router" else None)
    router.get("/secret", dependencies=given if where == "route" else None)(plain)
    outer = APIRouter(dependencies=given if where == "outer" else None)
    outer.include_router(router, dependencies=given if where == "include" else None)
    app = FastAPI(dependencies=given if where == "application" else None)
    app.include_router(outer)
    with pytest.raises(Forbidden):
        TestClient(app).get("/secret")


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
        "EndpointRoute",
    }
    for route in routes:
        if isinstance(route, EndpointRoute) and route.travels:
            assert route.methods == {"GET"}
