"""One server, and the keys to search it and to write to it."""

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
    """The server's address, the key that was configured, and the name of our index.

    `searching` are the timeouts of a search; `writing` is the limit of a write in seconds.
    """

    url: str
    key: str | None
    index: str = "willay"
    searching: Timeouts = (0.5, 2.0)
    writing: int = 30


@dataclass(frozen=True, slots=True)
class _Ways:
    """The keys and their connections, created once for as long as the keys are valid."""

    keys: ServerKeys
    reader: KeptConnections
    eraser: KeptConnections

    def close(self) -> None:
        for kept_connections in (self.reader, self.eraser):
            with suppress(OSError):
                kept_connections.close()


class Connection:
    """Requests the keys at their first use; all threads share it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.breaker = Breaker()
        self.makes_keys = True
        self._lock = Lock()
        self._ways: _Ways | None = None

    def client(self, key: str | None) -> Client:
        """The official client with short timeouts, for one thread."""
        return official(self.address.url, key, ceil(self.address.searching[1]))

    def given_client(self) -> Client:
        """The same with the configured key."""
        return self.client(self.address.key)

    def writer(self) -> Client:
        """A client, for one thread, that may write this index and those built beside it."""
        return official(self.address.url, self.keys().write, self.address.writing)

    def reader(self) -> KeptConnections:
        """Connections that may search this index and nothing else, if we could choose the key."""
        return self._open().reader

    def eraser(self) -> KeptConnections:
        """Connections that may delete documents of this index, and of those built beside it."""
        return self._open().eraser

    def keys(self) -> ServerKeys:
        """The keys in use, requested once."""
        return self._open().keys

    def checked_keys(self) -> ServerKeys:
        """The keys in use, after checking that the server still knows the search key. A missing one
        is created again."""
        keys = self.keys()
        if keys.search_uid is not None and find_key(self.given_client(), keys.search_uid) is None:
            self.forget_keys()
        return self.keys()

    def forget_keys(self) -> bool:
        """Forget the keys, as the server refused one; false if there is nothing to request anew."""
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
