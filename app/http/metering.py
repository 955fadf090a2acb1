"""Count every request, by its route's template: an address may hold a secret, and has no end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.tracing import template
from app.meters import Meters
from app.runtime import Runtime

SAMPLE_SECONDS: Final = 5.0
_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))


class Metering:
    """A layer that counts each request and how long its answer took to begin."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self.app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, took, status = perf_counter(), 0.0, 500

        async def timed(message: Message) -> None:
            nonlocal took, status
            if message["type"] == "http.response.start":
                took, status = perf_counter() - began, message["status"]
            await send(message)

        try:
            await self.app(scope, receive, timed)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = template(scope)
            self._meters.requests.labels(method, route, status).inc()
            self._meters.seconds.labels(route).observe(took or perf_counter() - began)


@asynccontextmanager
async def sampling(runtime: Runtime) -> AsyncIterator[None]:
    """Meanwhile look now and then at what no request counts."""

    async def look() -> None:
        while True:
            runtime.meters.sample(runtime.database.connections())
            await asyncio.sleep(SAMPLE_SECONDS)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
