"""Folders for as long as some work runs, which do not stay when its process is killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "temporary-"


@contextmanager
def temporary_folder(place: Path) -> Iterator[Path]:
    """An empty folder within `place`; it is deleted at the end, or by the next that asks for one if
    this process is killed."""
    place.mkdir(parents=True, exist_ok=True)
    delete_abandoned_folders(place)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # the system lets it go, however this process ends
        yield folder
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def delete_abandoned_folders(place: Path) -> None:
    """Delete the folders within `place` of processes that were killed."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
