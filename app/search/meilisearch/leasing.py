"""What the engine needs of a lease, whoever keeps it."""

from typing import Protocol


class Lease(Protocol):
    """The right to write to one index, held by one process at a time and only for a while."""

    def take(self, *, insist: bool = False) -> int | None:
        """Take or keep it: the epoch, which grows whenever it changes hands; None when another
        holds it. With `insist` that other is asked to give it back."""
        ...

    def keep(self) -> bool:
        """Keep it for another while; false when it is lost."""
        ...

    def give_back(self) -> None:
        """Let others have it."""
        ...
