"""Whole answers, kept under the tag that names their bytes.

A tag is made of the log's head, the address and whatever else the answer depends on, so a kept
answer needs no invalidation: what has changed is asked for by another tag, and what nobody asks
for any more is the first to go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cachetools import LRUCache

_BESIDE: Final = 1_000
"""Bytes that an answer takes beside its body, roughly."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, its `Link` header's targets by relation, its keys for purging caches."""

    body: bytes
    links: Mapping[str, str | None]
    keys: str
    media: str = "application/json"

    @property
    def size(self) -> int:
        """Bytes that keeping it takes."""
        return len(self.body) + _BESIDE


class ResponseCache:
    """At most `size` bytes of answers, those asked for last; shared by threads."""

    def __init__(self, size: int) -> None:
        self._lock = Lock()
        self._largest = size // 8
        self._answers: LRUCache[str, Answer] = LRUCache(size, lambda answer: answer.size)

    def get(self, tag: str) -> Answer | None:
        """The answer that has this tag, if it is kept."""
        with self._lock:
            return self._answers.get(tag)

    def keep(self, tag: str, answer: Answer) -> None:
        """Keep it, and forget what was not asked for longest; too large a one is not kept."""
        if answer.size <= self._largest:
            with self._lock:
                self._answers[tag] = answer
