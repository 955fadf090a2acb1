"""Prints how each engine does, per collection and class of query.

`--trec` takes a folder with documents.jsonl, queries.tsv and qrels.txt; `--known-item` a file of
the interchange format, or of such documents. Both may be given several times. A real search server
is measured too when `WILLAY_TEST_MEILISEARCH_URL` and `WILLAY_TEST_MEILISEARCH_KEY` are set.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.relevance.collections import Collection, judged_sample, known_items, trec
from benchmarks.relevance.engines import Measured, PlainBm25, PlainTantivy, Willay
from benchmarks.relevance.measures import Score
from benchmarks.relevance.servers import on_server

_ALL = "all"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("python -m benchmarks.relevance", description=__doc__)
    parser.add_argument("--trec", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--known-item", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--judged", type=Path, action="append", default=[], metavar="FILE",
                        help="other queries judged over the sample archive")  # fmt: skip
    options = parser.parse_args(arguments)
    collections = [judged_sample(), *(judged_sample(judged=path) for path in options.judged)]
    collections += [trec(folder) for folder in options.trec]
    collections += [known_items(path) for path in options.known_item]
    for collection in collections:
        report(collection)


def report(collection: Collection) -> None:
    """One table of one collection on standard output."""
    size = f"{len(collection.documents)} documents, {len(collection.topics)} queries"
    _line(f"\n{collection.name}: {size}")
    if not collection.topics:
        _line("  no queries: too few documents have a title of three telling words")
        return
    width = max(len(topic.group) for topic in collection.topics)
    _line(f"  {'':{width}}  queries  {'engine':14} nDCG@10  MRR@10  zero hits      ms")
    with (
        Willay(collection.documents) as willay,
        on_server(willay, willay.documents) as served,
    ):
        engines: list[Measured] = [
            willay,
            *served,
            PlainTantivy(collection.documents),
            PlainBm25(collection.documents),
        ]
        measured = [(engine.name, _by_group(engine, collection)) for engine in engines]
    groups = list(dict.fromkeys(topic.group for topic in collection.topics))
    for group in groups if len(groups) == 1 else [*groups, _ALL]:
        for name, results in measured:
            scores, times = zip(*results[group], strict=True)
            mean = Score.mean(scores)
            _line(
                f"  {group:{width}}  {len(scores):7}  {name:14} {mean.ndcg:7.3f} {mean.mrr:7.3f}"
                f" {mean.empty:9.1%} {median(times):7.2f}"
            )


def _by_group(engine: Measured, collection: Collection) -> dict[str, list[tuple[Score, float]]]:
    """Score and milliseconds of each query, by its group and all together."""
    results: dict[str, list[tuple[Score, float]]] = {}
    for topic in collection.topics:
        started = perf_counter()
        ranked = engine.best(topic.text, 10)
        result = Score.of(ranked, topic.grades), (perf_counter() - started) * 1_000
        for group in (topic.group, _ALL):
            results.setdefault(group, []).append(result)
    return results


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
