"""`python -m benchmarks [http|search|overhead|depth|attack]`: tables, and progress on stderr."""

import argparse
import sys

from benchmarks import attack, depth, http, overhead, search


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "what", nargs="?", choices=("http", "search", "overhead", "depth", "attack"), default="http"
    )
    parser.add_argument(
        "--articles",
        type=int,
        help="10,000 for http, 5,000 and then 100,000 for search, 5,000 for overhead and attack, "
        "1,000,000 for depth",
    )
    parser.add_argument("--seconds", type=float, default=1.5, help="of load per case and round")
    parser.add_argument(
        "--rounds", type=int, default=3, help="of which medians, or the best, are told"
    )
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), action="append", help="both when absent"
    )
    asked = parser.parse_args()
    if asked.what == "http":
        if asked.articles is not None and asked.articles < http.FEWEST:
            parser.error(f"--articles must be at least {http.FEWEST}: page 200 is measured")
        lines = http.table(asked.articles or 10_000, asked.seconds, asked.rounds)
    elif asked.what == "search":
        lines = search.table([asked.articles] if asked.articles else [5_000, 100_000], asked.rounds)
    elif asked.what == "overhead":
        lines = overhead.table(asked.articles or 5_000, asked.rounds)
    elif asked.what == "attack":
        lines = attack.table(asked.articles or 5_000, asked.seconds, asked.rounds)
    else:
        lines = depth.table(asked.articles or 1_000_000, asked.database or ["sqlite", "postgresql"])
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


main()
