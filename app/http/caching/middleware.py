"""The layer that gives stored responses on the event loop, exact at the head of the log.

A response is given only after the head was read anew, and only while it is the head that the
response was made from, so nobody is answered from a state older than the request, on any replica.
What left no `Basis` is never stored, so nothing is cached by mistake. What is unusual passes:
credentials, streams, bodies, repeated headers.
"""

import asyncio
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Unavailable
from app.http.caching.encodings import IDENTITY, preferred_encoding
from app.http.caching.freshness import CacheFreshness
from app.http.caching.passing_request import PassingRequest
from app.http.caching.responses import (
    VARY,
    Address,
    CachedResponse,
    ResponseStore,
    without_length,
)
from app.http.caching.sending import ResponseSender
from app.http.network_limits import Headers, NetworkLimits
from app.http.tracing import route_template
from app.http.views import basis_of
from app.runtime import Runtime

_METHODS: Final = frozenset(("GET", "HEAD"))
_PUBLIC: Final = "/v1/"
_MANAGEMENT: Final = "/v1/admin"
_UNUSUAL: Final = frozenset(
    (b"authorization", b"last-event-id", b"transfer-encoding", b"content-length")
)
_OF_LIMITS: Final = frozenset((b"ratelimit", b"ratelimit-policy"))
_WAIT_SECONDS: Final = 2.0
"""The most that a request waits while another one makes the same response."""

_LATE: Final = Unavailable("store_late", "The database does not answer in time; try again soon.")


class ResponseCacheMiddleware:
    """The response cache of one process. It is outermost if no layer outside of it counts requests
    and returns their ids; then it does."""

    def __init__(
        self, app: ASGIApp, runtime: Runtime, freshness: CacheFreshness, *, is_outermost: bool
    ) -> None:
        self.app = app
        self._runtime = runtime
        self._freshness = freshness
        self._limits = NetworkLimits(runtime)
        self._sender = ResponseSender(runtime, is_outermost=is_outermost)
        self._store = ResponseStore(runtime.settings.answer_cache_mb * 1_000_000)
        self._making: dict[Address, asyncio.Future[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on and store what comes back."""
        if (
            scope["type"] != "http"
            or scope["method"] not in _METHODS
            or scope["path"].startswith(_MANAGEMENT)
        ):
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        headers = dict(scope["headers"])
        request = PassingRequest(scope, receive, send, headers, began)
        if _is_unusual(headers, scope["headers"]):
            if not self._freshness.is_local and scope["path"].startswith(_PUBLIC):
                await self._freshness.read_head()  # so that it is known whether the store is late
            await self._pass_or_refuse(request)
            return
        address = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
        request.address = address
        response = await self._find(scope, address)
        is_made_elsewhere = response is None and address in self._making
        if is_made_elsewhere:
            await asyncio.wait((self._making[address],), timeout=_WAIT_SECONDS)
            response = await self._find(scope, address)
        if response is not None:
            limits = await self._limits.pass_cached(scope, self._runtime.clock)
            if limits is not None:
                self._store.touch(address)
                await self._sender.give_again(response, request, limits)
                return
        is_made_now = is_made_elsewhere or address in self._making
        await self._pass_or_refuse(request, store=not is_made_now and self._store.is_known(address))

    async def _find(self, scope: Scope, address: Address) -> CachedResponse | None:
        """The stored response that holds at the head of this instant."""
        freshness, store = self._freshness, self._store
        head = freshness.look()
        if head is None:
            if freshness.is_local or not (
                scope["path"].startswith(_PUBLIC) or store.is_known(address)
            ):
                return None
            head = await freshness.read_head()
            if head is None:
                return None
        store.move_to(head)
        if freshness.has_passed(head, self._runtime.clock()):
            return None
        response = store.get(address)
        if response is None or response.basis.beside_state is None:
            return response
        return response if await freshness.holds(response.basis) else None

    async def _pass_or_refuse(self, request: PassingRequest, *, store: bool = False) -> None:
        """Pass a request on. While the store is late nobody should wait for it, and what needs no
        store is not below `/v1/`."""
        if self._freshness.is_late and request.scope["path"].startswith(_PUBLIC):
            await self._sender.refuse(_LATE, request)
        elif store and request.address is not None:
            await self._make(request, request.address)
        else:
            await self._pass(request)

    async def _make(self, request: PassingRequest, address: Address) -> None:
        """Have the whole response made, whatever this client has of it. The address was asked for
        before, so others may want it; those that ask meanwhile wait."""
        made = self._making[address] = asyncio.get_running_loop().create_future()
        try:
            await self._pass(request, request.scope_for_all(), store=True)
        finally:
            del self._making[address]
            made.set_result(None)

    async def _pass(
        self, request: PassingRequest, inner: Scope | None = None, *, store: bool = False
    ) -> None:
        """Pass a request on, as `inner` if that is given. A cacheable response is compressed and,
        with `store`, stored. A partner's request gets the same bytes as any other."""
        scope, send = inner or request.scope, request.send
        accept = request.headers.get(b"accept-encoding")
        is_plain = accept is None or preferred_encoding(accept) == IDENTITY
        start: Message | None = None

        async def send_cached(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if basis_of(scope) is None or message["status"] not in (200, 304):
                    await send(message)
                else:
                    start = message
                return
            begun, start = start, None
            if begun is not None:
                if request.address is not None:
                    self._store.learn(request.address)
                headers = begun["headers"]
                is_whole = begun["status"] == 200 and scope["method"] == "GET"
                if is_whole and (store or not is_plain):
                    await self._give_new(request, scope, headers, message["body"], store)
                    return
                is_as_made = is_plain and begun["status"] == 200
                begun["headers"] = [*(headers if is_as_made else without_length(headers)), VARY]
                await send(begun)
            await send(message)

        try:
            await self.app(scope, request.receive, send_cached)
        finally:
            request.scope["route"] = scope.get("route")

    async def _give_new(
        self, request: PassingRequest, scope: Scope, headers: Headers, body: bytes, store: bool
    ) -> None:
        """Give a new response in the encoding that its client takes, and store it if it may be."""
        basis = basis_of(scope)
        assert basis is not None
        response = CachedResponse(basis, headers, body, scope.get("route"), route_template(scope))
        # It is compressed first, once for all, and so that its size is known.
        if store and request.address is not None and await self._sender.compress(response):
            self._store.add(request.address, response)
        limits = [header for header in headers if header[0] in _OF_LIMITS]
        await self._sender.give(response, request, limits)


def _is_unusual(headers: dict[bytes, bytes], raw: Headers) -> bool:
    return (
        len(headers) != len(raw)
        or not _UNUSUAL.isdisjoint(headers)
        or b"event-stream" in headers.get(b"accept", b"")
    )
