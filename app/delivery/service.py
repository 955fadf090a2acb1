"""The front page, old addresses, and whether the service lives and is ready."""

from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

from app.changes import head
from app.http.problems import documented
from app.http.reading import Answer, Reading, answered
from app.public.envelopes import One, Resolution
from app.public.service import Alive, Ready, Service, StoreState
from app.published import paths
from app.runtime import Runtime

router = APIRouter(tags=["service"])

_RESOURCES = ("articles", "archive", "tags", "sponsors", "committee", "resolve")


class NoParameters(BaseModel):
    """Takes none."""

    model_config = ConfigDict(extra="forbid")


class ResolveParameters(BaseModel):
    """The path to look up."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, Field(min_length=1, max_length=1_000, description="A path of the site")]


@router.get("/v1", response_model=One[Service], responses=documented(304, 400, 503))
async def front_page(request: Request, _asked: Annotated[NoParameters, Query()]) -> Response:
    """What is here."""

    def work(reading: Reading) -> Answer:
        settings = reading.runtime.settings
        service = Service(
            name=settings.site_name,
            version=version("willay"),
            site=settings.site_url,
            languages=list(settings.languages),
            licence=settings.default_licence,
            resources={name: f"{settings.public_url}/v1/{name}" for name in _RESOURCES},
        )
        return Answer(b'{"data":%s}' % to_json(service), {}, "service")

    return await answered(request, work)


@router.get(
    "/v1/resolve",
    response_model=One[Resolution],
    responses=documented(304, 400, 404, 410, 503),
)
async def resolve(request: Request, asked: Annotated[ResolveParameters, Query()]) -> Response:
    """What answers at a path that exists or once existed."""

    def work(reading: Reading) -> Answer:
        found = paths.resolve(
            reading.tx, asked.path, reading.now, reading.runtime.settings.public_url
        )
        return Answer(b'{"data":%s}' % to_json(found), {}, "articles")

    return await answered(request, work)


@router.get("/livez", response_model=Alive)
async def livez() -> Alive:
    """The process answers; asks nothing of anyone."""
    return Alive(status="ok")


@router.get("/readyz", response_model=Ready, responses=documented(503))
async def readyz(request: Request) -> Ready:
    """The store can be used."""
    runtime: Runtime = request.state.runtime

    def work() -> Ready:
        with runtime.database.reading() as tx:
            log = head(tx)
        late = (log.moment(runtime.clock()) - log.next_boundary).total_seconds()
        return Ready(
            status="ok", store=StoreState(sequence=log.sequence, behind_seconds=max(0.0, late))
        )

    return await runtime.reads.run(work)
