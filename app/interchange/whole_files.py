"""Files that are whole or absent, whenever a program is killed."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def write_whole(target: Path, chunks: Iterable[bytes]) -> None:
    """Write a file, and the folders above it; it takes the place of an earlier one at its end."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
