"""Folders and files that only their user may open."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

OTHERS: Final = 0o077
"""What group and others may do."""


def make_private_folder(folder: Path) -> None:
    """Make the folder. One that is there already, as a system makes it for a service, is closed to
    others as long as nothing is in it: afterwards who may look is for its owner to say."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.stat()
    if state.st_mode & OTHERS and state.st_uid == os.geteuid() and not any(folder.iterdir()):
        folder.chmod(0o700)


@contextmanager
def private_umask() -> Iterator[None]:
    """Whatever this process makes meanwhile is private."""
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(paths: Iterator[Path]) -> Iterator[Path]:
    """Those of the paths that others than their user may open; what is gone is not."""
    for path in paths:
        try:
            state = path.lstat()
        except FileNotFoundError:
            continue
        if not path.is_symlink() and state.st_mode & OTHERS:
            yield path
