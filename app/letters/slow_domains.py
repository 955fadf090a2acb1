"""Domains that keep the server from answering: their letters wait, and the others go on."""

from time import monotonic
from typing import Final

_REST_SECONDS: Final = 900.0


class SlowDomains:
    """The domains at which a recipient was not answered for lately.

    One domain that is slow says nothing of the server. A second one in a row means that the server
    itself is.
    """

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._blamed: str | None = None

    def has(self, address: str) -> bool:
        """Whether the letter to an address waits."""
        return self._until.get(_domain_of(address), 0.0) > monotonic()

    def blame(self, address: str, problem: str | None) -> bool:
        """Let the domain of an address rest, if it is the cause of a broken connection."""
        domain = _domain_of(address)
        if problem != "rcpt_unanswered" or self._blamed not in (None, domain):
            return False
        self._blamed = domain
        self._until[domain] = monotonic() + _REST_SECONDS
        return True

    def forgive(self) -> None:
        """Record that the server answers."""
        self._blamed = None


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
