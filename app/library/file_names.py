"""How the files of media are called, in addresses and in storage."""

from collections.abc import Mapping
from typing import Final

from app.storage.protocol import name_of

EXTENSIONS: Final[Mapping[str, str]] = {
    "image/webp": "webp",
    "image/jpeg": "jpg",
    "application/pdf": "pdf",
}
"""Of every file that is kept, by its media type."""


def stored_name(digest: str, media_type: str) -> str:
    """The name in storage of a file with that SHA-256."""
    return name_of(digest, EXTENSIONS[media_type])
