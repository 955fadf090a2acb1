"""The demo's files, and one page for every other address below `/demo/`.

That page is an empty shell. Its modules read the address, ask the API and build the page; so an
address works by a link and by a reload alike.
"""

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.http.static_pages import StaticPage
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
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # the address of a preview holds a secret
}


def demo_routes(settings: Settings) -> list[Route]:
    """The routes of the demo. They read its files once, so no request names a path on disk."""
    files = _read_files()
    shell = files.pop(_SHELL).body.decode()
    shell = re.sub("{name}", lambda _: escape(settings.site_name), shell)

    async def lead_to_demo(_request: Request) -> Response:
        return RedirectResponse("./demo/", 308)

    @cache
    def shell_below(depth: int) -> StaticPage:
        return _to_page(_shell_at(shell, depth), ".html")

    async def show(request: Request) -> Response:
        below = _path_below(request)
        page = files.get(below) or shell_below(min(below.count("/"), _DEEPEST))
        return page.answer(request.headers)

    return [
        Route("/demo", lead_to_demo, include_in_schema=False),
        Route("/demo/{path:path}", show, include_in_schema=False),
    ]


def _read_files() -> dict[str, StaticPage]:
    found = [*_STATIC.iterdir(), path_of(_CLIENT)]
    return {
        path.name: _to_page(path.read_bytes(), path.suffix)
        for path in found
        if path.suffix in _MEDIA_TYPES
    }


def _to_page(body: bytes, suffix: str) -> StaticPage:
    return StaticPage.of(body, _MEDIA_TYPES[suffix], _HEADERS)


def _path_below(request: Request) -> str:
    """The path below `/demo/` as the browser wrote it: only a slash there makes it deeper."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0].partition("/demo/")[2]


def _shell_at(shell: str, depth: int) -> bytes:
    """The page, whose links lead up to `/demo/`, so that it works behind a proxy with a prefix."""
    root = "../" * depth or "./"
    return shell.replace("{root}", root).encode()
