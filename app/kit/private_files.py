"""Folders and files that only their user may open."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

OTHERS: Final = 0o077
"""The permissions of group and others."""


def make_private_folder(folder: Path) -> None:
    """Make a private folder. An existing one, as a system makes for a service, is closed to others
    while it is empty; later its owner decides who may read it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.stat()
    if state.st_mode & OTHERS and state.st_uid == os.geteuid() and not any(folder.iterdir()):
        folder.chmod(0o700)


@contextmanager
def private_umask() -> Iterator[None]:
    """Make new files private while the block runs."""
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(paths: Iterator[Path]) -> Iterator[Path]:
    """The paths that other users may open; a missing one counts as closed."""
    for path in paths:
        try:
            state = path.lstat()
        except FileNotFoundError:
            continue
        if not path.is_symlink() and state.st_mode & OTHERS:
            yield path
