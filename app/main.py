"""The application: routers, layers, problems, and docs pages that load nothing from elsewhere."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import faults, logs, machine, meters, schema
from app.admin import routes as admin
from app.delivery import routes as delivery
from app.demo.routes import demo_routes
from app.desk.routes import desk_routes
from app.errors import Unavailable
from app.http import problems, shutdown
from app.http.caching.freshness import CacheFreshness
from app.http.caching.middleware import ResponseCacheMiddleware
from app.http.contract import about
from app.http.contract.audience import public_contract
from app.http.contract.complete import complete_contract
from app.http.log_watch import Watch
from app.http.management import ManagementRoute
from app.http.middleware import Gate
from app.http.pages import DocsPages
from app.http.periodic import run_periodically
from app.http.rate_limiting import RateLimitMiddleware, flush_periodically
from app.http.routing import own_query_routes
from app.http.tracing import TracingMiddleware
from app.kit.version import VERSION
from app.letterbox.routes import letterbox_routes
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.worker.followers import build_followers, near_followers
from app.worker.loop import Worker

_LOG = logging.getLogger("willay")

_STARTUP_FAILURE = 3
"""uvicorn's exit code for a process that would fail in the same way after each restart."""


def create_app(
    runtime: Runtime,
    at_end: Callable[[], None] = lambda: None,
    *,
    keeps_near: bool = False,
    promotes: bool = True,
) -> FastAPI:
    """The application over a runtime that its caller opened. `at_end` runs after it has ended. With
    `keeps_near` it follows the index on its own machine even if a worker elsewhere does all other
    work. With `promotes` a reader past a boundary makes the log catch up."""

    freshness = CacheFreshness(runtime, promotes=promotes)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        works = runtime.settings.serve_worker
        follow = build_followers(runtime) if works else near_followers(runtime)
        worker, watch = Worker(runtime, follow, promotes=works), Watch(runtime)
        if works or (keeps_near and follow):
            worker.start()

        def sample() -> None:
            runtime.meters.publish()
            runtime.meters.sample(runtime.database.connections())

        with shutdown.on_stop_signal(watch.stop):
            async with (
                run_periodically(machine.OpenFiles().look, machine.LOOK_SECONDS),
                flush_periodically(runtime),
                run_periodically(sample, meters.SAMPLE_SECONDS),
            ):
                yield {"runtime": runtime, "watch": watch}
            runtime.meters.publish()
            await freshness.close()
            await runtime.rates.close()
            await asyncio.to_thread(worker.stop)
            await asyncio.to_thread(at_end)

    app = FastAPIOffline(
        title="Willay",
        version=VERSION,
        description=about.DESCRIPTION,
        license_info=about.LICENCE,
        servers=about.SERVERS,
        openapi_url="/openapi.json",
        swagger_ui_parameters=about.swagger_options(),
        lifespan=lifespan,
        redirect_slashes=False,
        # It would export whole addresses, and those of previews are secrets.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    routers = (*delivery.ROUTERS, *admin.ROUTERS)
    for router in routers:
        # `include_router` would make every route again for each application.
        app.router.routes.extend(router.routes)
    if runtime.settings.newsletters:
        app.router.routes.extend(letterbox_routes(runtime.settings))
    if runtime.settings.desk:
        app.router.routes.extend(desk_routes(runtime.settings))
    if runtime.settings.demo:
        app.router.routes.extend(demo_routes(runtime.settings))
    problems.install_handlers(app)
    app.add_middleware(DocsPages)
    app.add_middleware(RateLimitMiddleware, runtime=runtime)
    own_query = own_query_routes(routers)
    app.add_middleware(Gate, origins=runtime.settings.cors_origins, own_query=own_query)
    app.add_middleware(shutdown.ShutdownMiddleware)
    logged = runtime.settings.log_requests
    if logged:  # then a stored response leaves a line too
        app.add_middleware(
            ResponseCacheMiddleware, runtime=runtime, freshness=freshness, is_outermost=False
        )
    app.add_middleware(TracingMiddleware, meters=runtime.meters, logged=logged)
    if not logged:
        # The framework's own layers would cost a stored response a tenth of its time.
        app.middleware_stack = ResponseCacheMiddleware(
            app.build_middleware_stack(), runtime, freshness, is_outermost=True
        )
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            for route in app.routes:
                if isinstance(route, ManagementRoute):
                    route.describe_body()
            app.openapi_schema = complete_contract(make())
        return app.openapi_schema

    def read_public_contract(_request: Request) -> Response:
        return JSONResponse(public_contract(openapi()))

    app.add_route("/openapi-public.json", read_public_contract, include_in_schema=False)
    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


_SWITCH_SECONDS: Final = 0.001
"""The time after which a thread that computes lets others run. With Python's 5 ms the event loop
waits longer for a thread that makes a feed than it takes to answer others."""


def from_environment() -> FastAPI:
    """The application of one server process; its runtime lives as long as the process."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    stack = contextlib.ExitStack()
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    logs.take_over()
    return create_app(stack.enter_context(_open_runtime(settings)), stack.close, keeps_near=True)


@contextlib.contextmanager
def _open_runtime(settings: Settings) -> Iterator[Runtime]:
    """A runtime that also opens while the store is away; the process then answers 503."""
    with open_runtime(settings, check_schema=False) as runtime:
        try:
            schema.require_current(runtime.database)
        except Unavailable as error:
            if error.code not in faults.MESSAGES:
                _LOG.error("%s", error)  # one sentence says more than the server's traceback
                raise SystemExit(_STARTUP_FAILURE) from error
        yield runtime
