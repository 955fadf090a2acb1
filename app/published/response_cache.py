"""Whole answers, kept under the tag that names their bytes.

A tag includes the log's head, the address and everything else that the answer depends on, so a kept
answer needs no invalidation. A changed answer has another tag, and the answer that was not used for
longest is dropped first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cachetools import LRUCache

_BESIDE: Final = 1_000
"""The approximate bytes that an answer takes in addition to its body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, its `Link` header's targets by relation, its keys for purging caches."""

    body: bytes
    links: Mapping[str, str | None]
    keys: str
    media: str = "application/json"

    @property
    def size(self) -> int:
        """The bytes that keeping the answer takes."""
        return len(self.body) + _BESIDE


class ResponseCache:
    """At most `size` bytes of answers, the most recently used ones; shared by threads."""

    def __init__(self, size: int) -> None:
        self._lock = Lock()
        self._largest = size // 8
        self._answers: LRUCache[str, Answer] = LRUCache(size, lambda answer: answer.size)

    def get(self, tag: str) -> Answer | None:
        """The answer with this tag, if it is kept."""
        with self._lock:
            return self._answers.get(tag)

    def keep(self, tag: str, answer: Answer) -> None:
        """Keep an answer and drop the least recently used ones; too large an answer is not kept."""
        if answer.size <= self._largest:
            with self._lock:
                self._answers[tag] = answer
