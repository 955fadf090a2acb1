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
from app.http.caching.responses import CachedResponse
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
        scope = request.scope
        scope["route"] = response.route
        meters = self._meters
        (meters.answers_from_memory if status == 200 else meters.answers_unchanged).inc()
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
        own = [_cache_control(response, now), *limits]
        last_change = _last_modified(response.basis.head, now) if response.basis.is_dated else None
        if last_change is not None:
            own.append((b"last-modified", last_change[1]))
        if (sent_id := self._sent_id(request)) is not None:
            own.append((REQUEST_ID, sent_id))
        if _is_met(headers, response.etag, last_change and last_change[0]):
            status, fixed, body = 304, variant.headers_unchanged, b""
        else:
            status, fixed, body = 200, variant.headers, variant.body
        await request.send(
            {"type": "http.response.start", "status": status, "headers": fixed + own}
        )
        is_headless = request.scope["method"] == "HEAD"
        await request.send({"type": "http.response.body", "body": b"" if is_headless else body})
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


def _is_met(headers: dict[bytes, bytes], etag: bytes, changed_at: datetime | None) -> bool:
    """Whether the client's copy is as good."""
    tags, since = headers.get(b"if-none-match"), headers.get(b"if-modified-since")
    if tags is None and since is None:
        return False
    if tags == etag:
        return True
    return Precondition(_text(tags), _text(since)).met_by(etag.decode(), changed_at)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _cache_control(response: CachedResponse, now: datetime) -> tuple[bytes, bytes]:
    if now < response.steady_until:
        return response.steady_control
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
