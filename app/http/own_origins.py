"""Who may post for a reader: pages of this site, and servers.

A page of somebody else could sign its visitors' neighbours up, from their browsers and with their
addresses on the network. Browsers say which page posts; a server says nothing.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

from app.errors import Forbidden
from app.settings import Settings


def require_own_origin(request: Request, settings: Settings) -> None:
    """`Forbidden` if a browser posts from a page that is not of this site."""
    origin = request.headers.get("origin")
    if origin is None and request.headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return
    if origin is None or origin not in _own_origins(settings):
        message = "Only pages of this site may post here; name others in WILLAY_CORS_ORIGINS."
        raise Forbidden("origin_not_allowed", message)


def _own_origins(settings: Settings) -> set[str]:
    addresses = (settings.site_url, settings.public_url)
    own = {web_origin(address) for address in addresses if address is not None}
    return own | set(settings.cors_origins)


def web_origin(address: str) -> str:
    """The origin of an address, as browsers name it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
