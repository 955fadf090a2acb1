"""The desk's files, and one page for every address below `/desk/`."""

import json
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.desk.sign_in import sign_in_routes
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
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    headers = page_headers(settings)
    own_files = {
        path.name: StaticPage.of(
            path.read_bytes(), _MEDIA_TYPES[path.suffix], {"Cache-Control": _BRIEFLY}
        )
        for path in (_HERE / "static").iterdir()
    }

    @cache
    def built_files(manifest: bytes) -> dict[str, StaticPage]:
        kept = {"Cache-Control": _FOREVER}
        return {
            name: StaticPage.of((_BUILT / name).read_bytes(), _MEDIA_TYPES[Path(name).suffix], kept)
            for name in json.loads(manifest).values()
        }

    @cache
    def shell(manifest: bytes) -> StaticPage:
        template = "shell.html" if manifest else "unbuilt.html"
        body = templates.get_template(template).render(
            names=json.loads(manifest or b"{}"), config=desk_config(settings)
        )
        status = 200 if manifest else 503
        return StaticPage.of(body.encode(), "text/html; charset=utf-8", headers, status)

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


def desk_config(settings: Settings) -> dict[str, object]:
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


def page_headers(settings: Settings) -> dict[str, str]:
    """The headers of every page of the desk."""
    frames = _origin_of(settings.preview_url, settings.site_url) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"connect-src 'self'; frame-src {frames}; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
    }


def _read_manifest() -> bytes:
    """Which built file has which part; empty before the desk is built."""
    try:
        return (_BUILT / _MANIFEST).read_bytes()
    except FileNotFoundError:
        return b""


def _origin_of(preview_url: str | None, site_url: str | None) -> str | None:
    """The origin of the front end's page for previews."""
    if preview_url is None:
        return None
    parts = urlsplit(preview_url.replace("{site}", site_url or ""))
    return f"{parts.scheme}://{parts.netloc}"
