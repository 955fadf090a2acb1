"""The least that a server can do: fixed bytes from a bare ASGI application, with as many bytes of
headers as the service sends, and the same from FastAPI.

`/answer?file=NAME` sends a recorded response: the headers as JSON in `NAME.json`, its body in
`NAME.body`, both in the folder that `WILLAY_BENCH_RECORDED` names.
"""

import json
import os
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

_FOLDER = "WILLAY_BENCH_RECORDED"


@lru_cache(maxsize=100)
def _recorded(query: bytes) -> tuple[Message, Message]:
    name = query.decode().removeprefix("file=")
    path = Path(os.environ[_FOLDER]) / name
    recorded = json.loads(path.with_suffix(".json").read_text())
    headers = [(key.encode(), value.encode()) for key, value in recorded["headers"]]
    start: Message = {
        "type": "http.response.start",
        "status": recorded["status"],
        "headers": headers,
    }
    return start, {"type": "http.response.body", "body": path.with_suffix(".body").read_bytes()}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] == "http":
        start, body = _recorded(scope["query_string"])
        await send(start)
        await send(body)


framework = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})


@framework.get("/answer")
async def answer(file: str) -> Response:
    """The same by FastAPI."""
    start, body = _recorded(f"file={file}".encode())
    response = Response(body["body"], start["status"])
    response.raw_headers = list(start["headers"])
    return response
