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
from app.storage.protocol import (
    CHUNK_BYTES,
    NAME,
    StoredObject,
    check_name,
    storage_full,
    storage_unavailable,
    watch_outage,
)

_UNFINISHED: Final = ".put-"
_UNUSABLE: Final = "The media folder cannot be used; try again later."
_DOOMED: Final = ".doomed-"


class LocalStorage:
    """`<folder>/<first two digits>/<sha256>.<extension>`.

    A file is written beside its place, synced, and renamed into it, so its name shows a whole file
    or none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.outage = Outage("The media", "willay.storage")

    def put(self, name: str, content: bytes) -> None:
        """See `Storage.put`."""
        with self._watch_outage():
            path = self._path(name)
            self._make_folder(path.parent)
            try:
                os.utime(path)
            except FileNotFoundError:
                self._write(path, content)

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """See `Storage.read`."""
        with self._watch_outage(), self._path(name).open("rb") as file:
            file.seek(start)
            while start < end and (chunk := file.read(min(end - start, CHUNK_BYTES))):
                start += len(chunk)
                yield chunk

    def discard(self, name: str, before: datetime) -> bool:
        """See `Storage.discard`.

        The file is moved away before its age is judged. A `put` that comes meanwhile either has
        renewed it, and then it is moved back, or finds no file and writes it anew.
        """
        with self._watch_outage():
            path = self._path(name)
            doomed = path.with_name(_DOOMED + path.name)
            try:
                path.rename(doomed)
            except FileNotFoundError:
                return False
            if _modified_at(doomed.stat()) >= before:
                doomed.replace(path)
                return False
            doomed.unlink()
            return True

    def list_objects(self) -> Iterator[StoredObject]:
        """See `Storage.list_objects`."""
        with self._watch_outage():
            for path in self._folder.glob("??/*"):
                name = f"{path.parent.name}/{path.name}"
                if NAME.fullmatch(name):
                    try:
                        state = path.stat()
                    except FileNotFoundError:  # discarded meanwhile
                        continue
                    yield StoredObject(name, state.st_size, _modified_at(state))

    def tidy(self, before: datetime) -> int:
        """See `Storage.tidy`."""
        cleared = 0
        with self._watch_outage():
            for path in self._folder.glob(f"??/{_UNFINISHED}*"):
                if _modified_at(path.stat()) < before:
                    path.unlink(missing_ok=True)
                    cleared += 1
            for path in self._folder.glob(f"??/{_DOOMED}*"):
                # Moved away and not yet judged: move it back, to be judged again.
                path.replace(path.with_name(path.name.removeprefix(_DOOMED)))
                cleared += 1
        return cleared

    def _watch_outage(self) -> AbstractContextManager[None]:
        return watch_outage(self.outage, self._fault)

    def _fault(self, error: Exception) -> WillayError | None:
        if isinstance(error, FileNotFoundError):
            return NotFound("file_not_found", "The file is not there.")
        if not isinstance(error, OSError):
            return None
        message = f"{error.filename or self._folder}: {error.strerror}"
        return (
            storage_full(message)
            if error.errno in NO_ROOM
            else storage_unavailable(_UNUSABLE, message)
        )

    def _path(self, name: str) -> Path:
        path = (self._folder / check_name(name)).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise ValueError("a name led out of the folder")
        return path

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            for path in (folder, folder.parent, folder.parent.parent):
                _sync_folder(path)

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
        _sync_folder(path.parent)


def _modified_at(state: os.stat_result) -> datetime:
    return datetime.fromtimestamp(state.st_mtime, UTC)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
