"""Addresses of films and sounds, as the players that a body may hold."""

import html
import re
from typing import Final
from urllib.parse import quote

_YOUTUBE: Final = re.compile(
    r"https?://(?:www\.|m\.)?(?:youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#\s]*&)?v=|embed/|v/|shorts/|live/)"
    r"|youtu\.be/)([\w-]{6,20})[^\s]*",
    re.IGNORECASE,
)
_VIMEO: Final = re.compile(
    r"https?://(?:www\.|player\.)?vimeo\.com/(?:video/|channels/[^/]+/)?(\d+)[^\s]*", re.IGNORECASE
)
_SPOTIFY: Final = re.compile(
    r"https?://open\.spotify\.com/(?:embed/)?(track|album|playlist|episode|show)/(\w+)[^\s]*",
    re.IGNORECASE,
)
_SOUNDCLOUD: Final = re.compile(r"https?://(?:www\.|m\.)?soundcloud\.com/[^\s]+", re.IGNORECASE)


def embed_address(address: str) -> str | None:
    """The address of the player of a film or a sound; None when it has no known one."""
    if match := _YOUTUBE.fullmatch(address):
        return f"https://www.youtube-nocookie.com/embed/{match[1]}"
    if match := _VIMEO.fullmatch(address):
        return f"https://player.vimeo.com/video/{match[1]}"
    if match := _SPOTIFY.fullmatch(address):
        return f"https://open.spotify.com/embed/{match[1]}/{match[2]}"
    if _SOUNDCLOUD.fullmatch(address):
        return f"https://w.soundcloud.com/player/?url={quote(address, safe='')}"
    return None


def player_html(address: str) -> str:
    """A player, or a paragraph with a link to what has none."""
    address = f"https:{address}" if address.startswith("//") else address
    player = embed_address(address)
    if player is not None:
        return f'<iframe src="{html.escape(player)}"></iframe>'
    shown = html.escape(address)
    return f'<p><a href="{shown}">{shown}</a></p>'
