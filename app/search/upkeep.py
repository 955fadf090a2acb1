"""The part of an engine's protocol that keeps the index correct."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PendingTask:
    """The oldest unfinished task of a server, and its age."""

    task: int
    seconds: float


class Upkeep(Protocol):
    """One part of `app.search.protocol.Engine`; all methods may raise `Unavailable`."""

    @property
    def index(self) -> str:
        """The identity of the index: the same name in every process that has it."""
        ...

    @property
    def portion(self) -> int:
        """The number of changes that `apply` should get at once, if so many wait."""
        ...

    def take(self, *, insist: bool = False) -> bool:
        """Take or keep the writer's lease. True if another process may have written since this one
        last did, unseen by the cursor: then compare everything with the store.

        With `insist` the holder is asked to give it back soon. Raises `IndexBusy`.
        """
        ...

    def release(self) -> None:
        """Let others write, if changing hands costs nothing; there is nothing to write for now."""
        ...

    def pending_task(self) -> PendingTask | None:
        """The oldest accepted task that is not done; None if there is none."""
        ...

    def server_problem(self) -> str:
        """The problem of the server itself and its remedy, or "". Never raises."""
        ...

    def missing_actions(self) -> Sequence[str]:
        """The actions that the engine needs and is not allowed."""
        ...

    def differing_settings(self) -> Sequence[str]:
        """The settings that are not as they should be; the next `apply` puts them right."""
        ...

    def repair_settings(self) -> Sequence[str]:
        """Put right at once the settings that others have changed, and return their names. Cheap if
        nothing has changed. Only for the holder of the writer's lease."""
        ...

    def strangers(self) -> Sequence[str]:
        """The names of documents in the index that `apply` cannot have written."""
        ...

    def delete_strangers(self, names: Sequence[str]) -> None:
        """Delete strangers. Raises `IndexBusy`."""
        ...

    def restore(self) -> bool:
        """Restore the index that was last replaced; false if none was kept."""
        ...
