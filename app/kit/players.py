"""Players of other sites in a body: which are accepted, and what replaces the others."""

import re
from collections.abc import Collection
from typing import Final

# No user, port, backslash or blank: these can hide another host from a careless reader.
_SOURCE: Final = re.compile(
    r"https://(?P<host>[a-z0-9.-]+)(?P<path>/[^\s\\?#]*)?(?P<rest>[?#][^\s\\]*)?", re.IGNORECASE
)
# No other paths of these hosts: some of their addresses lead on to any other site.
_PATHS: Final = {
    "www.youtube.com": re.compile(r"/embed/?|/embed/[\w-]+"),
    "www.youtube-nocookie.com": re.compile(r"/embed/?|/embed/[\w-]+"),
    "player.vimeo.com": re.compile(r"/video/\d+"),
    "open.spotify.com": re.compile(r"/embed(?:-podcast)?/[a-z]+/\w+"),
    "w.soundcloud.com": re.compile(r"/player/?"),
}
_ANY: Final = re.compile(r"(?!.*(?:/\.|%2e))(?:/.*)?", re.IGNORECASE)
_FLASH: Final = re.compile(r"/v/([\w-]+)(?:&.*)?")
_HTTP: Final = re.compile(r"https?://[^\s/\\]|/(?![/\\])", re.IGNORECASE)
_FEATURES: Final = (
    *("autoplay", "encrypted-media", "fullscreen", "picture-in-picture", "clipboard-write"),
)


def player_url(address: str, hosts: Collection[str]) -> str | None:
    """The `https:` address of a player of a listed host; None for any other."""
    source = _SOURCE.fullmatch(_to_https(address.strip()))
    if source is None:
        return None
    host, path = source["host"].lower(), source["path"] or ""
    host = f"www.{host}" if host not in hosts else host
    if "youtube" in host and (flash := _FLASH.fullmatch(path)):
        path = f"/embed/{flash[1]}"
    if host not in hosts or not _PATHS.get(host, _ANY).fullmatch(path):
        return None
    return f"https://{host}{path}{source['rest'] or ''}"


def _to_https(address: str) -> str:
    if address.startswith("//"):
        return f"https:{address}"
    return f"https{address[4:]}" if address[:7].lower() == "http://" else address


def allowed_features(allow: str) -> str:
    """The requested permissions that an embed may have: never a camera, a place, a payment."""
    names = [feature.split()[0].lower() for feature in allow.split(";") if feature.strip()]
    return "; ".join(dict.fromkeys(name for name in names if name in _FEATURES))


def safe_link(address: str) -> str | None:
    """The address of a link in place of a refused player; None if it is not safe."""
    url = address.strip()
    if url.startswith("//"):
        url = f"https:{url}"
    return url if _HTTP.match(url) and not re.search(r"[\s\\]", url) else None
