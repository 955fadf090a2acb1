"""The words of one state of the index, read from its term dictionary when they are needed.

It serves corrections and completions. Candidates for a misspelt word share its beginning or its
end, because an edit leaves what is before it and behind it unchanged. So only the words with this
beginning are read, and those of a like length with this end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA

COMPLETIONS: Final = 20
_KEPT: Final = 1_000
"""Cached answers of each kind: each page, and each letter typed, repeats a misspelling."""
SHORTEST: Final = 4
"""The length of the shortest word that is corrected; three letters have too many neighbours."""
LONG: Final = 8
"""A word of this length may hold two mistakes."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An indexed word near a misspelt one; `distance` in edits, `documents` that hold it."""

    word: str
    distance: int
    documents: int


class Vocabulary:
    """The words of one state of the index."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._completions: dict[tuple[str, str], tuple[str, ...]] = {}
        self._neighbours: dict[tuple[str, int], tuple[Neighbour, ...]] = {}

    def documents(self, word: str) -> int:
        """The number of documents with this very word."""
        return self._searcher.doc_freq("words", word)

    def completions(self, beginning: str, field: str = "words") -> Sequence[str]:
        """The most frequent longer words of a field with this beginning, at most `COMPLETIONS`."""
        cached = self._completions.get((field, beginning))
        if cached is None:
            words = self._searcher.terms_with_prefix(field, beginning, limit=COMPLETIONS + 1)
            longer = [word for word, _ in words if word != beginning]
            cached = tuple(longer[:COMPLETIONS])
            if len(self._completions) < _KEPT:
                self._completions[field, beginning] = cached
        return cached

    def neighbours(self, word: str, limit: int) -> Sequence[Neighbour]:
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
        candidates = self._candidates(word, allowed)
        nearest = process.extract(
            word, list(candidates), scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        neighbours = [Neighbour(near, int(edits), candidates[near]) for near, edits, _ in nearest]
        return tuple(nlargest(limit, neighbours, key=lambda near: likelihood(word, near)))

    def _candidates(self, word: str, allowed: int) -> dict[str, int]:
        """Words that may be within the allowed edits, and the number of documents of each."""
        ahead, behind = _unchanged_letters(len(word), allowed)
        lengths = range(len(word) - allowed, len(word) + allowed + 1)
        terms = self._searcher.terms_with_prefix("words", word[:ahead])
        candidates = {near: documents for near, documents in terms if len(near) in lengths}
        ending = word[-behind:][::-1]
        for length in lengths:  # `schema.reversed_term` makes these terms
            terms = self._searcher.terms_with_prefix("reversed_words", f"{length}{ending}")
            candidates |= {term[-length:][::-1]: documents for term, documents in terms}
        return candidates


def _unchanged_letters(length: int, allowed: int) -> tuple[int, int]:
    """How many letters to share at the beginning, or else at the end, with a word of this length.

    One edit concerns two neighbouring letters at most, so all words within one edit share either.
    Two edits must leave the first or the last third unchanged.
    """
    if allowed > 1:
        return length // 3, length // 3
    return length // 2, length - 1 - length // 2


def likelihood(word: str, near: Neighbour) -> tuple[float, str]:
    """A sort key: an edit weighs more than frequency, more still at the first letter."""
    edits = near.distance + (0.5 if near.word[0] != word[0] else 0.0)
    return near.documents / 30**edits, near.word
