"""The least that a server can do: fixed bytes from a bare ASGI application.

`/700` answers 200 with a body of 700 bytes, `/0` answers 304 without one.
"""

from functools import lru_cache

from starlette.types import Message, Receive, Scope, Send


@lru_cache(maxsize=100)
def _made(path: str) -> tuple[Message, Message]:
    size = int(path.removeprefix("/"))
    headers = [(b"content-type", b"application/json")]
    if size:
        headers.append((b"content-length", str(size).encode()))
    start: Message = {
        "type": "http.response.start",
        "status": 200 if size else 304,
        "headers": headers,
    }
    return start, {"type": "http.response.body", "body": b"x" * size}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] == "http":
        start, body = _made(scope["path"])
        await send(start)
        await send(body)
