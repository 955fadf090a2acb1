"""The sandbox process: it reads one picture from standard input and writes the result to standard
output, under limits that it sets before it reads the first byte.

It writes a line of JSON (`refused`, or the picture with the length of each rendition), then the
renditions' bytes. With lengths as arguments, the input is that many renditions, one after another;
it writes their `sizes` instead. It imports nothing but Pillow, so that it starts in a tenth of a
second.
"""

import contextlib
import json
import os
import resource
import sys
from typing import Any, BinaryIO, Final

from app.imaging.pictures import Picture, PictureRefused, make_picture
from app.imaging.renditions import check_rendition

MEMORY_BYTES: Final = 1_500_000_000
CPU_SECONDS: Final = 30

PROMPTLY: Final = "--promptly"
"""The argument for work on which an operator waits; it does not stand back for other processes."""

WIDTH: Final = "--width="
"""What begins an argument that names a width in which the picture is made too."""

_LIMITS: Final = {
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_FSIZE: 0,  # the process can write no file
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NOFILE: 16,
}


def main() -> None:
    """Process one picture, or check its renditions; exit with 1 if memory runs out."""
    words = sys.argv[1:]
    if PROMPTLY not in words:
        os.nice(10)  # readers of the site go first
    for limit, most in _LIMITS.items():
        with contextlib.suppress(ValueError, OSError):  # a stricter limit already holds
            resource.setrlimit(limit, (most, most))
    with os.fdopen(0, "rb") as file, os.fdopen(1, "wb") as out:
        try:
            widths = [int(word.removeprefix(WIDTH)) for word in words if word.startswith(WIDTH)]
            lengths = [int(word) for word in words if not word.startswith("--")]
            if lengths:
                sizes = [check_rendition(file.read(length)) for length in lengths]
                out.write(json.dumps({"sizes": sizes}).encode() + b"\n")
                return
            picture = make_picture(file, widths)
        except PictureRefused as error:
            out.write(json.dumps({"refused": str(error)}).encode() + b"\n")
        except MemoryError:
            sys.exit(1)
        else:
            _write_picture(out, picture)


def _write_picture(out: BinaryIO, picture: Picture) -> None:
    header: dict[str, Any] = {
        "width": picture.width,
        "height": picture.height,
        "colour": picture.colour,
        "animated": picture.animated,
        "credit": picture.credit,
        "caption": picture.caption,
        "renditions": [
            {"width": r.width, "height": r.height, "format": r.format, "length": len(r.content)}
            for r in picture.renditions
        ],
    }
    out.write(json.dumps(header).encode() + b"\n")
    for rendition in picture.renditions:
        out.write(rendition.content)


if __name__ == "__main__":
    main()
