"""The field's measures of one ranking, and what chance can do to their mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import mean

import numpy as np

DEEP = 100
"""The number of hits within which recall counts what was found."""
_SAMPLES = 4_000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Score:
    """nDCG@10, recall@100, MRR@10 and whether nothing was found, of one query or the mean of
    several."""

    ndcg: float
    recall: float
    mrr: float
    empty: float

    @classmethod
    def of(cls, ranked: Sequence[str], grades: Mapping[str, int]) -> "Score":
        """`ranked` are document ids, best first; gains are 2**grade - 1."""
        gains = [2 ** grades.get(document, 0) - 1 for document in ranked[:10]]
        ideal = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:10]
        first = next((place for place, gain in enumerate(gains) if gain), None)
        return cls(
            _discounted(gains) / _discounted(ideal),
            sum(document in grades for document in ranked[:DEEP]) / len(grades),
            0.0 if first is None else 1 / (first + 1),
            float(not ranked),
        )

    @classmethod
    def mean(cls, scores: Sequence["Score"]) -> "Score":
        return cls(
            mean(score.ndcg for score in scores),
            mean(score.recall for score in scores),
            mean(score.mrr for score in scores),
            mean(score.empty for score in scores),
        )


def get_interval(values: Sequence[float]) -> tuple[float, float]:
    """The interval that holds the mean 95 times in a hundred, by bootstrap over the queries."""
    chance = np.random.default_rng(_SEED)
    picked = chance.integers(0, len(values), (_SAMPLES, len(values)))
    low, high = np.quantile(np.asarray(values)[picked].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def get_p_value(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How often chance alone makes a difference of the means as large as this one, either way: a
    paired randomisation test over the same queries in the same order."""
    chance = np.random.default_rng(_SEED)
    difference = np.asarray(ours) - np.asarray(theirs)
    signs = chance.choice([-1.0, 1.0], (_SAMPLES, len(difference)))
    by_chance = np.abs((signs * difference).mean(axis=1))
    # A sum in another order differs in the last digits.
    as_large = int((by_chance >= abs(difference.mean()) - 1e-12).sum())
    return (as_large + 1) / (_SAMPLES + 1)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 2) for place, gain in enumerate(gains))
