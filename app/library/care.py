"""Files that nothing names, and names without a file: counted, and the former swept away."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.editorial import media_shelf
from app.runtime import Runtime
from app.storage.protocol import Stored

SPARED_FOR: Final = timedelta(days=1)
"""How long a file that nothing names stays: its row may be about to be written."""


@dataclass(frozen=True, slots=True)
class State:
    """How many files there are, in bytes too; how many of them nothing names; how many that are
    named are missing."""

    files: int
    bytes: int
    unnamed: int
    missing: int


def examined(runtime: Runtime) -> State:
    """Compare storage with the store."""
    before = _named(runtime)
    found = list(runtime.storage.stored())
    after = _named(runtime)  # what came while the files were listed is neither unnamed nor missing
    there = {_digest(file) for file in found}
    return State(
        files=len(found),
        bytes=sum(file.size for file in found),
        unnamed=sum(_digest(file) not in after for file in found),
        missing=len((before & after) - there),
    )


def swept(runtime: Runtime) -> int:
    """Remove files that nothing has named for a day, and what crashes left half written; how many
    that were."""
    before = runtime.clock() - SPARED_FOR
    old = [file for file in runtime.storage.stored() if file.modified < before]
    named = _named(runtime)
    removed = sum(
        runtime.storage.discard(file.name, before) for file in old if _digest(file) not in named
    )
    return removed + runtime.storage.tidy(before)


def _named(runtime: Runtime) -> set[str]:
    with runtime.database.reading() as tx:
        return media_shelf.file_digests(tx)


def _digest(file: Stored) -> str:
    return file.name[3:].partition(".")[0]
