"""The addresses of media in the service's answers."""

import re
from json import dumps
from typing import Final
from uuid import UUID

MEDIA: Final = "/v1/media/"
SRCSET_JOIN: Final = ", "
"""Between the files of a `srcset`, each of which ends with its width: `640w, /v1/media/…`."""

MAIN_WIDTH: Final = 1200
"""The widest JPEG that stands for a picture: every browser shows it, and it fits a page."""

ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""The pattern of a medium's id."""
_OURS: Final = re.compile(
    rf"(?:https?://[^/]+(?:/[^?#]*)?)?{MEDIA}({ID})/([a-z0-9]+\.[a-z0-9]+)(?:[?#]\S*)?", re.I
)


def media_folder(media_id: UUID) -> str:
    """The common beginning of the paths of a medium's renditions."""
    return f"{MEDIA}{media_id}/"


def media_path(media_id: UUID, rendition: str) -> str:
    """The path at which a rendition is served, without the service's own address."""
    return media_folder(media_id) + rendition


def media_of(address: str) -> tuple[UUID, str] | None:
    """The medium and the rendition that an address names; None for any other address."""
    match = _OURS.fullmatch(address)
    return (UUID(match[1]), match[2]) if match else None


def place_in(address: str) -> str:
    """The fragment of an address, with its `#`; a file's query has no meaning."""
    _, mark, place = address.partition("#")
    return mark + place


def make_absolute(text: bytes, base: bytes, folder: bytes = MEDIA.encode()) -> bytes:
    """JSON or HTML in which the paths of media begin with the service's own address, or with
    another folder instead.

    The store keeps only paths, so that a service may move. A path stands right after the quotation
    mark that begins a JSON string or an attribute, or after the width of the file before it.
    """
    for before in (b'"', _AFTER_WIDTH):
        text = text.replace(before + MEDIA.encode(), before + base + folder)
    return text


def absolute_media(json: bytes, address: str) -> bytes:
    """JSON in which the paths of media begin with the service's own address."""
    return make_absolute(json, dumps(address)[1:-1].encode())


_AFTER_WIDTH: Final = b"w" + SRCSET_JOIN.encode()
