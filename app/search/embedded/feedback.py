"""Pseudo-relevance feedback: widens a long question by the subjects that its first hits share.

A short, exact or quoted query already says what it means, and terms of its first documents would
only drown it. Often few documents are relevant, so a document counts by a steep power of its score
beside the best one, and one that is not near the best is not read. A stem counts once in each
document, because a long or repetitive text would else decide alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import log
from typing import TypeVar

Terms = list[tuple[str, float]]
Place = TypeVar("Place")

_COMMON = 10
"""A stem in more than one of this many documents is too common."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """How a question is widened; fitted on collections that each time left one out
    (`python -m benchmarks.relevance --part fit`)."""

    documents: int = 20
    """The first documents, of which those near the best are read."""
    nearness: float = 0.5
    """The share of the best score that a document must have to be read."""
    sharpness: int = 4
    """The power of that share by which a document counts."""
    lead: int = 1_200
    """Characters of a body that are read: a story begins with its subject."""
    terms: int = 20
    """Stems that are added."""
    weight: float = 0.3
    """The weight of all added stems together; all written words together weigh 1."""

    def weigh_documents(self, hits: Sequence[tuple[float, Place]]) -> list[tuple[float, Place]]:
        """The documents to read, and how much each counts; `hits` are pairs of a score and a
        place, the best first."""
        best = hits[0][0] if hits else 0.0
        return [
            ((score / best) ** self.sharpness, place)
            for score, place in hits
            if score > 0 and score >= best * self.nearness
        ]

    def choose_terms(
        self,
        documents: Sequence[tuple[float, AbstractSet[str]]],
        documents_with: Callable[[str], int],
        documents_in_all: int,
    ) -> Terms:
        """The stems that at least two of the documents share and that best distinguish them from
        all others, with weights that add up to `weight`.

        `documents` are pairs of a weight and the stems of the text.
        """
        sharing: Counter[str] = Counter()
        for _, stems in documents:
            sharing.update(stems)
        shares = dict.fromkeys((stem for stem, times in sharing.items() if times > 1), 0.0)
        for weight, stems in documents:
            for stem in shares.keys() & stems:
                shares[stem] += weight
        weighed = {
            stem: share * log(documents_in_all / frequency)
            for stem, share in shares.items()
            if 0 < (frequency := documents_with(stem)) < documents_in_all / _COMMON
        }
        best = sorted(weighed.items(), key=lambda item: (-item[1], item[0]))[: self.terms]
        total = sum(weight for _, weight in best)
        return [(stem, self.weight * weight / total) for stem, weight in best]
