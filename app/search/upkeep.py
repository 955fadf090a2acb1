"""What is asked of an engine by whoever keeps it true, beside what it is to hold and to find."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PendingTask:
    """What a server was given to do and has not done: the oldest such task, and since when."""

    task: int
    seconds: float


class Upkeep(Protocol):
    """One side of `app.search.protocol.Engine`; all may raise `Unavailable`."""

    @property
    def index(self) -> str:
        """Which index it is: the same name for every process that has it."""
        ...

    @property
    def portion(self) -> int:
        """How many changes `apply` should be given at once, when so many wait."""
        ...

    def take(self, *, insist: bool = False) -> bool:
        """Take or keep the writer's lease. True when another process may have written since this
        one last did, in a way that the cursor does not tell: hold all against the store then.

        With `insist` whoever holds it is asked to give it back soon. Raises `IndexBusy`.
        """
        ...

    def release(self) -> None:
        """There is nothing to write for now: others may, where it costs nothing to change hands."""
        ...

    def pending_task(self) -> PendingTask | None:
        """What was accepted and is not done; None when nothing is."""
        ...

    def server_problem(self) -> str:
        """What is wrong with the server itself and how to cure it, or "". Never raises."""
        ...

    def missing_actions(self) -> Sequence[str]:
        """What the engine is not allowed to do, and has to."""
        ...

    def differing_settings(self) -> Sequence[str]:
        """Settings that are not as they should be; the next `apply` puts them right."""
        ...

    def repair_settings(self) -> Sequence[str]:
        """Put right at once the settings that others have changed, and name them. Cheap where
        nothing has changed. For who holds the writer's lease."""
        ...

    def strangers(self) -> Sequence[str]:
        """Names of what is in the index and is no document that `apply` could have written."""
        ...

    def delete_strangers(self, names: Sequence[str]) -> None:
        """Delete strangers. Raises `IndexBusy`."""
        ...

    def restore(self) -> bool:
        """Put what was replaced last back into its place; false when nothing was kept."""
        ...
