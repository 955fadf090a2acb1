"""Unreferenced files and missing files: counts both, and removes the unreferenced ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.editorial import import_runs, media_list
from app.runtime import Runtime
from app.storage.protocol import StoredObject

SPARED_FOR: Final = timedelta(days=1)
"""An unreferenced file stays for this long: its row may be about to be written."""


@dataclass(frozen=True, slots=True)
class StorageState:
    """The number of files and their bytes, of unreferenced files, and of referenced files that are
    missing."""

    files: int
    bytes: int
    unnamed: int
    missing: int


def scan_files(runtime: Runtime) -> StorageState:
    """Compare storage with the store."""
    before = _named_files(runtime)
    stored_objects = list(runtime.storage.list_objects())
    after = _named_files(
        runtime
    )  # a file added during the listing counts as neither unnamed nor missing
    stored_digests = {_digest(file) for file in stored_objects}
    return StorageState(
        files=len(stored_objects),
        bytes=sum(file.size for file in stored_objects),
        unnamed=len(_without_names(runtime, stored_objects, after)),
        missing=len((before & after) - stored_digests),
    )


def collect_garbage(runtime: Runtime) -> int:
    """Remove files that were unreferenced for a day, and half-written files of crashes; return how
    many."""
    before = runtime.clock() - SPARED_FOR
    old = [file for file in runtime.storage.list_objects() if file.modified < before]
    unnamed = _without_names(runtime, old, _named_files(runtime))
    removed = sum(runtime.storage.discard(file.name, before) for file in unnamed)
    return removed + runtime.storage.tidy(before)


def _without_names(
    runtime: Runtime, files: Sequence[StoredObject], digests: Collection[str]
) -> list[StoredObject]:
    """The files that are neither of a medium, whose digests are given, nor a part of an import."""
    with runtime.database.reading() as tx:
        parts = import_runs.object_names(tx)
    return [file for file in files if _digest(file) not in digests and file.name not in parts]


def _named_files(runtime: Runtime) -> set[str]:
    with runtime.database.reading() as tx:
        return media_list.file_digests(tx)


def _digest(file: StoredObject) -> str:
    return file.name[3:].partition(".")[0]
