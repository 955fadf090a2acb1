"""One server, as two clients: one that only searches, and one that writes."""

from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from app.search.meilisearch.breaker import Breaker
from app.search.meilisearch.keys import Keys, found, provisioned
from app.search.meilisearch.transport import PooledClient, Timeouts

SEARCHES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, the key that we were given, and the index that is ours.

    `searching` and `writing` are the timeouts.
    """

    url: str
    key: str | None
    index: str = "willay"
    searching: Timeouts = (0.5, 2.0)
    writing: Timeouts = (1.0, 30.0)


class Connection:
    """Makes the clients when they are first needed; shared by all threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.breaker = Breaker()
        self.makes_keys = True
        self._lock = Lock()
        self._keys: Keys | None = None
        self._given = PooledClient(address.url, address.key, 1, address.searching, again=True)
        self._open: list[PooledClient] = [self._given]
        self._reader: PooledClient | None = None
        self._writer: PooledClient | None = None

    def given(self) -> PooledClient:
        """May do what the key that we were given may, and does not wait long."""
        return self._given

    def reader(self) -> PooledClient:
        """May search this index and nothing else, where we could choose."""
        return self._reader or self._made()[0]

    def writer(self) -> PooledClient:
        """May write this index and those built beside it."""
        return self._writer or self._made()[1]

    def keys(self) -> Keys:
        """The keys that are used; asks for them once."""
        self._made()
        return self._keys or Keys(self.address.key, self.address.key)

    def checked_keys(self) -> Keys:
        """The keys that are used, after a look whether the server still knows the one that
        searches: it is made again where it does not."""
        keys = self.keys()
        if keys.search_uid is not None and found(self._given, keys.search_uid) is None:
            self.forget_keys()
        return self.keys()

    def forget_keys(self) -> bool:
        """The server refused our key: ask for it anew. False when there is nothing to ask."""
        with self._lock:
            had = self._keys is not None and self._keys.search != self.address.key
            self._keys = self._reader = self._writer = None
        return had

    def close(self) -> None:
        """Close the kept connections."""
        for client in self._open:
            with suppress(OSError):
                client.pooled.close()

    def _made(self) -> tuple[PooledClient, PooledClient]:
        with self._lock:
            if self._reader is None or self._writer is None:
                here = self.address
                keys = self._keys = provisioned(
                    self._given, here.key, here.index, makes=self.makes_keys
                )
                self._reader = PooledClient(
                    here.url, keys.search, SEARCHES_AT_ONCE, here.searching, again=True
                )
                self._writer = PooledClient(here.url, keys.write, 4, here.writing, again=False)
                self._open += [self._reader, self._writer]
            return self._reader, self._writer
