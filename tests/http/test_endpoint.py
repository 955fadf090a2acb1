"""An endpoint is the work: what its signature does not say is refused when the route is made."""

import inspect
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial.people import NewSponsor
from app.errors import Forbidden
from app.http.access import require_scopes
from app.http.bodies import JsonBody
from app.http.endpoint import Json, LargeJson, RuntimeDep, Snapshot
from app.http.management import IfMatch, ManagementRoute
from app.http.parameters import NoParameters
from app.http.routing import EndpointRoute
from app.http.transactions import Outcome

Writer = Annotated[Principal, require_scopes("people:write")]


def read(tx: ReadTx, principal: Writer) -> Outcome:
    """Reads."""
    return Outcome()


def change(
    tx: PublishTx,
    sponsor_id: UUID,
    principal: Writer,
    revision: IfMatch,
    params: NoParameters,
    body: Json[NewSponsor],
    runtime: RuntimeDep,
) -> Outcome:
    """Changes."""
    return Outcome()


def says_nothing(principal: Writer) -> Outcome:
    return Outcome()


def says_it_late(principal: Writer, tx: WriteTx) -> Outcome:
    return Outcome()


def writes_for_nobody(tx: WriteTx) -> Outcome:
    return Outcome()


def publishes_for_nobody(tx: PublishTx, body: Json[NewSponsor]) -> Outcome:
    return Outcome()


def reads_the_body_first(tx: WriteTx, body: Json[NewSponsor], principal: Writer) -> Outcome:
    return Outcome()


def reads_a_large_body_first(tx: ReadTx, body: LargeJson[NewSponsor], who: Writer) -> Outcome:
    return Outcome()


async def reads_the_body_first_on_the_loop(body: Json[NewSponsor], principal: Writer) -> None: ...


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        (says_nothing, "its first parameter is none of View, PartnerView, ReadTx, Snapshot"),
        (says_it_late, "its first parameter is none of"),
        (writes_for_nobody, "names no principal"),
        (publishes_for_nobody, "names no principal"),
        (reads_the_body_first, "before its principal is known"),
        (reads_a_large_body_first, "before its principal is known"),
        (reads_the_body_first_on_the_loop, "before its principal is known"),
    ],
)
@pytest.mark.parametrize("route_class", [EndpointRoute, ManagementRoute])
def test_what_cannot_be_right_is_refused(
    endpoint: Any, message: str, route_class: type[APIRoute]
) -> None:
    router = APIRouter(route_class=route_class)
    with pytest.raises(TypeError, match=f"{endpoint.__name__}: .*{message}"):
        router.post("/x")(endpoint)


def test_fastapi_is_told_what_the_signature_says() -> None:
    router = APIRouter(route_class=ManagementRoute)
    router.patch("/x/{sponsor_id}")(change)
    [route] = router.routes
    assert isinstance(route, APIRoute)
    asked = list(inspect.signature(route.endpoint).parameters)
    assert asked == [
        *("request", "sponsor_id", "principal", "revision", "params", "body", "runtime")
    ]
    assert (route.name, route.description) == ("change", "Changes.")
    bodies = [d.call for d in route.dependant.dependencies if isinstance(d.call, JsonBody)]
    assert [body.model for body in bodies] == [NewSponsor]
    assert set(route.responses) >= {401, 403, 404, 412, 415, 422, 428}
    assert router.get("/y")(read) is read, "it can be called with a transaction, as in a test"


def deny() -> None:
    raise Forbidden("denied", "No.")


@pytest.mark.parametrize("where", ["route", "router", "include", "application"])
def test_what_fastapi_is_given_beside_is_honoured(where: str) -> None:
    def secret(snapshot: Snapshot) -> Outcome:
        raise AssertionError("nobody may get here")

    given = [Depends(deny)]
    router = APIRouter(route_class=EndpointRoute, dependencies=given if where == "router" else None)
    router.get("/secret", dependencies=given if where == "route" else None)(secret)
    app = FastAPI(dependencies=given if where == "application" else None)
    app.include_router(router, dependencies=given if where == "include" else None)
    with pytest.raises(Forbidden):
        TestClient(app).get("/secret")
