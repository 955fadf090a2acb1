"""The names of media files, in addresses and in storage."""

from collections.abc import Mapping
from typing import Final

from app.storage.protocol import name_of

EXTENSIONS: Final[Mapping[str, str]] = {
    "image/webp": "webp",
    "image/jpeg": "jpg",
    "application/pdf": "pdf",
}
"""The extension of each kept media type."""


def stored_name(digest: str, media_type: str) -> str:
    """The storage name of a file with this SHA-256."""
    return name_of(digest, EXTENSIONS[media_type])
