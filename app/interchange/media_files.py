"""The files that records name: they lie beside the file of records, and nowhere else."""

import os
import stat
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from app.errors import Invalid, TooLarge, WillayError


def open_beside(folder: Path, name: str, most: int) -> BinaryIO:
    """A file of at most `most` bytes in the folder or below it, opened to read.

    `Invalid` (`file_outside`) for a path that leaves the folder, by itself or by a link;
    `file_missing` when nothing is there; `not_a_file` for folders, pipes and devices.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        raise _outside(name)
    root = folder.resolve()
    try:
        place = (root / path).resolve(strict=True)
        if not place.is_relative_to(root):
            raise _outside(name)
        # Neither waits for the writer of a pipe nor follows a link that was put there meanwhile.
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError as error:
        raise Invalid("file_missing", f"There is no file {name} beside the records.") from error
    except (OSError, ValueError, RuntimeError) as error:
        raise _unreadable(name, error) from error
    try:
        _check_state(name, os.fstat(handle), most)
    except WillayError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def read_beside(folder: Path, name: str, most: int) -> bytes:
    """The bytes of such a file."""
    with open_beside(folder, name, most) as file:
        return file.read(most)


def _check_state(name: str, state: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise Invalid("not_a_file", f"{name} is no file; name a picture or a PDF.")
    if state.st_size > most:
        message = f"{name} has {state.st_size} bytes, and at most {most} are taken; make it smaller"
        raise TooLarge("media_too_large", f"{message}, or raise WILLAY_MEDIA_MAX_BYTES.")


def _outside(name: str) -> Invalid:
    message = f"{name[:200]} leaves the folder of the records; put the file beside them."
    return Invalid("file_outside", message)


def _unreadable(name: str, error: Exception) -> Invalid:
    reason = error.strerror if isinstance(error, OSError) else None
    return Invalid("file_unreadable", f"{name[:200]} cannot be read: {reason or 'an odd path'}.")
