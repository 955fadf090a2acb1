"""All words of the index with the number of documents that hold each, kept in memory.

Corrections and completions look here. Candidates for a misspelt word are those that share its
beginning or its end: a single edit leaves one of the two halves whole, so only a slice of a sorted
list is compared.
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
"""Answers of each kind that are remembered: a slip is asked again with every page, and letter."""
SHORTEST = 4
"""Letters of the shortest word that is corrected; three letters have too many neighbours."""
LONG = 8
"""From so many letters on, a word may hold two mistakes."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word of the index near a misspelt one; `distance` in edits, `documents` that hold it."""

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
        """How many documents hold the very word."""
        return self._counts.get(word, 0)

    def begins(self, beginning: str) -> bool:
        """Some word begins so."""
        at = bisect_left(self._forward, beginning)
        return at < len(self._forward) and self._forward[at].startswith(beginning)

    def completions(self, beginning: str) -> tuple[str, ...]:
        """The most frequent longer words that begin so, at most `COMPLETIONS`."""
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
        """Words within the edits that a word of this length is allowed, the likeliest first."""
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
    """Fewer edits beat all but a great difference in frequency; first letters are seldom wrong."""
    edits = near.distance + (0.5 if near.word[0] != word[0] else 0.0)
    return near.documents / 30**edits, near.word


def _words_with_prefix(words: Sequence[str], beginning: str) -> Sequence[str]:
    """Those of the sorted words that begin so; no word holds the last code point."""
    start = bisect_left(words, beginning)
    return words[start : bisect_left(words, beginning + chr(0x10FFFF), start)]
