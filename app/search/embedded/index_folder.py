"""The folder of one index: locked while in use, thrown away if damaged, retired if outdated.

A shared lock on a file in the folder shows that a process uses it; the kernel frees it when the
process dies. The file also shows whether another folder of the same name has replaced it.
"""

import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Self
from uuid import uuid4

_HELD = "held.lock"
_IDENTITY = "identity"
_WASTE = "discarded-"
_OURS = re.compile(r"v\d+(-[A-Za-z0-9]+)+")
_LOG = logging.getLogger("willay.search")


class LockedFolder:
    """A folder that exists and will not be retired while this is open."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._identity = _inode_of(os.fstat(descriptor))

    @classmethod
    def of(cls, path: Path) -> Self:
        """The folder, created if absent."""
        while True:
            path.mkdir(parents=True, exist_ok=True)
            descriptor = _open_lock(path)
            if descriptor is None:
                continue
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            folder = cls(path, descriptor)
            if folder.is_there():
                return folder
            folder.close()  # it was retired between the opening and the lock

    def is_there(self) -> bool:
        """Whether the folder was neither removed nor replaced."""
        try:
            return _inode_of(os.stat(self.path / _HELD)) == self._identity
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Release the folder."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """While the block runs, no other process here opens or throws away an index below `path`."""
    path.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path / "opening.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def folder_identity(path: Path) -> str:
    """A random name of the folder, the same in every process that uses it."""
    path.mkdir(parents=True, exist_ok=True)
    file, draft_file = path / _IDENTITY, path / f"{_IDENTITY}-{token_hex(4)}"
    if not file.exists():
        draft_file.write_text(token_hex(8))
        with suppress(FileExistsError):  # another process was first
            os.link(draft_file, file)
        draft_file.unlink()
    return file.read_text()


def throw_away(folder: Path) -> None:
    """Remove an index at once, even in use: its users go on with their open files."""
    waste = folder.with_name(f"{_WASTE}{uuid4().hex}")
    folder.rename(waste)
    # A process that still writes there may leave files; `retire_others` removes them later.
    shutil.rmtree(waste, ignore_errors=True)


def retire_others(current: Path) -> None:
    """Remove unused indexes of other versions beside this one."""
    for folder in current.parent.iterdir():
        if folder.name.startswith(_WASTE):
            shutil.rmtree(folder, ignore_errors=True)
        elif folder != current and _OURS.fullmatch(folder.name) and _is_unused(folder):
            throw_away(folder)
            _LOG.info("the outdated search index %s was removed", folder)


def _is_unused(folder: Path) -> bool:
    descriptor = _open_lock(folder)
    if descriptor is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _open_lock(folder: Path) -> int | None:
    """A descriptor of the folder's lock; None if the folder is gone."""
    try:
        return os.open(folder / _HELD, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except FileNotFoundError:
        return None


def _inode_of(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino
