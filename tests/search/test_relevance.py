"""The judged queries stay as well answered as they were, and every part earns its place."""

from benchmarks.relevance.collections import SAMPLE, judged_sample, known_items
from benchmarks.relevance.engines import Measured, PlainTantivy, Willay
from benchmarks.relevance.measures import Score


def _mean(engine: Measured, collection: object) -> Score:
    return Score.mean(
        [Score.of(engine.best(topic.text, 10), topic.grades) for topic in collection.topics]  # type: ignore[attr-defined]
    )


def test_the_judged_queries() -> None:
    sample = judged_sample()
    with Willay(sample.documents) as willay:
        ours, plain = _mean(willay, sample), _mean(PlainTantivy(sample.documents), sample)
    assert ours.ndcg > 0.88 > plain.ndcg
    assert ours.mrr > 0.95
    assert ours.empty == 0


def test_a_misspelt_word_costs_next_to_nothing() -> None:
    collection = known_items(SAMPLE)
    with Willay(collection.documents) as willay:
        scores = {
            group: Score.mean(
                [
                    Score.of(willay.best(topic.text, 10), topic.grades)
                    for topic in collection.topics
                    if topic.group == group
                ]
            ).mrr
            for group in {topic.group for topic in collection.topics}
        }
    assert scores["three title words"] > 0.95
    assert scores["three title words, one misspelt"] > 0.93
