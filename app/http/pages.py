"""The contract and the pages that show it: made once, conditional, and in no frame.

FastAPI makes them anew for every request, without a validator. It sets no policy for them in a
browser either, though users can log in there.
"""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.static_pages import StaticPage

_PAGES: Final = frozenset(
    (
        *("/", "/openapi.json", "/openapi-public.json"),
        *("/docs", "/docs/oauth2-redirect", "/redoc"),
    )
)
_ASSETS: Final = "/static-offline-docs/"
_KEPT: Final = {"Cache-Control": "public, max-age=300"}
_SCRIPT: Final = re.compile(rb"<script(?![^>]*src=)[^>]*>(.+?)</script>", re.DOTALL)


class DocsPages:
    """The layer that caches these pages after their first request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._pages: dict[str, StaticPage] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        path = scope.get("path", "")
        is_page = path in _PAGES and scope.get("method") == "GET"
        if not is_page:
            send_page = _with_age(send) if path.startswith(_ASSETS) else send
            await self.app(scope, receive, send_page)
            return
        if path not in self._pages:
            self._pages[path] = await self._render_page(scope, receive)
        answer = self._pages[path].answer(Headers(scope=scope))
        await answer(scope, receive, send)

    async def _render_page(self, scope: Scope, receive: Receive) -> StaticPage:
        """The framework's answer, with the headers that it leaves out."""
        parts: list[Message] = []

        async def collect(message: Message) -> None:
            parts.append(message)

        await self.app(scope, receive, collect)
        body = b"".join(part.get("body", b"") for part in parts)
        value = Headers(raw=parts[0]["headers"])
        media = value["content-type"]
        headers = dict(_KEPT)
        if media.startswith("text/html"):
            headers["Content-Security-Policy"] = value.get("content-security-policy") or _policy(
                body
            )
            headers["X-Frame-Options"] = "DENY"
        return StaticPage.of(body, media, headers, parts[0]["status"])


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
