"""The desk's files, and one page for every address below `/desk/`."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.desk.sign_in import PAGE_HEADERS, sign_in_routes
from app.http.own_origins import web_origin
from app.http.static_pages import StaticPage
from app.settings import Settings

_HERE: Final = Path(__file__).parent
_BUILT: Final = _HERE / "built"
_MANIFEST: Final = "manifest.json"
_MEDIA_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_FOREVER: Final = "public, max-age=31536000, immutable"
_BRIEFLY: Final = "public, no-cache"


def desk_routes(settings: Settings) -> list[Route]:
    """The routes of the desk. They read its files once, so no request names a path on disk; files
    that are built later are read when the page is asked for again."""
    templates = _templates()
    headers = _page_headers(settings)
    own_files = _read_files((_HERE / "static").iterdir(), _BRIEFLY)

    @cache
    def built_files(manifest: bytes) -> dict[str, StaticPage]:
        return _read_files((_BUILT / name for name in json.loads(manifest).values()), _FOREVER)

    @cache
    def shell(manifest: bytes) -> StaticPage:
        names = json.loads(manifest)
        template = templates.get_template("shell.html" if names else "unbuilt.html")
        body = template.render(names=names, config=_desk_config(settings)).encode()
        return StaticPage.of(body, "text/html; charset=utf-8", headers, 200 if names else 503)

    async def lead_to_desk(_request: Request) -> Response:
        return RedirectResponse("./desk/", 308)

    async def show_asset(request: Request) -> Response:
        name = request.path_params["name"]
        page = own_files.get(name) or built_files(_read_manifest()).get(name)
        if page is None:
            return Response(None, 404, {"Cache-Control": "no-store"})
        return page.answer(request.headers)

    async def show_shell(request: Request) -> Response:
        return shell(_read_manifest()).answer(request.headers)

    return [
        Route("/desk", lead_to_desk, include_in_schema=False),
        Route("/desk/assets/{name}", show_asset, include_in_schema=False),
        *sign_in_routes(templates, settings),
        Route("/desk/{path:path}", show_shell, include_in_schema=False),
    ]


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(_HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def _read_files(paths: Iterable[Path], cached: str) -> dict[str, StaticPage]:
    kept = {"Cache-Control": cached}
    return {
        path.name: StaticPage.of(path.read_bytes(), _MEDIA_TYPES[path.suffix], kept)
        for path in paths
    }


def _desk_config(settings: Settings) -> dict[str, object]:
    """What the screens cannot know from the API: the settings that they show things by."""
    return {
        "site": settings.site_name,
        "zone": settings.timezone,
        "languages": list(settings.languages),
        "preview": _origin_of(settings.preview_url, settings.site_url),
        "embeds": list(settings.embed_hosts),
        "pages": {
            "article": _below_site(settings.article_url, settings),
            "page": _below_site(settings.page_url, settings),
        },
        "newsletters": bool(settings.newsletters),
        "sends_letters": settings.smtp_url is not None,
    }


def _below_site(template: str, settings: Settings) -> str:
    return template.replace("{site}", settings.site_url or "")


def _page_headers(settings: Settings) -> dict[str, str]:
    """The headers of every page of the desk."""
    frames = _origin_of(settings.preview_url, settings.site_url) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"connect-src 'self'; frame-src {frames}; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    return {
        **PAGE_HEADERS,
        "Cache-Control": "no-cache",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
    }


def _read_manifest() -> bytes:
    """Which built file has which part; none before the desk is built."""
    try:
        return (_BUILT / _MANIFEST).read_bytes()
    except FileNotFoundError:
        return b"{}"


def _origin_of(preview_url: str | None, site_url: str | None) -> str | None:
    """The origin of the front end's page for previews."""
    if preview_url is None:
        return None
    return web_origin(preview_url.replace("{site}", site_url or ""))
