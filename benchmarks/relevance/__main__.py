"""Prints how well searches find, beside plain engines: all of it, unless a part is named.

The public collections lie below `--collections` (build/collections) in a folder each, with
documents.jsonl, queries.tsv and qrels.txt. What is not there is named and left out. A real search
server is measured too when `WILLAY_TEST_MEILISEARCH_URL` and `WILLAY_TEST_MEILISEARCH_KEY` are set,
and the ranking by meaning when `WILLAY_SEMANTIC_MODEL` is.
"""

import os
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from benchmarks.relevance.collections import (
    SAMPLE,
    judged_sample,
    known_items,
    newsroom,
    public_collections,
)
from benchmarks.relevance.engines import MODEL
from benchmarks.relevance.reports import (
    report_engines,
    report_fit,
    report_robustness,
    write_line,
)
from benchmarks.relevance.servers import KEY, URL

PARTS = ("judged", "known-items", "public", "robustness", "fit")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("python -m benchmarks.relevance", description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this; repeatable")
    parser.add_argument(
        "--collections", type=Path, metavar="FOLDER", default=Path("build/collections")
    )
    parser.add_argument(
        "--known-item", type=Path, action="append", default=[SAMPLE], metavar="FILE",
        help="another archive whose titles are searched",
    )  # fmt: skip
    parser.add_argument(
        "--judged", type=Path, action="append", default=[], metavar="FILE",
        help="other queries judged over the sample archive",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    parts = options.part or PARTS
    public, absent = public_collections(options.collections)
    if "judged" in parts:
        judged = [judged_sample(judged=path) for path in options.judged]
        for collection in (judged_sample(), newsroom(), *judged):
            report_engines(collection)
    if "known-items" in parts:
        for archive in options.known_item:
            report_engines(known_items(archive))
    if "public" in parts:
        for collection in public:
            report_engines(collection)
    if "robustness" in parts:
        for collection in (judged_sample(), *public):
            report_robustness(collection)
    if "fit" in parts and public:
        report_fit([*public, judged_sample()])
    for line in _skipped(options.collections, absent, has_public=bool(public)):
        write_line(f"skipped: {line}")


def _skipped(folder: Path, absent: Sequence[str], *, has_public: bool) -> list[str]:
    """What was not measured, and why."""
    lines = []
    if absent:
        lines.append(f"{', '.join(absent)}: not in {folder} (documents.jsonl, queries.tsv, ...)")
    if not has_public:
        lines.append("the fit of the widening: it leaves one collection out, and none is there")
    if not (os.environ.get(URL) and os.environ.get(KEY)):
        lines.append(f"the search server: {URL} and {KEY} are not set")
    if not os.environ.get(MODEL):
        lines.append(f"the ranking by meaning: {MODEL} is not set")
    return lines


if __name__ == "__main__":
    main()
