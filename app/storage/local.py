"""Files in a folder of this machine."""

import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.errors import NotFound, WillayError
from app.outage import NO_ROOM, Outage
from app.storage.protocol import CHUNK_BYTES, NAME, Stored, checked, full, unavailable, watched

_UNFINISHED: Final = ".put-"
_UNUSABLE: Final = "The media folder cannot be used; try again later."
_DOOMED: Final = ".doomed-"


class LocalStorage:
    """`<folder>/<first two digits>/<sha256>.<extension>`.

    A file is written beside its place, synced, and renamed into it: at its name there is all of
    it or nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.outage = Outage("The media", "willay.storage")

    def put(self, name: str, content: bytes) -> None:
        """See `Storage.put`."""
        with self._watched():
            path = self._path(name)
            self._make_folder(path.parent)
            try:
                os.utime(path)
            except FileNotFoundError:
                self._write(path, content)

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """See `Storage.read`."""
        with self._watched(), self._path(name).open("rb") as file:
            file.seek(start)
            while start < end and (chunk := file.read(min(end - start, CHUNK_BYTES))):
                start += len(chunk)
                yield chunk

    def discard(self, name: str, before: datetime) -> bool:
        """See `Storage.discard`.

        The file is moved away before its age is judged: a `put` that comes meanwhile either
        renewed it, and it is moved back, or finds nothing and writes it anew.
        """
        with self._watched():
            path = self._path(name)
            doomed = path.with_name(_DOOMED + path.name)
            try:
                path.rename(doomed)
            except FileNotFoundError:
                return False
            if _modified(doomed.stat()) >= before:
                doomed.replace(path)
                return False
            doomed.unlink()
            return True

    def stored(self) -> Iterator[Stored]:
        """See `Storage.stored`."""
        with self._watched():
            for path in self._folder.glob("??/*"):
                name = f"{path.parent.name}/{path.name}"
                if NAME.fullmatch(name):
                    try:
                        state = path.stat()
                    except FileNotFoundError:  # discarded meanwhile
                        continue
                    yield Stored(name, state.st_size, _modified(state))

    def tidy(self, before: datetime) -> int:
        """See `Storage.tidy`."""
        cleared = 0
        with self._watched():
            for path in self._folder.glob(f"??/{_UNFINISHED}*"):
                if _modified(path.stat()) < before:
                    path.unlink(missing_ok=True)
                    cleared += 1
            for path in self._folder.glob(f"??/{_DOOMED}*"):
                # Moved away and not judged: back to its place, to be judged again.
                path.replace(path.with_name(path.name.removeprefix(_DOOMED)))
                cleared += 1
        return cleared

    def _watched(self) -> AbstractContextManager[None]:
        return watched(self.outage, self._fault)

    def _fault(self, error: Exception) -> WillayError | None:
        if isinstance(error, FileNotFoundError):
            return NotFound("file_not_found", "The file is not there.")
        if not isinstance(error, OSError):
            return None
        said = f"{error.filename or self._folder}: {error.strerror}"
        return full(said) if error.errno in NO_ROOM else unavailable(_UNUSABLE, said)

    def _path(self, name: str) -> Path:
        path = (self._folder / checked(name)).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise ValueError("a name led out of the folder")
        return path

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            for made in (folder, folder.parent, folder.parent.parent):
                _sync(made)

    def _write(self, path: Path, content: bytes) -> None:
        unfinished = path.with_name(_UNFINISHED + secrets.token_hex(8))
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        _sync(path.parent)


def _modified(state: os.stat_result) -> datetime:
    return datetime.fromtimestamp(state.st_mtime, UTC)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
