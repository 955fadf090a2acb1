"""Limits of the public face: by partner if a key is shown, else by the client's network.

This layer is inside the gate, so a refusal has what every public answer has, CORS too. Management
has its own throttle; health checks have no limit.

A request with a key gets the same answer as any other, byte for byte, so nothing varies and shared
caches may keep it. `RateLimit` in an answer from a cache is to be ignored, as its draft says. An
invalid key is refused, never treated as no key. A key that was not valid before first counts
against its network, so guessing costs as much as asking.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from math import ceil
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Throttled, Unavailable, WillayError
from app.http.access import origin_of
from app.http.contract.references import UNLIMITED
from app.http.log_watch import Requester
from app.http.network_limits import PREVIEWS, Headers, NetworkLimits, limit_headers, networks
from app.http.periodic import run_periodically
from app.http.problems import error_response
from app.kit.clock import end_of
from app.partners.keys import PREFIX, Holder, require
from app.rates import LimitStatus, RateLimit
from app.runtime import Runtime

ADD_SECONDS: Final = 5.0
"""The interval at which the counts of partners' requests are added to the store."""

_MANAGEMENT: Final = "/v1/admin"
_PARTNERS: Final = "/v1/partner"
_OWN_PAGES: Final = frozenset(
    ("/v1/partner", "/v1/partner/usage", "/v1/partner/keys", "/v1/partner/keys/rotate")
)
"""A partner's own pages, which stay open when its quota is used up."""

_KEY: Final = PREFIX.encode()
_LOG: Final = logging.getLogger("willay.limits")


@asynccontextmanager
async def flush_periodically(runtime: Runtime) -> AsyncIterator[None]:
    """While the block runs, add partners' counts to the store periodically, and once at the end."""
    try:
        async with run_periodically(partial(_flush_usage, runtime), ADD_SECONDS):
            yield
    finally:
        await _flush_usage(runtime)


async def _flush_usage(runtime: Runtime) -> None:
    """Add the counts to the store. Nothing may end the loop: on failure they wait for the next
    time."""
    try:
        await runtime.edits.run(runtime.meter.flush)
    except Unavailable as error:
        _LOG.warning("usage waits: %s", error.message)
    except Exception:
        _LOG.exception("usage could not be added and will be")


class RateLimitMiddleware:
    """The layer that counts every public request."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self.app = app
        self._runtime = runtime
        self._limits = NetworkLimits(runtime)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path in UNLIMITED or path.startswith(_MANAGEMENT):
            await self.app(scope, receive, send)
            return
        key = _key(scope)
        now = self._runtime.clock()
        try:
            if key is None or path.startswith(PREVIEWS):
                holder = None
                headers = await self._by_network(scope, now)
                if key is not None and self._runtime.keyring.find(key, now) is None:
                    await self._looked_up(key)
            else:
                holder = self._runtime.keyring.find(key, now)
                if holder is None:
                    if not self._runtime.keyring.knows(key):
                        await self._by_network(scope, now)
                    holder = await self._looked_up(key)
                headers = await self._by_partner(holder, path, now)
        except _LimitExceeded as error:
            await _add_headers(error_response(error.refusal), error.headers)(scope, receive, send)
            return
        except WillayError as error:
            await error_response(error)(scope, receive, send)
            return
        if holder is None:
            await self.app(scope, receive, _with_headers(headers, send) if headers else send)
            return
        scope["state"]["holder"] = holder
        await self._measure(scope, receive, _with_headers(headers, send), holder, now)

    async def _looked_up(self, key: str) -> Holder:
        keyring = self._runtime.keyring
        return await self._runtime.reads.run(lambda: keyring.looked_up(key))

    async def _by_network(self, scope: Scope, now: datetime) -> Headers:
        """The headers of a client's limit; empty if it has no limit."""
        limit = await self._limits.hit(scope, now)
        if limit is None:
            return []
        headers = limit_headers(limit)
        if not limit[1].passes:
            raise _LimitExceeded(_rate_limited(limit[1]), headers)
        return headers

    async def _by_partner(self, holder: Holder, path: str, now: datetime) -> Headers:
        if not path.startswith(_PARTNERS):
            require(holder, "content:read")
        runtime, partner, day = self._runtime, holder.partner_id, now.date()
        rule = RateLimit("partner", holder.rate_per_minute)
        standing = await runtime.rates.hit(rule, str(partner), now.timestamp())
        if not standing.passes:
            runtime.meter.count_refusal(partner, day)
            raise _LimitExceeded(_rate_limited(standing), limit_headers((rule, standing)))
        if path in _OWN_PAGES:
            runtime.meter.note_key_use(holder.key_id, now)
            return limit_headers((rule, standing))
        if holder.quota_per_day is None:
            runtime.meter.count_request(partner, day, holder.key_id, now)
            return limit_headers((rule, standing))
        left = holder.quota_per_day - runtime.meter.known_requests(partner, day)
        seconds = ceil((end_of(day) - now).total_seconds())
        quota = RateLimit("day", holder.quota_per_day, 86_400)
        if left <= 0:
            runtime.meter.count_refusal(partner, day)
            headers = limit_headers((rule, standing), (quota, LimitStatus(False, 0, seconds)))
            raise _LimitExceeded(_quota_exceeded(seconds), headers)
        runtime.meter.count_request(partner, day, holder.key_id, now)
        return limit_headers((rule, standing), (quota, LimitStatus(True, left - 1, seconds)))

    async def _measure(
        self, scope: Scope, receive: Receive, send: Send, holder: Holder, now: datetime
    ) -> None:
        status, size = 500, 0
        counts_bytes = "headless" not in scope

        async def send_measured(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and counts_bytes:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_measured)
        finally:
            if scope["path"] not in _OWN_PAGES:
                self._runtime.meter.count_answer(
                    holder.partner_id, now.date(), not_modified=status == 304, size=size
                )


def requester_of(request: Request) -> Requester:
    """The one whose share of scarce places a request takes: its partner, or its network unless that
    is exempt."""
    holder: Holder | None = getattr(request.state, "holder", None)
    if holder is not None:
        return Requester(f"partner {holder.partner_id}", has_key=True)
    runtime: Runtime = request.state.runtime
    return Requester(networks(runtime.settings.rate_limit_exempt)(origin_of(request).address))


class _LimitExceeded(Exception):
    """The refusal of a request, with the headers that show its client's limits."""

    def __init__(self, refusal: Throttled, headers: Headers) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.headers = headers


def _rate_limited(standing: LimitStatus) -> Throttled:
    seconds = standing.resets_in
    return Throttled(
        "rate_limited", f"Too many requests; ask again in {seconds} s.", (), retry_after=seconds
    )


def _quota_exceeded(seconds: int) -> Throttled:
    message = "The quota of this day is used up; a new one begins at midnight UTC."
    return Throttled("quota_exceeded", message, (), retry_after=seconds)


def _key(scope: Scope) -> str | None:
    """The partner's key that a request shows; other credentials are ignored here."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, rest = value.partition(b" ")
            rest = rest.strip()
            if scheme.lower() == b"bearer" and rest.startswith(_KEY):
                return str(rest, "latin-1")
    return None


def _with_headers(headers: Headers, send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return send_with_headers


def _add_headers(response: Response, headers: Headers) -> Response:
    response.raw_headers.extend(headers)
    return response
