"""The front page, old addresses, and the endpoints that report life and readiness."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from pydantic_core import to_json
from starlette.responses import Response

from app.changes import head
from app.errors import Unavailable
from app.http.endpoint import BriefView, RuntimeDep
from app.http.parameters import NoneTravelling, Parameters, bad_parameter
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.kit.text import is_legal, plain_path
from app.kit.version import VERSION
from app.public.envelopes import One, Resolution
from app.public.service import (
    Alive,
    LimitState,
    MediaState,
    Ready,
    SearchState,
    Service,
    StoreState,
)
from app.published import changes, paths
from app.published.answer import Answer
from app.published.cache_keys import LISTS, SERVICE
from app.runtime import Runtime
from app.search.failover import SearchStatus

router = APIRouter(tags=["service"], route_class=EndpointRoute)

_RESOURCES = (
    *("site", "home", "articles", "archive", "tags", "authors"),
    *("sponsors", "committee", "events"),
    *("resolve", "search", "changes"),
)


class ResolveParameters(Parameters):
    """The path to look up."""

    path: Annotated[str, Field(min_length=1, max_length=1_000, description="A path of the site")]


@router.get("/v1", response_model=One[Service], responses=public_responses(304, 400, 503))
def read_service(view: BriefView, _params: NoneTravelling) -> Answer:
    """What is here."""
    settings = view.runtime.settings
    service = Service(
        name=settings.site_name,
        version=VERSION,
        site=settings.site_url,
        languages=list(settings.languages),
        licence=settings.default_licence,
        resources={name: f"{settings.public_url}/v1/{name}" for name in _RESOURCES},
    )
    return Answer(b'{"data":%s}' % to_json(service), {}, SERVICE)


@router.get(
    "/v1/resolve",
    response_model=One[Resolution],
    responses=public_responses(304, 400, 404, 410, 503),
)
def resolve_path(view: BriefView, params: ResolveParameters) -> Answer:
    """What answers at a path that exists or once existed."""
    resolution = paths.resolve_path(
        view.tx,
        lambda: view.tags,
        checked_path(params.path),
        view.now,
        view.runtime.settings.public_url,
        view.runtime.settings.page_urls,
    )
    return Answer(b'{"data":%s}' % to_json(resolution), {}, LISTS)


@router.get("/livez", response_model=Alive, responses=public_responses(400))
async def read_liveness(response: Response, _params: NoneTravelling) -> Alive:
    """The process answers; asks nothing of anyone."""
    response.headers["Cache-Control"] = "no-store"
    return Alive(status="ok")


@router.get("/readyz", response_model=Ready, responses=public_responses(400, 503))
async def read_readiness(response: Response, _params: NoneTravelling, runtime: RuntimeDep) -> Ready:
    """The store can be used."""
    response.headers["Cache-Control"] = "no-store"
    return await runtime.searches.run(lambda: check_readiness(runtime))


def check_readiness(runtime: Runtime) -> Ready:
    """The state of the service; `Unavailable` when the store cannot be used."""
    try:
        standing = runtime.search.status()
    except Unavailable as error:  # the index cannot be opened, but the store can be used
        standing = SearchStatus(runtime.search.main.name, None, degraded=True, trouble=error.code)
    behind: tuple[int | None, float | None] = None, None
    with runtime.database.reading() as tx:
        log, clock = head(tx), runtime.clock()
        now = log.moment(clock)
        if standing.is_known:
            behind = changes.lag_of(tx, log, standing.cursor, now)
    late = (now - log.next_boundary).total_seconds()
    rates = runtime.rates
    return Ready(
        status="ok",
        limits=LimitState(
            kept_in="redis" if rates.is_shared else "memory", trouble=rates.problem or None
        ),
        store=StoreState(
            sequence=log.sequence,
            behind_seconds=max(0.0, late),
            clock_ahead_seconds=max(0.0, (now - clock).total_seconds()),
            trouble=_trouble(runtime),
        ),
        media=MediaState(
            kept_in="folder" if runtime.settings.s3_bucket is None else "bucket",
            trouble=full.message if (full := runtime.storage.outage.error) else None,
        ),
        search=SearchState.model_validate(
            {
                "engine": standing.engine,
                "behind_changes": behind[0],
                "behind_seconds": behind[1],
                "degraded": standing.degraded,
                "trouble": standing.trouble or None,
                "parked": len(standing.parked),
            }
        ),
    )


def _trouble(runtime: Runtime) -> str | None:
    database = runtime.database
    errors = (database.damage.error, database.room.error, database.reach.error)
    return next((error.message for error in errors if error is not None), None)


def checked_path(path: str, parameter: str = "path") -> str:
    """The path; `BadRequest` when it holds control characters, also after it is unescaped again."""
    try:
        plain = plain_path(path)
    except ValueError as error:  # an address whose host is malformed
        raise bad_parameter("invalid_path", parameter, "This is no path and no address.") from error
    if not is_legal(plain) or "\n" in plain or "\t" in plain:
        raise bad_parameter(
            "invalid_path", parameter, f"Remove control characters from the {parameter}."
        )
    return path
