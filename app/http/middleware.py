"""The layer around all routes: malformed addresses, HEAD, OPTIONS, failures, CORS.

Public answers are open to every origin, without credentials; management's to those in the settings.
"""

from collections.abc import Collection, Sequence
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Detail
from app.http.problems import allowed_methods, problem_response, unexpected_response
from app.http.request_body import RequestBody
from app.http.routing import EndpointRoute
from app.kit.text import is_legal

_OPEN = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Last-Modified, Link, Retry-After, Location, X-Request-Id, "
        b"RateLimit, RateLimit-Policy",
    ),
]
_MANAGEMENT_EXPOSED = (
    b"access-control-expose-headers",
    b"ETag, Location, Retry-After, Idempotency-Replayed, X-Request-Id",
)
_SAFE = [(b"x-content-type-options", b"nosniff")]
_MANAGEMENT = "/v1/admin"
# The desk's pages, and its forms for passwords, are for their own origin alone.
_CLOSED = (_MANAGEMENT, "/desk")
# Its clients send their name, and a key that is ignored.
_INSTANT = "/v1/search/instant"
# More than any address takes; each unknown one costs a search for the name that was meant.
_MOST_PARAMETERS = 50


class Gate:
    """The layer that meets every request before the routes do."""

    def __init__(
        self, app: ASGIApp, origins: Collection[str], own_query: Sequence[EndpointRoute]
    ) -> None:
        self.app = app
        self._origins = {origin.encode() for origin in origins}
        self._own_query = own_query

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        public = not scope["path"].startswith(_CLOSED)
        headers = _SAFE + (_OPEN if public else self._cors_headers(scope))
        headless = scope["method"] == "HEAD"
        incoming, is_begun = RequestBody(scope, receive), False

        async def send_with_headers(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                kept_open = [] if await incoming.drain() else [(b"connection", b"close")]
                message = {**message, "headers": [*message["headers"], *headers, *kept_open]}
            elif headless and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        receive = receive if incoming.is_whole else incoming.receive
        try:
            refused = self._refusal(scope)
            if refused is not None:
                await refused(scope, receive, send_with_headers)
            elif scope["method"] == "OPTIONS":
                await _preflight(scope, send_with_headers, public=public)
            else:
                # A stream must know that nobody waits for its body.
                inner = {**scope, "method": "GET", "headless": True} if headless else scope
                try:
                    await self.app(inner, receive, send_with_headers)
                finally:
                    scope["route"] = inner.get("route")
        except ClientDisconnect:
            pass  # nobody waits for an answer
        except Exception as error:
            # Logged here and no further, so that a fault leaves one trace. An answer that has begun
            # is not ended: the server then cuts it off.
            failure = unexpected_response(scope, error)
            if not is_begun:
                await failure(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """The refusal of a bad address; some routes judge their query themselves."""
        refused = _refused_path(scope)
        if refused is not None:
            return refused
        refused = _refused_query(scope["query_string"])
        if refused is None:
            return None
        own = next((route for route in self._own_query if route.accepts(scope)), None)
        if own is None or (scope["query_string"].count(b"&") >= _MOST_PARAMETERS):
            return refused
        scope["query_string"] = own.relevant_query(scope["query_string"])
        return None if own.answers_all else _refused_query(scope["query_string"])

    def _cors_headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The headers for the origin that may read the answer; no cache may give it to another."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
        headers = [(b"vary", b"Origin")]
        if origin in self._origins:
            headers += [(b"access-control-allow-origin", origin), _MANAGEMENT_EXPOSED]
        return headers


def with_public_headers(send: Send) -> Send:
    """Adds what every public answer has, for a layer outside of the gate."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_SAFE, *_OPEN]}
        await send(message)

    return send_with_headers


def _refused_path(scope: Scope) -> ASGIApp | None:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return _refused_text("path", path) if b"%" in path else None


def _refused_query(query: bytes) -> ASGIApp | None:
    if b"%" in query or b"\x00" in query or not query.isascii():
        return _refused_text("query", query) or _refuse_repeated(query)
    return _refuse_repeated(query)


def _refused_text(where: str, raw: bytes) -> ASGIApp | None:
    try:
        text = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return problem_response(400, "invalid_encoding", f"The {where} is not UTF-8; encode it so.")
    if not is_legal(text) or "\n" in text or "\t" in text:
        return problem_response(
            400, "control_character", f"Remove control characters from the {where}."
        )
    return None


def _refuse_repeated(query: bytes) -> ASGIApp | None:
    if query.count(b"&") == 0:
        return None
    pairs = [pair for pair in query.split(b"&") if pair]
    if len(pairs) > _MOST_PARAMETERS:
        message = f"At most {_MOST_PARAMETERS} parameters; send fewer."
        return problem_response(400, "too_many_parameters", message)
    seen = set()
    for pair in pairs:
        name = unquote_to_bytes(pair.split(b"=", 1)[0]).decode()
        if name in seen:
            detail = Detail("repeated_parameter", "Send it once.", parameter=name[:60])
            message = f"The parameter {name[:60]!r} is there twice; send it once."
            return problem_response(400, "repeated_parameter", message, [detail])
        seen.add(name)
    return None


async def _preflight(scope: Scope, send: Send, *, public: bool) -> None:
    # An unknown address allows the request, whose answer says to any script that nothing is there.
    taken_here = allowed_methods(scope["app"], scope) or ["GET", "HEAD", "OPTIONS"]
    methods = ", ".join(taken_here).encode()
    taken = b"If-None-Match, Accept, Content-Type, Last-Event-ID"
    if not public:
        taken += b", Authorization, If-Match, Idempotency-Key"
    elif scope["path"].startswith(_INSTANT):
        taken += b", Authorization, X-Meilisearch-Client"
    headers = [
        (b"allow", methods),
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", taken),
        (b"access-control-max-age", b"86400"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
