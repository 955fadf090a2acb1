"""The application: routers, the gate, problems, and a docs page that loads nothing from afar."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from app.delivery import articles, lists, service
from app.errors import Unavailable
from app.http import problems
from app.http.middleware import Gate
from app.public.envelopes import Problem
from app.runtime import Runtime, opened
from app.settings import Settings

_PROMOTE_EVERY = timedelta(seconds=1)


def create_app(runtime: Runtime) -> FastAPI:
    """The application over a runtime that its caller opened and will close."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        promoter = asyncio.create_task(_promote(runtime))
        yield {"runtime": runtime}
        promoter.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await promoter

    app = FastAPIOffline(
        title="Willay",
        version=version("willay"),
        description="A headless content API for newsrooms and NGOs.",
        openapi_url="/openapi.json",
        lifespan=lifespan,
        redirect_slashes=False,
    )
    for router in (service.router, articles.router, lists.router):
        app.include_router(router)
    problems.install(app)
    app.add_middleware(Gate)
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(make())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def from_environment() -> FastAPI:
    """What each server process runs: its runtime lives as long as the process."""
    stack = contextlib.ExitStack()
    held: AbstractContextManager[Runtime] = opened(Settings())
    app = create_app(stack.enter_context(held))
    app.router.on_shutdown.append(stack.close)
    return app


async def _promote(runtime: Runtime) -> None:
    """Keep the log up with time, off every request's path."""
    while True:
        with contextlib.suppress(Unavailable):  # the store is busy: the next turn will do
            await runtime.counts.run(runtime.promote)
        await asyncio.sleep(_PROMOTE_EVERY.total_seconds())


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """Say what is really sent: problems instead of FastAPI's own 422."""
    components = schema["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components |= problem.pop("$defs", {})
    components["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for path in schema["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            if "304" in operation["responses"]:
                operation["responses"]["304"] = {"description": "Not Modified"}
    return schema
