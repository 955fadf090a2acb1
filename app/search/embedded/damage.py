"""Translates the library's errors about an unreadable index, and remembers them."""

import re
from errno import EACCES, EMFILE, ENFILE, EPERM, EROFS
from pathlib import Path
from types import TracebackType
from typing import Final

from app.outage import NO_ROOM
from app.search.protocol import IndexUnreadable

_SAID: Final = "The search index could not be used; try again later."
_NUMBERS: Final = "|".join(
    str(number) for number in (*NO_ROOM, EACCES, EPERM, EROFS, EMFILE, ENFILE)
)
_OF_THE_MACHINE: Final = re.compile(rf"\(os error ({_NUMBERS})\)")
"""The library's form of a system error."""


class DamageGuard:
    """Turns failures of the library into `IndexUnreadable`; encloses every use of it.

    A failure alone proves no damage (a full disk fails too); it is a reason to check.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.was_seen = False

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and _is_of_the_library(error):
            self.was_seen = True
            cause = f"{self._folder}: {error}"
            raise IndexUnreadable("index_unreadable", _SAID, cause=cause) from error


def is_of_the_machine(error: IndexUnreadable) -> bool:
    """Whether the disk is full or not ours, so that the index itself may be sound."""
    return _OF_THE_MACHINE.search(error.cause) is not None


def _is_of_the_library(error: BaseException) -> bool:
    # The library's assertions arrive as a class that is no Exception and cannot be imported.
    return isinstance(error, ValueError) or type(error).__name__ == "PanicException"
