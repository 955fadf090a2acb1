"""Content encodings: which one a client wants (RFC 9110, 12.5.3), and bodies in it."""

import zlib
from functools import lru_cache
from typing import Final

GZIP: Final = "gzip"
IDENTITY: Final = ""

SMALLEST: Final = 1_000
"""The bytes below which an encoding saves nothing."""

_LEVEL: Final = 5
_GZIP_FORMAT: Final = 31  # zlib's word for the largest window with gzip's header
_COMPRESSIBLE: Final = frozenset(
    (
        *(b"application/json", b"application/problem+json", b"application/ld+json"),
        *(b"application/feed+json", b"application/rss+xml", b"application/atom+xml"),
        *(b"application/xml", b"text/xml", b"text/html", b"text/plain", b"text/calendar"),
    )
)


def is_compressible(content_type: bytes) -> bool:
    """Whether bodies of a `Content-Type` shrink."""
    return content_type.partition(b";")[0] in _COMPRESSIBLE


def gzipped(body: bytes) -> bytes:
    """A body in gzip; the same body gives the same bytes."""
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_FORMAT)
    return stream.compress(body) + stream.flush()


@lru_cache(maxsize=256)
def preferred_encoding(accept: bytes) -> str:
    """`GZIP` or `IDENTITY`, as an `Accept-Encoding` prefers; gzip where both are as welcome.

    A client that refuses both gets the plain body, because an error would help nobody.
    """
    weights: dict[str, float] = {}
    for part in accept.decode("latin-1").lower().split(","):
        name, *parameters = [word.strip() for word in part.split(";")]
        weights.setdefault("gzip" if name == "x-gzip" else name, _weight(parameters))
    gzip = weights.get("gzip", weights.get("*", 0.0))
    plain = weights.get("identity", weights.get("*", 0.0))
    return GZIP if gzip > 0 and gzip >= plain else IDENTITY


def _weight(parameters: list[str]) -> float:
    """The `q` among the parameters of one encoding: 1 when absent, 0 when it is no number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
