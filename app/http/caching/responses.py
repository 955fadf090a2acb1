"""Responses in memory: at most so many bytes, for one head of the log.

A response is stored from the second request for its address on, so a client that asks for
thousands of addresses once drives nothing out. When the head moves all are dropped, and the
addresses stay known, so whatever is asked for again is stored at once.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.changes import Head
from app.http.cache_headers import cache_control
from app.http.caching.encodings import GZIP, IDENTITY, SMALLEST, is_compressible
from app.http.network_limits import Headers
from app.http.views import Basis

Address = tuple[bytes, bytes]
"""The raw path and the query string of a request."""

_BESIDE: Final = 2_000
"""The approximate bytes that a response takes in addition to its bodies, headers and address."""

_LARGEST_SHARE: Final = 8
"""No response takes more than this part of all."""

_KNOWN_AT_MOST: Final = 50_000
"""The addresses of one generation; two are remembered."""

_ONCE_ONLY: Final = frozenset(
    (
        *(b"cache-control", b"last-modified", b"content-length"),
        *(b"ratelimit", b"ratelimit-policy", b"x-request-id"),
    )
)
"""The headers that each request gets anew."""

_ABSENT_FROM_304: Final = frozenset(
    (
        *(b"content-type", b"content-length", b"content-encoding"),
        *(b"surrogate-key", b"cache-tag", b"willay-sequence", b"link"),
    )
)

VARY: Final = (b"vary", b"Accept-Encoding")
"""What all responses that may be stored have, whatever encoding they come in."""


@dataclass(slots=True)
class Variant:
    """A response in one encoding: the headers of its 200, those of its 304, and its body."""

    headers: Headers
    headers_unchanged: Headers
    body: bytes
    steady: Headers | None = None
    """The headers of its 200 with those that follow the clock, once they stay as they are until
    the response's `steady_until`."""
    steady_unchanged: Headers | None = None
    """Those of its 304."""


@dataclass(slots=True)
class CachedResponse:
    """A whole response, with the state that it was made from."""

    basis: Basis
    headers: Headers
    body: bytes
    route: object
    """The route that made it, which layers outside ask for."""
    template: str
    """That route's template, for the metrics."""
    etag: bytes = field(init=False)
    steady_until: datetime = field(init=False)
    """The instant from which its lifetimes count down to the next boundary."""
    steady_control: tuple[bytes, bytes] = field(init=False)
    """Its `Cache-Control` before that."""
    is_compressible: bool = field(init=False)
    variants: dict[str, Variant] = field(init=False, default_factory=dict)
    """By encoding."""

    def __post_init__(self) -> None:
        named = dict(self.headers)
        self.etag = named[b"etag"]
        self.is_compressible = is_compressible(named.get(b"content-type", b""))
        self.headers = [header for header in self.headers if header[0] not in _ONCE_ONLY]
        head, life = self.basis.head, self.basis.life
        self.steady_until = head.next_boundary - timedelta(seconds=life.longest)
        steady = cache_control(head, head.effective_until, life)
        self.steady_control = b"cache-control", steady.encode()
        self.add_variant(IDENTITY, self.body)

    @property
    def size(self) -> int:
        """The bytes that it takes."""
        named = sum(len(name) + len(value) for name, value in self.headers)
        return _BESIDE + named + sum(len(variant.body) for variant in self.variants.values())

    def encoding_for(self, preferred: str) -> str:
        """The encoding to send to a client that prefers one."""
        is_worth_it = self.is_compressible and len(self.body) >= SMALLEST
        return preferred if is_worth_it else IDENTITY

    def add_variant(self, encoding: str, body: bytes) -> Variant:
        """Store the body in an encoding."""
        headers = [*self.headers, (b"content-length", b"%d" % len(body))]
        headers.append(VARY)
        if encoding == GZIP:
            headers.append((b"content-encoding", b"gzip"))
        bare = [header for header in headers if header[0] not in _ABSENT_FROM_304]
        variant = self.variants[encoding] = Variant(headers, bare, body)
        return variant


class ResponseStore:
    """The stored responses of one process, of at most `size` bytes; used by one thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._head: Head | None = None
        self._responses: OrderedDict[Address, CachedResponse] = OrderedDict()
        self._bytes = 0
        self._known: set[int] = set()
        self._known_before: set[int] = set()

    @property
    def bytes(self) -> int:
        """The bytes that the responses take."""
        return self._bytes

    @property
    def head(self) -> Head | None:
        """The head that all responses were made from."""
        return self._head

    def move_to(self, head: Head) -> None:
        """Drop all responses that were made from another head."""
        if head is self._head:
            return
        if head != self._head:
            self._responses.clear()
            self._bytes = 0
        self._head = head

    def get(self, address: Address) -> CachedResponse | None:
        """The response of an address, made from `head`."""
        return self._responses.get(address)

    def touch(self, address: Address) -> None:
        """Note that the response was used."""
        if address in self._responses:
            self._responses.move_to_end(address)

    def add(self, address: Address, response: CachedResponse) -> bool:
        """Store a response; false if it is too large, or not made from the newest head."""
        size = _size(address, response)
        if size * _LARGEST_SHARE > self._size:
            self.forget(address)
            return False
        head, last = response.basis.head, self._head
        if last is None or (head.epoch == last.epoch and head.sequence > last.sequence):
            self.move_to(head)
        if head != self._head:
            return False
        self.remove(address)
        self._responses[address] = response
        self._count(size)
        return True

    def remove(self, address: Address) -> None:
        """Drop the response of an address."""
        if (response := self._responses.pop(address, None)) is not None:
            self._bytes -= _size(address, response)

    def _count(self, size: int) -> None:
        """Count so many bytes more, and drop the least recently used responses."""
        self._bytes += size
        while self._bytes > self._size:
            self.remove(next(iter(self._responses)))

    def is_known(self, address: Address) -> bool:
        """Whether the address gave a cacheable answer lately."""
        name = hash(address)
        return name in self._known or name in self._known_before

    def learn(self, address: Address) -> None:
        """Note that the address gives cacheable answers."""
        if self._size == 0:
            return
        if len(self._known) >= _KNOWN_AT_MOST:
            self._known_before, self._known = self._known, set()
        self._known.add(hash(address))

    def forget(self, address: Address) -> None:
        """Note that the answers of the address cannot be stored."""
        self._known.discard(hash(address))
        self._known_before.discard(hash(address))


def without_length(headers: Headers) -> Headers:
    """The headers of a response whose body is not sent, if its client would get it compressed: the
    length that they name is that of the plain body."""
    return [header for header in headers if header[0] != b"content-length"]


def _size(address: Address, response: CachedResponse) -> int:
    return len(address[0]) + len(address[1]) + response.size
