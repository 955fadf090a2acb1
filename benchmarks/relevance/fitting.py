"""Fits how questions are widened, by leaving one collection out.

The parameters that gain most on the others are measured on the one left out, which had no part in
the choice. So the figure says what may be expected of texts that nobody tuned the ranking on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import mean

from app.search.embedded.feedback import Feedback
from app.search.embedded.matching import Ranking
from benchmarks.relevance.collections import Collection, Topic, pick_evenly
from benchmarks.relevance.engines import Exact, Measured, PlainBm25, Willay
from benchmarks.relevance.measures import Score, get_interval, get_p_value

MOST_QUERIES = 60
"""Queries of a collection that are asked, evenly picked: each is asked for each combination."""

GRID = tuple(
    Feedback(documents=documents, nearness=nearness, sharpness=sharpness, weight=weight)
    for documents, nearness, sharpness, weight in product(
        (8, 20, 30), (0.0, 0.5), (1, 4, 8), (0.2, 0.3, 0.5)
    )
)

Values = list[float]
"""nDCG@10 of each query."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One collection under each combination of the grid, and beside what is not widened."""

    name: str
    bm25: Values
    exact: Values
    default: Values
    by_feedback: Mapping[Feedback, Values]

    def gain(self, feedback: Feedback) -> float:
        """The mean under these parameters, beside the mean of `exact`: 0.02 is 2 % more."""
        return mean(self.by_feedback[feedback]) / mean(self.exact) - 1


def measure(collection: Collection) -> Measurement:
    """All combinations over one collection."""
    topics = pick_evenly(collection.topics, MOST_QUERIES)
    with Willay(collection.documents) as willay:
        by_feedback = {}
        for feedback in GRID:
            with willay.with_ranking(Ranking(feedback=feedback)) as other:
                by_feedback[feedback] = list_ndcg(other, topics)
        return Measurement(
            collection.name,
            list_ndcg(PlainBm25(collection.documents), topics),
            list_ndcg(Exact(willay), topics),
            list_ndcg(willay, topics),
            by_feedback,
        )


def list_ndcg(engine: Measured, topics: Sequence[Topic]) -> Values:
    """nDCG@10 of each query."""
    return [Score.of(engine.best(topic.text, 10), topic.grades).ndcg for topic in topics]


def leave_one_out(measurements: Sequence[Measurement]) -> Iterator[str]:
    """The lines of a table: what was chosen without each collection, and what it does there."""
    yield (
        f"{'left out':12} {'BM25':>6} {'exact':>6} {'fitted':>6}  {'interval':13} {'p':>6}"
        f" {'default':>7}  {'interval':13} {'p':>6}  chosen on the others"
    )
    gains = []
    for left_out in measurements:
        others = [other for other in measurements if other is not left_out]
        chosen = _best_on(others)
        fitted = left_out.by_feedback[chosen]
        better = max(left_out.bm25, left_out.exact, key=mean)
        gains.append(left_out.gain(chosen))
        yield (
            f"{left_out.name:12} {mean(left_out.bm25):6.3f} {mean(left_out.exact):6.3f}"
            f" {_with_chance(fitted, better, 6)} {_with_chance(left_out.default, better, 7)}"
            f"  {_parameters(chosen)}"
        )
    yield f"mean gain over exact on the collection left out: {mean(gains):+.1%}"
    yield f"chosen on all: {_parameters(_best_on(measurements))}"


def _best_on(measurements: Sequence[Measurement]) -> Feedback:
    return max(GRID, key=lambda feedback: mean(of.gain(feedback) for of in measurements))


def _parameters(feedback: Feedback) -> str:
    return (
        f"{feedback.documents} documents, nearness {feedback.nearness},"
        f" sharpness {feedback.sharpness}, weight {feedback.weight}"
    )


def _with_chance(values: Values, beside: Values, width: int) -> str:
    low, high = get_interval(values)
    return f"{mean(values):{width}.3f}  {low:.3f} – {high:.3f} {get_p_value(values, beside):6.3f}"
