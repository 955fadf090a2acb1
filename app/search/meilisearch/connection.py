"""One server, and the keys by which it is searched and written to."""

from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from threading import Lock

from meilisearch import Client

from app.search.meilisearch.breaker import Breaker
from app.search.meilisearch.keys import ServerKeys, find_key, provision_keys
from app.search.meilisearch.transport import KeptConnections, Timeouts, official

SEARCHES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, the key that we were given, and the index that is ours.

    `searching` are the timeouts of a search; `writing` is the seconds that a write may take.
    """

    url: str
    key: str | None
    index: str = "willay"
    searching: Timeouts = (0.5, 2.0)
    writing: int = 30


@dataclass(frozen=True, slots=True)
class _Ways:
    """What is made once for as long as the keys are good."""

    keys: ServerKeys
    reader: KeptConnections
    eraser: KeptConnections

    def close(self) -> None:
        for kept_connections in (self.reader, self.eraser):
            with suppress(OSError):
                kept_connections.close()


class Connection:
    """Asks for the keys when they are first needed; shared by all threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.breaker = Breaker()
        self.makes_keys = True
        self._lock = Lock()
        self._ways: _Ways | None = None

    def client(self, key: str | None) -> Client:
        """The official client, for one thread, which does not wait long."""
        return official(self.address.url, key, ceil(self.address.searching[1]))

    def given_client(self) -> Client:
        """The same, by the key that we were given."""
        return self.client(self.address.key)

    def writer(self) -> Client:
        """May write this index and those built beside it; for one thread."""
        return official(self.address.url, self.keys().write, self.address.writing)

    def reader(self) -> KeptConnections:
        """May search this index and nothing else, where we could choose."""
        return self._open().reader

    def eraser(self) -> KeptConnections:
        """May delete documents of this index, and of those built beside it."""
        return self._open().eraser

    def keys(self) -> ServerKeys:
        """The keys that are used; asks for them once."""
        return self._open().keys

    def checked_keys(self) -> ServerKeys:
        """The keys that are used, after a look whether the server still knows the one that
        searches: it is made again where it does not."""
        keys = self.keys()
        if keys.search_uid is not None and find_key(self.given_client(), keys.search_uid) is None:
            self.forget_keys()
        return self.keys()

    def forget_keys(self) -> bool:
        """The server refused our key: ask for it anew. False when there is nothing to ask."""
        with self._lock:
            ways, self._ways = self._ways, None
        if ways is None:
            return False
        ways.close()
        return ways.keys.search != self.address.key

    def close(self) -> None:
        """Close the kept connections."""
        self.forget_keys()

    def _open(self) -> _Ways:
        if self._ways is not None:
            return self._ways
        with self._lock:
            if self._ways is None:
                here = self.address
                keys = provision_keys(
                    self.given_client(), here.key, here.index, makes=self.makes_keys
                )
                self._ways = _Ways(
                    keys,
                    KeptConnections(here.url, keys.search, SEARCHES_AT_ONCE, here.searching),
                    KeptConnections(here.url, keys.write, 1, (here.searching[0], here.writing)),
                )
            return self._ways
