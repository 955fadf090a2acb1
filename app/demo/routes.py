"""The demo's files, and one page for every other address below `/demo/`.

That page is an empty shell. Its modules read the address, ask the API and build the page; so an
address works by a link and by a reload alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.http.caching.encodings import GZIP, SMALLEST, gzipped, preferred_encoding
from app.http.views import etag_matches, tag_of
from app.resources import path_of
from app.settings import Settings

_STATIC: Final = Path(__file__).with_name("static")
_SHELL: Final = "shell.html"
_CLIENT: Final = "clients/js/willay.js"
_DEEPEST: Final = 20
_MEDIA_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for "
    "'script'; trusted-types willay"
)
_HEADERS: Final = {
    # Modules of two versions must never meet, so a browser asks each time; mostly it hears 304.
    "Cache-Control": "public, no-cache",
    "Vary": "Accept-Encoding",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # the address of a preview holds a secret
}


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    zipped: bytes | None
    media_type: str
    tag: str


def demo_routes(settings: Settings) -> list[Route]:
    """The routes of the demo. They read its files once, so no request names a path on disk."""
    files = _read_files()
    shell = files.pop(_SHELL).body.decode()
    shell = re.sub("{name}", lambda _: escape(settings.site_name), shell)

    async def lead_to_demo(_request: Request) -> Response:
        return RedirectResponse("./demo/", 308)

    async def show(request: Request) -> Response:
        below = _path_below(request)
        file = files.get(below)
        return _answer(request, file or _to_file(_shell_at(shell, below), ".html"))

    return [
        Route("/demo", lead_to_demo, include_in_schema=False),
        Route("/demo/{path:path}", show, include_in_schema=False),
    ]


def _read_files() -> dict[str, _File]:
    found = [*_STATIC.iterdir(), path_of(_CLIENT)]
    return {
        path.name: _to_file(path.read_bytes(), path.suffix)
        for path in found
        if path.suffix in _MEDIA_TYPES
    }


def _to_file(body: bytes, suffix: str) -> _File:
    zipped = gzipped(body) if len(body) >= SMALLEST else None
    return _File(body, zipped, _MEDIA_TYPES[suffix], tag_of(body))


def _path_below(request: Request) -> str:
    """The path below `/demo/` as the browser wrote it: only a slash there makes it deeper."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0].partition("/demo/")[2]


def _shell_at(shell: str, below: str) -> bytes:
    """The page, whose links lead up to `/demo/`, so that it works behind a proxy with a prefix."""
    root = "../" * min(below.count("/"), _DEEPEST) or "./"
    return shell.replace("{root}", root).encode()


def _answer(request: Request, file: _File) -> Response:
    headers: Mapping[str, str] = {**_HEADERS, "ETag": file.tag}
    if etag_matches(request.headers.get("if-none-match"), file.tag):
        return Response(None, 304, headers)
    accepted = request.headers.get("accept-encoding", "").encode("latin-1")
    if file.zipped is not None and preferred_encoding(accepted) == GZIP:
        return Response(file.zipped, 200, {**headers, "Content-Encoding": GZIP}, file.media_type)
    return Response(file.body, 200, headers, file.media_type)
