"""The field's measures of one ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import mean


@dataclass(frozen=True, slots=True)
class Score:
    """nDCG@10, MRR@10 and whether nothing was found, of one query or the mean of several."""

    ndcg: float
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
            0.0 if first is None else 1 / (first + 1),
            float(not ranked),
        )

    @classmethod
    def mean(cls, scores: Sequence["Score"]) -> "Score":
        return cls(
            mean(score.ndcg for score in scores),
            mean(score.mrr for score in scores),
            mean(score.empty for score in scores),
        )


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 2) for place, gain in enumerate(gains))
