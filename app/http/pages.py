"""The contract and the pages that show it: made once, conditional, and in no frame.

FastAPI makes them anew for every request, without a validator. It sets no policy for them in a
browser either, though users can log in there.
"""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.caching.encodings import IDENTITY, gzipped, preferred_encoding
from app.http.views import etag_matches, tag_of

_PAGES: Final = frozenset(
    (
        *("/", "/openapi.json", "/openapi-public.json"),
        *("/docs", "/docs/oauth2-redirect", "/redoc"),
    )
)
_ASSETS: Final = "/static-offline-docs/"
_KEPT: Final = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding"}
_SCRIPT: Final = re.compile(rb"<script(?![^>]*src=)[^>]*>(.+?)</script>", re.DOTALL)


class DocsPages:
    """The layer that caches these pages after their first request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._pages: dict[tuple[str, str], Response] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        path = scope.get("path", "")
        is_page = path in _PAGES and scope.get("method") == "GET"
        if not is_page:
            send_page = _with_age(send) if path.startswith(_ASSETS) else send
            await self.app(scope, receive, send_page)
            return
        headers = Headers(scope=scope)
        encoding = preferred_encoding(headers.get("accept-encoding", "").encode("latin-1"))
        page = self._pages.get((path, encoding))
        if page is None:
            page = self._pages[path, IDENTITY] = await self._render_page(scope, receive)
            page = self._pages[path, encoding] = _encode_page(page, encoding)
        tag = page.headers["etag"]
        if etag_matches(headers.get("if-none-match"), tag):
            page = Response(None, 304, {**_KEPT, "ETag": tag})
        await page(scope, receive, send)

    async def _render_page(self, scope: Scope, receive: Receive) -> Response:
        """The framework's answer, with the headers that it leaves out."""
        parts: list[Message] = []

        async def collect(message: Message) -> None:
            parts.append(message)

        await self.app(scope, receive, collect)
        body = b"".join(part.get("body", b"") for part in parts)
        value = Headers(raw=parts[0]["headers"])
        media = value["content-type"]
        headers = {**_KEPT, "ETag": tag_of(body)}
        if media.startswith("text/html"):
            headers["Content-Security-Policy"] = value.get("content-security-policy") or _policy(
                body
            )
            headers["X-Frame-Options"] = "DENY"
        return Response(body, parts[0]["status"], headers, media)


def _encode_page(page: Response, encoding: str) -> Response:
    """The page in another encoding; its tag is weak, so it is the same for all of them."""
    if encoding == IDENTITY:
        return page
    headers = {
        name: value for name, value in page.headers.items() if name.lower() != "content-length"
    }
    headers["Content-Encoding"] = encoding
    return Response(gzipped(bytes(page.body)), page.status_code, headers)


def _policy(page: bytes) -> str:
    """The policy of a page: it loads our files and runs its own scripts, and no more."""
    digests = [b64encode(sha256(script).digest()).decode() for script in _SCRIPT.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _with_age(send: Send) -> Send:
    async def send_with_age(message: Message) -> None:
        if message["type"] == "http.response.start":
            raw = [(name.lower().encode(), value.encode()) for name, value in _KEPT.items()]
            message = {**message, "headers": [*message["headers"], *raw]}
        await send(message)

    return send_with_age
