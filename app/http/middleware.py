"""Before routing: refuse what no parameter may hold, answer HEAD and OPTIONS, open CORS."""

from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Detail
from app.http.problems import answer
from app.kit.text import is_legal

_OPEN = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Last-Modified, Link, Retry-After, Location"),
]
_SAFE = [(b"x-content-type-options", b"nosniff")]
_ALLOW = "GET, HEAD, OPTIONS"
# More than any address takes; each one that is unknown costs a search for what was meant.
_MOST_PARAMETERS = 50


class Gate:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        public = not scope["path"].startswith("/v1/admin")
        headers = _SAFE + _OPEN if public else _SAFE
        headless = scope["method"] == "HEAD"

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *headers]}
            elif headless and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refused = _refusal(scope)
        if refused is not None:
            await refused(scope, receive, dressed)
        elif public and scope["method"] == "OPTIONS":
            await _preflight(scope, receive, dressed)
        else:
            # An endless answer must know that nobody waits for its body.
            inner = {**scope, "method": "GET", "headless": True} if headless else scope
            await self.app(inner, receive, dressed)


def _refusal(scope: Scope) -> ASGIApp | None:
    query: bytes = scope["query_string"]
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if b"%" not in path and b"%" not in query and b"\x00" not in query and query.isascii():
        return _repeated(query)
    for where, raw in (("path", path), ("query", query)):
        try:
            text = unquote_to_bytes(raw).decode()
        except UnicodeDecodeError:
            return answer(400, "invalid_encoding", f"The {where} is not UTF-8; encode it so.")
        if not is_legal(text) or "\n" in text or "\t" in text:
            return answer(400, "control_character", f"Remove control characters from the {where}.")
    return _repeated(query)


def _repeated(query: bytes) -> ASGIApp | None:
    if query.count(b"&") == 0:
        return None
    pairs = [pair for pair in query.split(b"&") if pair]
    if len(pairs) > _MOST_PARAMETERS:
        message = f"At most {_MOST_PARAMETERS} parameters; send fewer."
        return answer(400, "too_many_parameters", message)
    seen = set()
    for pair in pairs:
        name = unquote_to_bytes(pair.split(b"=", 1)[0]).decode()
        if name in seen:
            detail = Detail("repeated_parameter", "Send it once.", parameter=name[:60])
            message = f"The parameter {name[:60]!r} is there twice; send it once."
            return answer(400, "repeated_parameter", message, [detail])
        seen.add(name)
    return None


async def _preflight(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [
        (b"allow", _ALLOW.encode()),
        (b"access-control-allow-methods", _ALLOW.encode()),
        (b"access-control-allow-headers", b"If-None-Match, Accept, Content-Type, Last-Event-ID"),
        (b"access-control-max-age", b"86400"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
