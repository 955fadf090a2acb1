"""The tables on standard output; every figure has the interval that chance leaves it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median, quantiles
from time import perf_counter

from benchmarks.relevance import fitting
from benchmarks.relevance.collections import Collection, pick_evenly
from benchmarks.relevance.engines import (
    Exact,
    Measured,
    PlainBm25,
    PlainTantivy,
    Willay,
    with_model,
)
from benchmarks.relevance.measures import DEEP, Score, get_interval, get_p_value
from benchmarks.relevance.robustness import to_variants
from benchmarks.relevance.servers import on_server

_ALL = "all"
_MOST_QUERIES = 200
"""Queries of a collection that are asked of each of its variants."""


@dataclass(frozen=True, slots=True)
class Result:
    """One query's score, and the milliseconds of its first ten hits."""

    score: Score
    took: float


def report_engines(collection: Collection) -> None:
    """How each engine does over one collection, by class of query."""
    size = f"{len(collection.documents)} documents, {len(collection.topics)} queries"
    write_line(f"\n{collection.name}: {size}")
    if not collection.topics:
        write_line("  no queries: too few documents have a title of three telling words")
        return
    width = max(len(topic.group) for topic in collection.topics)
    write_line(
        f"  {'':{width}}  queries  {'engine':14} nDCG@10  {'interval':13}  p  "
        f"  recall   MRR   zero hits  p50 ms  p99 ms"
    )
    with (
        Willay(collection.documents) as willay,
        with_model(collection.documents) as by_meaning,
        on_server(willay, willay.documents) as served,
    ):
        engines: list[Measured] = [
            willay,
            *by_meaning,
            Exact(willay),
            *served,
            PlainTantivy(collection.documents),
            PlainBm25(collection.documents),
        ]
        measured = {engine.name: _by_group(engine, collection) for engine in engines}
    groups = list(dict.fromkeys(topic.group for topic in collection.topics))
    for group in groups if len(groups) == 1 else [*groups, _ALL]:
        results = {name: by_group[group] for name, by_group in measured.items()}
        for name, of_engine in results.items():
            write_line(f"  {group:{width}}  {len(of_engine):7}  {_row(name, results)}")


def report_robustness(collection: Collection) -> None:
    """nDCG@10 of one collection as it is and in other shapes."""
    makers: Mapping[str, Callable[[Willay, Collection], Measured]] = {
        "willay": lambda willay, _: willay,
        "exact": lambda willay, _: Exact(willay),
        "plain BM25": lambda _, variant: PlainBm25(variant.documents),
    }
    topics = pick_evenly(collection.topics, _MOST_QUERIES)
    heads = "".join(f"  {name:7}{'interval':13}" for name in ("willay", "exact", "BM25"))
    write_line(f"\n{collection.name:16}{heads}")
    for variant in to_variants(collection):
        with Willay(variant.documents) as willay:
            engines = [make(willay, variant) for make in makers.values()]
            values = [fitting.list_ndcg(engine, topics) for engine in engines]
        write_line(f"  {variant.name:14}{''.join(map(_with_interval, values))}")


def report_fit(collections: Sequence[Collection]) -> None:
    """How questions are widened best, fitted each time without one collection."""
    write_line("\nwidening, fitted each time without one collection; p: beside the better of two")
    for line in fitting.leave_one_out(list(map(fitting.measure, collections))):
        write_line(line)


def write_line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _with_interval(values: Sequence[float]) -> str:
    low, high = get_interval(values)
    return f"  {mean(values):5.3f}  {low:.3f} – {high:.3f}"


def _row(name: str, results: Mapping[str, Sequence[Result]]) -> str:
    """The figures of one engine; `p` compares it with the first."""
    first = next(iter(results))
    ours = [result.score.ndcg for result in results[first]]
    values = [result.score.ndcg for result in results[name]]
    times = [result.took for result in results[name]]
    slowest = quantiles(times, n=100, method="inclusive")[-1] if len(times) > 1 else times[0]
    score = Score.mean([result.score for result in results[name]])
    low, high = get_interval(values)
    chance = "" if name == first else f"{get_p_value(ours, values):.3f}"
    return (
        f"{name:14} {score.ndcg:7.3f}  {low:.3f} – {high:.3f} {chance:5} {score.recall:7.3f}"
        f" {score.mrr:6.3f} {score.empty:9.1%} {median(times):9.2f} {slowest:7.2f}"
    )


def _by_group(engine: Measured, collection: Collection) -> dict[str, list[Result]]:
    """The result of each query, by its group and all together."""
    results: dict[str, list[Result]] = {}
    for topic in collection.topics:
        started = perf_counter()
        engine.best(topic.text, 10)
        took = (perf_counter() - started) * 1_000
        result = Result(Score.of(engine.best(topic.text, DEEP), topic.grades), took)
        for group in (topic.group, _ALL):
            results.setdefault(group, []).append(result)
    return results
