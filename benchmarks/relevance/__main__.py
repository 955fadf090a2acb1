"""Prints how each engine does, per collection and class of query.

`--collections` (or `WILLAY_COLLECTIONS`) is a folder of collections, each in a folder with
documents.jsonl, queries.tsv and qrels.txt; those that the ranking was fitted on and that are not
there are named. `--trec` takes one such folder; `--known-item` a file of the interchange format, or
of such documents. Both may be given several times. A real search server is measured too when
`WILLAY_TEST_MEILISEARCH_URL` and `WILLAY_TEST_MEILISEARCH_KEY` are set.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from time import perf_counter

from benchmarks.relevance import fitting
from benchmarks.relevance.collections import (
    Collection,
    judged_sample,
    known_items,
    newsroom,
    public_collections,
    trec,
)
from benchmarks.relevance.engines import Exact, Measured, PlainBm25, PlainTantivy, Willay
from benchmarks.relevance.measures import DEEP, Score, get_interval, get_p_value
from benchmarks.relevance.robustness import to_variants
from benchmarks.relevance.servers import on_server

_ALL = "all"


@dataclass(frozen=True, slots=True)
class Result:
    """One query's score, and the milliseconds of its first ten hits."""

    score: Score
    took: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("python -m benchmarks.relevance", description=__doc__)
    parser.add_argument("--collections", type=Path, metavar="FOLDER",
                        default=os.environ.get("WILLAY_COLLECTIONS"))  # fmt: skip
    parser.add_argument("--trec", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--known-item", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--judged", type=Path, action="append", default=[], metavar="FILE",
                        help="other queries judged over the sample archive")  # fmt: skip
    parser.add_argument("--fit", action="store_true",
                        help="fit how questions are widened, leaving one out")  # fmt: skip
    parser.add_argument("--robustness", action="store_true",
                        help="the collections with other titles and bodies")  # fmt: skip
    options = parser.parse_args(arguments)
    from_folder, absent = public_collections(options.collections)
    from_folder += [trec(folder) for folder in options.trec]
    if options.fit and not from_folder:
        parser.error("--fit leaves one collection out; give others by --collections or --trec")
    if options.fit:
        collections = (*from_folder, judged_sample())
        for line in fitting.leave_one_out(list(map(fitting.measure, collections))):
            _line(line)
    elif options.robustness:
        for collection in from_folder:
            report_robustness(collection)
    else:
        own = [judged_sample(), newsroom()]
        own += [judged_sample(judged=path) for path in options.judged]
        for collection in (*own, *from_folder, *map(known_items, options.known_item)):
            report(collection)
    if absent:
        _line(f"\nabsent, see --collections: {', '.join(absent)}")


def report(collection: Collection) -> None:
    """One table of one collection on standard output."""
    size = f"{len(collection.documents)} documents, {len(collection.topics)} queries"
    _line(f"\n{collection.name}: {size}")
    if not collection.topics:
        _line("  no queries: too few documents have a title of three telling words")
        return
    width = max(len(topic.group) for topic in collection.topics)
    _line(
        f"  {'':{width}}  queries  {'engine':14} nDCG@10  {'interval':13}  p  "
        f"  recall   MRR   zero hits  p50 ms  p99 ms"
    )
    with Willay(collection.documents) as willay, on_server(willay, willay.documents) as served:
        engines: list[Measured] = [
            willay,
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
            _line(f"  {group:{width}}  {len(of_engine):7}  {_row(name, results)}")


def report_robustness(collection: Collection) -> None:
    """nDCG@10 of one collection as it is and in other shapes."""
    makers: Mapping[str, Callable[[Willay, Collection], Measured]] = {
        "willay": lambda willay, _: willay,
        "exact": lambda willay, _: Exact(willay),
        "plain BM25": lambda _, variant: PlainBm25(variant.documents),
    }
    _line(f"\n{collection.name:16}{''.join(f'{name:>12}' for name in makers)}")
    for variant in to_variants(collection):
        with Willay(variant.documents) as willay:
            engines = [make(willay, variant) for make in makers.values()]
            figures = [mean(fitting.list_ndcg(engine, variant.topics)) for engine in engines]
        _line(f"  {variant.name:14}{''.join(f'{figure:12.3f}' for figure in figures)}")


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


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
