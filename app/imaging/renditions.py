"""Judges files that claim to be renditions which this program made: an archive brings them back.

They are served as they are, so nothing may be in them but pixels: no metadata, and nothing after
the end. It runs in the process that `sandbox_child` limits.
"""

import io
import re
import warnings
from typing import Final

from PIL import Image

from app.imaging.pictures import MOST_PIXELS, WIDTHS, PictureRefused, count_scans

_MOST_SCANS: Final = 100
_SEGMENT: Final = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
_JPEG_SEGMENTS: Final = frozenset(b"\xc0\xc2\xc4\xda\xdb\xdd\xe0")
_JFIF_BYTES: Final = 16
_WEBP_CHUNKS: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH"))


def check_rendition(content: bytes) -> tuple[int, int]:
    """Width and height of a plain JPEG or WebP; `PictureRefused` for anything else."""
    is_plain = _is_plain_jpeg(content) or _is_plain_webp(content)
    if not is_plain or count_scans(content) > _MOST_SCANS:
        raise PictureRefused("broken_media")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "WEBP")) as image:
                if image.width > WIDTHS[-1] or image.width * image.height > MOST_PIXELS:
                    raise PictureRefused("too_many_pixels")
                if getattr(image, "is_animated", False) or image.mode not in ("RGB", "RGBA"):
                    raise PictureRefused("broken_media")
                image.load()
                return image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError) as error:
        # Decoders raise these on broken bytes; the process ends after this medium anyway.
        raise PictureRefused("broken_media") from error


def _is_plain_jpeg(content: bytes) -> bool:
    """Whether the file holds only what pixels need, and ends with its last scan."""
    if not content.startswith(b"\xff\xd8"):
        return False
    at = 2
    while (marker := _SEGMENT.search(content, at)) is not None:
        kind = marker[1][0]
        if kind == 0xD9:
            return marker.end() == len(content)
        length = int.from_bytes(content[marker.end() : marker.end() + 2])
        if kind not in _JPEG_SEGMENTS or (kind == 0xE0 and length > _JFIF_BYTES):
            return False
        at = marker.end() + length
    return False


def _is_plain_webp(content: bytes) -> bool:
    """Whether the file is one still picture, and ends where it says."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return False
    at = 12
    while at + 8 <= len(content):
        if content[at : at + 4] not in _WEBP_CHUNKS:
            return False
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return at == len(content) == int.from_bytes(content[4:8], "little") + 8
