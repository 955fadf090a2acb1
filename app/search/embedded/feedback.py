"""Pseudo-relevance feedback: adds the subjects of the first documents to a long question.

A short, exact or quoted query already says what it means, and terms of its first documents would
only drown it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from heapq import nlargest
from math import log

Terms = list[tuple[str, float]]

_LOOKED_AT = 100
"""Stems that are checked for rarity; those with smaller shares cannot win."""
_COMMON = 10
"""A stem in more than one of this many documents is too common."""


def feedback_terms(
    documents: Iterable[tuple[float, Sequence[str]]],
    documents_with: Callable[[str], int],
    documents_in_all: int,
    limit: int,
) -> Terms:
    """The stems that best distinguish these documents from the others; their weights add up to 1.

    `documents` are pairs of a score and the stems of the text.
    """
    counts = [(score / len(stems), Counter(stems)) for score, stems in documents if stems]
    frequencies: Counter[str] = Counter()
    for _, count in counts:
        frequencies.update(count.keys())
    shares = dict.fromkeys((stem for stem, times in frequencies.items() if times > 1), 0.0)
    for worth, count in counts:
        for stem in count.keys() & shares.keys():
            shares[stem] += worth * count[stem]
    weighed = {}
    for stem in nlargest(_LOOKED_AT, shares, key=shares.__getitem__):
        if 0 < (frequency := documents_with(stem)) < documents_in_all / _COMMON:
            weighed[stem] = shares[stem] * log(documents_in_all / frequency)
    best = sorted(weighed.items(), key=lambda item: (-item[1], item[0]))[:limit]
    total = sum(weight for _, weight in best)
    return [(stem, weight / total) for stem, weight in best]
