"""An id for every request, in its answer and in the log; a count and a line when it ends.

All records meanwhile carry the id, and the trace of the caller's `traceparent` (W3C). Counts and
lines have a route's template: an address may hold a secret, and addresses are endless.
"""

import logging
import re
import secrets
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs
from app.meters import Meters

_LOG: Final = logging.getLogger("willay.requests")
REQUEST_ID: Final = b"x-request-id"
_TRACE: Final = b"traceparent"
_PARENT: Final = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:(?<!^00.{53})-.*)?"
)
_GOOD: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}", re.ASCII)


class TracingMiddleware:
    """The outermost layer. It accepts and returns a caller's own `X-Request-Id` if that is a short
    word. With `logged` each answer has an id and each request leaves a line. A failure always has
    an id. Every request is counted with its status and the time until its answer began."""

    def __init__(self, app: ASGIApp, meters: Meters, *, logged: bool = False) -> None:
        self.app = app
        self._meters = meters
        self._logged = logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent_id = next((value for name, value in scope["headers"] if name == REQUEST_ID), b"")
        is_good = is_good_id(sent_id)
        request_id = sent_id if is_good else secrets.token_hex(8).encode()
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        began, answered, status = perf_counter(), 0.0, 500
        named_here = logs.request_id.set(request_id.decode())
        traced_here = logs.trace_id.set(_trace_id(scope))

        async def send_named(message: Message) -> None:
            nonlocal answered, status
            if message["type"] == "http.response.start":
                answered, status = perf_counter(), message["status"]
                if is_good or self._logged or status == 500:
                    message = {
                        **message,
                        "headers": [*message["headers"], (REQUEST_ID, request_id)],
                    }
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        finally:
            done, route = perf_counter(), route_template(scope)
            seconds = (answered or done) - began
            self._meters.of_request(scope["method"], route, status).count(seconds)
            if self._logged:
                fields = (
                    scope["method"],
                    route,
                    status,
                    (done - began) * 1000,
                    request_id.decode(),
                )
                _LOG.info("method=%s route=%s status=%d ms=%.1f id=%s", *fields)
            logs.trace_id.reset(traced_here)
            logs.request_id.reset(named_here)


def is_good_id(value: bytes) -> bool:
    """Whether a caller's `X-Request-Id` is a short word."""
    return _GOOD.fullmatch(value) is not None


def _trace_id(scope: Scope) -> str:
    """The trace that a caller names; empty if the header is absent, malformed or repeated."""
    values = [value for name, value in scope["headers"] if name == _TRACE]
    match = _PARENT.fullmatch(values[0]) if len(values) == 1 else None
    return match[1].decode() if match else ""


def route_template(scope: Scope) -> str:
    """The matching route, such as `/v1/articles/{slug}`; `-` if there is none."""
    return getattr(scope.get("route"), "path", "-")
