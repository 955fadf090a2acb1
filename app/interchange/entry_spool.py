"""Prepared entries on disk, so that a trial's transaction lasts only while it tries them."""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.interchange.import_entry import ReadyEntry


@contextmanager
def spool_entries(
    coming: Iterator[ReadyEntry], folder: Path, advance: Callable[[int], None]
) -> Iterator[Iterator[ReadyEntry]]:
    """All entries, once the last one is prepared; `advance` receives the size of each.

    The file has no name, so nobody else can write what is read back here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        for ready in coming:
            pickle.dump(ready, file, pickle.HIGHEST_PROTOCOL)
            advance(ready[0].size)
        end = file.tell()
        file.seek(0)
        yield _read(file, end)


def _read(file: BinaryIO, end: int) -> Iterator[ReadyEntry]:
    while file.tell() < end:
        ready: ReadyEntry = pickle.load(file)  # noqa: S301  # this process wrote it, to a nameless file
        yield ready
