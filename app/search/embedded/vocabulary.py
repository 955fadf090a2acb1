"""All words of the index with the number of documents of each, kept in memory.

It serves corrections and completions. Candidates for a misspelt word share its beginning or its
end, because a single edit leaves one of the two halves unchanged. So only a slice of a sorted list
is compared.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest

from rapidfuzz import process
from rapidfuzz.distance import OSA

COMPLETIONS = 20
_KEPT = 10_000
"""Cached answers of each kind: each page, and each letter typed, repeats a misspelling."""
SHORTEST = 4
"""The length of the shortest word that is corrected; three letters have too many neighbours."""
LONG = 8
"""A word of this length may hold two mistakes."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An indexed word near a misspelt one; `distance` in edits, `documents` that hold it."""

    word: str
    distance: int
    documents: int


class Vocabulary:
    """The words of one state of the index."""

    def __init__(self, counts: Iterable[tuple[str, int]]) -> None:
        self._counts = dict(counts)
        self._forward = sorted(self._counts)
        self._completions: dict[str, tuple[str, ...]] = {}
        self._neighbours: dict[tuple[str, int], tuple[Neighbour, ...]] = {}

    @cached_property
    def _reversed_words(self) -> list[str]:
        return sorted(word[::-1] for word in self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def documents(self, word: str) -> int:
        """The number of documents with this very word."""
        return self._counts.get(word, 0)

    def begins(self, beginning: str) -> bool:
        """Whether some word begins like this."""
        at = bisect_left(self._forward, beginning)
        return at < len(self._forward) and self._forward[at].startswith(beginning)

    def completions(self, beginning: str) -> tuple[str, ...]:
        """The most frequent longer words with this beginning, at most `COMPLETIONS`."""
        cached = self._completions.get(beginning)
        if cached is None:
            longer = (
                word for word in _words_with_prefix(self._forward, beginning) if word != beginning
            )
            cached = tuple(nlargest(COMPLETIONS, longer, key=self._counts.__getitem__))
            if len(self._completions) < _KEPT:
                self._completions[beginning] = cached
        return cached

    def neighbours(self, word: str, limit: int) -> tuple[Neighbour, ...]:
        """The words within the edits allowed for this length, the likeliest first."""
        if len(word) < SHORTEST or not word.isalpha():
            return ()
        cached = self._neighbours.get((word, limit))
        if cached is None:
            cached = self._nearest(word, limit)
            if len(self._neighbours) < _KEPT:
                self._neighbours[word, limit] = cached
        return cached

    def _nearest(self, word: str, limit: int) -> tuple[Neighbour, ...]:
        allowed = 2 if len(word) >= LONG else 1
        distances = {}
        for near, distance, _ in process.extract(
            word,
            self._candidates(word, allowed),
            scorer=OSA.distance,
            score_cutoff=allowed,
            limit=None,
        ):
            distances[near] = Neighbour(near, int(distance), self._counts[near])
        return tuple(nlargest(limit, distances.values(), key=lambda near: likelihood(word, near)))

    def _candidates(self, word: str, allowed: int) -> list[str]:
        shared = max(1, (len(word) - 1) // 2 if allowed == 1 else len(word) // 3)
        ahead = _words_with_prefix(self._forward, word[:shared])
        behind = _words_with_prefix(self._reversed_words, word[::-1][:shared])
        candidates = [near for near in ahead if abs(len(near) - len(word)) <= allowed]
        return candidates + [near[::-1] for near in behind if abs(len(near) - len(word)) <= allowed]


def likelihood(word: str, near: Neighbour) -> tuple[float, str]:
    """A sort key: an edit weighs more than frequency, more still at the first letter."""
    edits = near.distance + (0.5 if near.word[0] != word[0] else 0.0)
    return near.documents / 30**edits, near.word


def _words_with_prefix(words: Sequence[str], beginning: str) -> Sequence[str]:
    """The sorted words with this beginning; no word holds the last code point."""
    start = bisect_left(words, beginning)
    return words[start : bisect_left(words, beginning + chr(0x10FFFF), start)]
