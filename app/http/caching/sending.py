"""Gives a stored response to one request: its encoding, its condition, its own headers."""

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from time import perf_counter
from typing import Final

from app.changes import Head
from app.errors import Unavailable, WillayError
from app.http.cache_headers import cache_control, last_modified
from app.http.caching.encodings import GZIP, IDENTITY, gzipped, preferred_encoding
from app.http.caching.passing_request import PassingRequest
from app.http.caching.responses import CachedResponse, Variant
from app.http.middleware import with_public_headers
from app.http.network_limits import Headers
from app.http.problems import error_response
from app.http.tracing import REQUEST_ID, is_good_id, route_template
from app.http.views import Precondition
from app.kit.clock import FOREVER
from app.runtime import Runtime

_AT_ONCE: Final = 64_000
"""The bytes of a body that the event loop compresses itself, in half a millisecond."""


class ResponseSender:
    """Gives responses; it counts them and returns the client's `X-Request-Id` where no other layer
    does."""

    def __init__(self, runtime: Runtime, *, is_outermost: bool) -> None:
        self._runtime = runtime
        self._is_outermost = is_outermost
        self._meters = runtime.meters

    async def give_again(
        self, response: CachedResponse, request: PassingRequest, limits: Headers
    ) -> None:
        """Answer a request from memory. No other layer meets it, so it is counted here."""
        status = await self.give(response, request, limits)
        request.scope["route"] = response.route
        meters = self._meters
        (meters.answers_from_memory if status == 200 else meters.memory_unchanged).inc()
        self._count(request, response.template, status)

    async def refuse(self, error: WillayError, request: PassingRequest) -> None:
        """Answer a request with an error that no other layer meets."""
        response = error_response(error)
        if (sent_id := self._sent_id(request)) is not None:
            response.raw_headers.append((REQUEST_ID, sent_id))
        await response(request.scope, request.receive, with_public_headers(request.send))
        self._count(request, route_template(request.scope), response.status_code)

    async def give(self, response: CachedResponse, request: PassingRequest, limits: Headers) -> int:
        """Answer a request, with the headers that show its limits, and return the status."""
        headers = request.headers
        accept = headers.get(b"accept-encoding")
        encoding = response.encoding_for(preferred_encoding(accept)) if accept else IDENTITY
        if encoding not in response.variants and not await self.compress(response):
            encoding = IDENTITY
        variant = response.variants[encoding]
        now = self._runtime.clock()
        fixed = variant.steady if now < response.steady_until else None
        unchanged = variant.steady_unchanged
        if fixed is None or unchanged is None:
            fixed, unchanged = _dated_headers(response, variant, now)
        is_met = _is_conditional(headers) and _is_met(headers, response, now)
        status, named = (304, unchanged) if is_met else (200, fixed)
        if limits:
            named = named + limits
        if (sent_id := self._sent_id(request)) is not None:
            named = [*named, (REQUEST_ID, sent_id)]
        await request.send({"type": "http.response.start", "status": status, "headers": named})
        has_body = status == 200 and request.scope["method"] != "HEAD"
        body = variant.body if has_body else b""
        await request.send({"type": "http.response.body", "body": body})
        return status

    async def compress(self, response: CachedResponse) -> bool:
        """Add the response in gzip, if that makes it smaller; false if there is no time for it."""
        body = response.body
        if response.encoding_for(GZIP) != GZIP:
            return True
        try:
            is_small = len(body) <= _AT_ONCE
            smaller = (
                gzipped(body) if is_small else await self._runtime.reads.run(lambda: gzipped(body))
            )
        except Unavailable:  # too many wait for the lane; this answer is already made
            return False
        response.add_variant(GZIP, smaller)
        return True

    def _sent_id(self, request: PassingRequest) -> bytes | None:
        """The client's `X-Request-Id`, if this layer is to return it."""
        sent_id = request.headers.get(REQUEST_ID) if self._is_outermost else None
        return sent_id if sent_id is not None and is_good_id(sent_id) else None

    def _count(self, request: PassingRequest, template: str, status: int) -> None:
        """Count a request, if no other layer does."""
        if self._is_outermost:
            meters = self._meters.of_request(request.scope["method"], template, status)
            meters.count(perf_counter() - request.began)


def _dated_headers(
    response: CachedResponse, variant: Variant, now: datetime
) -> tuple[Headers, Headers]:
    """The headers of a 200 and of a 304 at an instant. Once they follow the clock no more they are
    kept for the next request."""
    is_steady = now < response.steady_until
    own = [response.steady_control if is_steady else _cache_control(response, now)]
    if response.basis.is_dated:
        changed = _last_modified(response.basis.head, now)
        is_steady = is_steady and changed is not None
        own += [(b"last-modified", changed[1])] if changed is not None else []
    fixed, unchanged = variant.headers + own, variant.headers_unchanged + own
    if is_steady:
        variant.steady, variant.steady_unchanged = fixed, unchanged
    return fixed, unchanged


def _is_conditional(headers: dict[bytes, bytes]) -> bool:
    return b"if-none-match" in headers or b"if-modified-since" in headers


def _is_met(headers: dict[bytes, bytes], response: CachedResponse, now: datetime) -> bool:
    """Whether the client's copy is as good."""
    tags, since = headers.get(b"if-none-match"), headers.get(b"if-modified-since")
    if tags == response.etag:
        return True
    basis = response.basis
    changed = _last_modified(basis.head, now) if basis.is_dated else None
    copy = Precondition(_text(tags), _text(since))
    return copy.met_by(response.etag.decode(), changed and changed[0])


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _cache_control(response: CachedResponse, now: datetime) -> tuple[bytes, bytes]:
    basis = response.basis
    return b"cache-control", cache_control(basis.head, now, basis.life).encode()


def _last_modified(head: Head, now: datetime) -> tuple[datetime, bytes] | None:
    """The instant of `Last-Modified` and the header's value, once that instant has come."""
    date = _date_of(head)
    return date if date is not None and date[0] <= head.moment(now) else None


@lru_cache(maxsize=8)
def _date_of(head: Head) -> tuple[datetime, bytes] | None:
    moment = last_modified(head, FOREVER)
    return None if moment is None else (moment, format_datetime(moment, usegmt=True).encode())
