"""The lease that the engine needs, whoever implements it."""

from typing import Protocol


class Lease(Protocol):
    """The right to write to one index, held by one process at a time and only for a while."""

    def take(self, *, insist: bool = False) -> int | None:
        """Take or keep the lease: its epoch, which grows whenever it changes hands, or None if
        another process holds it. With `insist` the holder is asked to give it back."""
        ...

    def keep(self) -> bool:
        """Renew the lease; false if it is lost."""
        ...

    def give_back(self) -> None:
        """Give the lease up."""
        ...
