"""Files of a copy: synced to the disk, counted and digested while they are written."""

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Final

from app.backup.manifest import BackupFile
from app.errors import Conflict, Unavailable

_CHUNK: Final = 1 << 20


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, beside the target; it gets the target's name when the block ends.

    `Conflict` when the target exists and is not an empty folder. A failed block removes the folder;
    a killed process leaves one named `.….partial-…`, which is no copy.
    """
    target = target.absolute()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        message = f"{target} is there already; name a folder that is new or empty."
        raise Conflict("folder_in_use", message)
    draft = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
        yield draft
        for folder in (*(path for path in draft.rglob("*") if path.is_dir()), draft):
            _sync(folder)
        draft.rename(target)
        _sync(target.parent)
    except OSError as error:
        message = f"{error.filename or target}: {error.strerror}; mend that and try again."
        raise Unavailable("copy_failed", message) from error
    finally:
        rmtree(draft, ignore_errors=True)


class BackupWriter:
    """Writes the files of a folder and records them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, BackupFile] = {}

    @contextmanager
    def open_gzip(self, name: str) -> Iterator[Callable[[bytes], object]]:
        """A new gzip file; yields the function that writes to it."""
        with self._open_new(name) as write:
            sink = gzip.GzipFile("", "wb", 5, _Sink(write), mtime=0)
            with sink:
                yield sink.write

    def write_text(self, name: str, content: str) -> None:
        """A new file of text."""
        with self._open_new(name) as write:
            write(content.encode())

    def copy_file(self, source: Path, name: str) -> int:
        """Copy a file and return its size. FileNotFoundError."""
        with source.open("rb") as file, self._open_new(name) as write:
            while chunk := file.read(_CHUNK):
                write(chunk)
        return self.files[name].bytes

    @contextmanager
    def _open_new(self, name: str) -> Iterator[Callable[[bytes], int]]:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = sha256(), 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:

            def write(data: bytes) -> int:
                nonlocal size
                digest.update(data)
                size += len(data)
                return file.write(data)

            yield write
            file.flush()
            os.fsync(file.fileno())
        self.files[name] = BackupFile(bytes=size, sha256=digest.hexdigest())


class _Sink:
    """The part of a file that gzip writes to."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self.write = write

    def flush(self) -> None:
        """Do nothing: the file is flushed at its end."""


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
