"""Files over HTTP: conditional, in ranges, streamed without holding up the event loop."""

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from app.errors import NotFound, Unavailable
from app.http import problems
from app.http.cache_headers import cache_control, file_lifetimes, purge_headers
from app.http.views import View, etag_matches, open_view
from app.library.file_names import EXTENSIONS, stored_name
from app.published.media import PublicFile
from app.runtime import Runtime

_LOG = logging.getLogger("willay.media")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_BINARY = {"schema": {"type": "string", "format": "binary"}}

# A file that a browser opens directly may run nothing, whatever it turns out to be.
_CONFINED = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Accept-Ranges": "bytes",
}


@dataclass(frozen=True, slots=True)
class _OpenFile:
    file: PublicFile
    headers: dict[str, str]


async def public_file(request: Request, find: Callable[[View], PublicFile]) -> Response:
    """A file that `find` judged to be public; caches may keep it until the next boundary.

    Access is decided before any validator is compared: a condition must not reveal what exists.
    """
    runtime: Runtime = request.state.runtime

    def open_file() -> _OpenFile:
        clock = runtime.clock()
        with open_view(runtime, clock) as view:
            file = find(view)
        keys = " ".join([f"media/{file.media_id}", *file.shown_by])
        life = cache_control(view.head, clock, file_lifetimes(runtime.settings))
        return _OpenFile(
            file, {"Cache-Control": life, **purge_headers(runtime.settings, view.head, keys)}
        )

    matches = await runtime.reads.run(open_file)
    return await _file_response(request, runtime, matches.file, matches.headers)


async def private_file(request: Request, find: Callable[[Runtime], PublicFile]) -> Response:
    """A file for one caller alone, which no cache may keep."""
    runtime: Runtime = request.state.runtime
    file = await runtime.reads.run(lambda: find(runtime))
    return await _file_response(request, runtime, file, {"Cache-Control": "private, no-store"})


async def _file_response(
    request: Request, runtime: Runtime, file: PublicFile, headers: dict[str, str]
) -> Response:
    tag = f'"{file.sha256}"'
    headers = {**_CONFINED, **headers, "ETag": tag}
    if etag_matches(request.headers.get("if-none-match"), tag):
        return Response(None, 304, headers)
    if file.name is not None:
        headers["Content-Disposition"] = _content_disposition(
            file.name, EXTENSIONS[file.media_type]
        )
    start, end = 0, file.bytes
    range_header = request.headers.get("range")
    if range_header is not None and request.headers.get("if-range", tag) == tag:
        part = _parse_range(range_header, file.bytes)
        if part is None:
            message = f"The file has {file.bytes} bytes; ask for a part of them."
            beyond = {"Content-Range": f"bytes */{file.bytes}"}
            return problems.problem_response(416, "range_not_satisfiable", message, headers=beyond)
        start, end = part
    is_whole = (start, end) == (0, file.bytes)
    if not is_whole:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.bytes}"
    headers["Content-Length"] = str(end - start)
    chunks = runtime.storage.read(stored_name(file.sha256, file.media_type), start, end)
    first = await runtime.files.run(lambda: _first_chunk(chunks, file))
    body = _stream_chunks(runtime, chunks, first)
    return StreamingResponse(body, 200 if is_whole else 206, headers, file.media_type)


def _parse_range(header: str, size: int) -> tuple[int, int] | None:
    """The requested range as [start, end). The whole file for several ranges or none; None for a
    range beyond its end (RFC 9110, 14.2)."""
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return 0, size
    if not match[1]:
        last = min(int(match[2]), size)
        return (size - last, size) if last else None
    start = int(match[1])
    if match[2] and int(match[2]) < start:
        return 0, size
    return (start, min(int(match[2]) + 1, size) if match[2] else size) if start < size else None


def _first_chunk(chunks: Iterator[bytes], file: PublicFile) -> bytes:
    try:
        return next(chunks)
    except (NotFound, StopIteration) as error:
        _LOG.error("media %s: the file %s is missing", file.media_id, file.sha256)
        message = "The file cannot be read now; tell the operator."
        raise Unavailable("media_unavailable", message) from error


async def _stream_chunks(
    runtime: Runtime, chunks: Iterator[bytes], first: bytes
) -> AsyncIterator[bytes]:
    chunk: bytes | None = first
    while chunk is not None:
        yield chunk
        chunk = await runtime.files.run_inside(lambda: next(chunks, None))


def _content_disposition(name: str, extension: str) -> str:
    """`Content-Disposition` to save a file under its own name with its true extension."""
    stem = name.removesuffix(f".{extension}") or "document"
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", stem)
    full = quote(f"{stem}.{extension}", safe="")
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{full}"


def file_responses(*, private: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that serves files."""
    answers = problems.public_responses(304, 400, 404, 410, 416, 503)
    never = problems.header("Never kept", "^private, no-store$")
    unchanged = {
        "ETag": problems.header("Strong: the file's own hash", '^"[0-9a-f]{64}"$'),
        "Cache-Control": never if private else problems.CACHE_LIFE,
        "Content-Security-Policy": problems.header(
            "Nothing may run", "^default-src 'none'; sandbox$"
        ),
    }
    ranged = {"Content-Range": problems.header("Which part", r"^bytes \d+-\d+/\d+$")}
    content = dict.fromkeys(EXTENSIONS, _BINARY)
    answers[200] = {"description": "The file", "content": content}
    answers[206] = {"description": "A part of it", "headers": ranged, "content": content}
    answers[304] = {"description": "Not Modified", "headers": unchanged}
    return answers
