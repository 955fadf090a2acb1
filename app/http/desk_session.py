"""The login of the desk: a cookie that counts only in requests which the desk's own pages send.

A browser sends a cookie along with whatever makes it ask. So the cookie alone proves nothing: the
request also needs a header that no form and no page of another origin can send, and the browser's
own word that it comes from a page of this origin.
"""

from ipaddress import ip_address
from typing import Final

from starlette.requests import Request

from app.http.own_origins import web_origin
from app.runtime import Runtime

COOKIE: Final = "__Host-willay"
HEADER: Final = "Willay-Desk"


def desk_secret(request: Request) -> str | None:
    """The session's secret in the cookie, if the desk's own page sent the request."""
    secret = request.cookies.get(COOKIE)
    if not secret or request.headers.get(HEADER) is None:
        return None
    is_own = is_same_origin(request) or _is_plain_read(request)
    return secret if is_private(request) and is_own else None


def is_private(request: Request) -> bool:
    """Whether nobody on the way can read the request: it came by HTTPS, or from this machine."""
    return request.url.scheme == "https" or _is_loopback(request.url.hostname or "")


def is_same_origin(request: Request) -> bool:
    """Whether a page of this origin sent the request, by the browser's own word. Browsers that say
    nothing of the site name the origin in whatever writes."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    runtime: Runtime = request.state.runtime
    own = {f"{request.url.scheme}://{request.url.netloc}", web_origin(runtime.settings.public_url)}
    return origin in own


def _is_plain_read(request: Request) -> bool:
    """Whether it reads, by a browser that says neither site nor origin, as Safari before 16.4 does
    for pages of the same origin. To send the desk's header, a page of another origin makes a CORS
    request, which names its origin in every browser; so this one came from a page of ours."""
    said = {"sec-fetch-site", "origin"} & set(request.headers)
    return request.method in ("GET", "HEAD") and not said


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
