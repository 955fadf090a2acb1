"""The true kind of an upload, by its first bytes; names and declared types are never believed."""

import re
from typing import Final, Literal

from app.errors import Invalid, Unsupported

Kind = Literal[
    "image/jpeg", "image/png", "image/webp", "image/avif", "image/gif", "application/pdf"
]

HEAD_BYTES: Final = 4096
"""The number of first bytes that `kind_of` reads."""

_AVIF_BRANDS: Final = (b"avif", b"avis")
_PDF: Final = re.compile(rb"%PDF-[12]\.\d[\s%]")
_END_BYTES: Final = 1024

_TAKEN: Final = "Send a JPEG, PNG, WebP, AVIF or GIF image, or a PDF."


def kind_of(head: bytes) -> Kind:
    """The kind of a file that begins with `head`; `Unsupported` for any other."""
    match head[:12]:
        case bytes(start) if start.startswith(b"\xff\xd8\xff"):
            return "image/jpeg"
        case bytes(start) if start.startswith(b"\x89PNG\r\n\x1a\n"):
            return "image/png"
        case bytes(start) if start[:4] == b"RIFF" and start[8:] == b"WEBP":
            return "image/webp"
        case bytes(start) if start[4:8] == b"ftyp" and _brands(head) & {*_AVIF_BRANDS}:
            return "image/avif"
        case bytes(start) if start[:6] in (b"GIF87a", b"GIF89a"):
            return "image/gif"
    if _PDF.match(head):
        return "application/pdf"
    raise Unsupported("unsupported_media", _why_not(head))


def _brands(head: bytes) -> set[bytes]:
    """The brands of an ISO base media file; its first brand may name only the container."""
    brand_bytes = head[8 : min(int.from_bytes(head[:4]), 256)]
    return {brand_bytes[at : at + 4] for at in range(0, len(brand_bytes), 4) if at != 4}


def check_document(start: bytes, end: bytes) -> None:
    """`Invalid` (`broken_media`) unless a file with this start and end can be a whole PDF."""
    if not _PDF.match(start) or b"%%EOF" not in end[-_END_BYTES:]:
        raise Invalid("broken_media", "This PDF is cut off or damaged; export it again.")


_KNOWN_REFUSALS: Final = (
    (re.compile(rb"\Z"), f"The upload is empty. {_TAKEN}"),
    (
        re.compile(rb"(?s)\s*<.*<svg|\s*<svg", re.IGNORECASE),
        "SVG can carry scripts and is not taken; export the drawing as PNG or WebP.",
    ),
    (re.compile(rb"\s*<"), f"This is a web page or another kind of markup. {_TAKEN}"),
    (
        re.compile(rb"(?s)....ftyp(?:he|mif1|msf1)"),
        "HEIC is not taken; export the photograph as JPEG.",
    ),
    (re.compile(rb"BM"), "BMP is not taken; export the image as PNG or JPEG."),
    (
        re.compile(rb"\xff\x0a|\0\0\0\x0cJXL "),
        "JPEG XL is not taken; export the image as JPEG or PNG.",
    ),
    (
        re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"),
        "JPEG 2000 is not taken; export the image as JPEG or PNG.",
    ),
    (re.compile(rb"PK"), f"This is an archive or an office document. {_TAKEN}"),
    (re.compile(rb"II\*\0|MM\0\*"), "TIFF is not taken; export the image as JPEG or PNG."),
)


def _why_not(head: bytes) -> str:
    bare = head.removeprefix(b"\xef\xbb\xbf")
    for begins, sentence in _KNOWN_REFUSALS:
        if begins.match(bare):
            return sentence
    return f"This kind of file is not taken. {_TAKEN}"
