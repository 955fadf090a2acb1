"""Whatever the library says of an index that it cannot read, said in our words, and remembered."""

from pathlib import Path
from types import TracebackType

from app.search.protocol import IndexUnreadable


class Damage:
    """Around every use of the library: its failures become `IndexUnreadable`.

    A failure alone proves no damage (a full disk fails too); it is a reason to look.
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
            raise IndexUnreadable(
                "index_unreadable",
                f"The search index in {self._folder} could not be used: {error}",
            ) from error


def _is_of_the_library(error: BaseException) -> bool:
    # Its assertions arrive as a class that is no Exception and cannot be imported.
    return isinstance(error, ValueError) or type(error).__name__ == "PanicException"
