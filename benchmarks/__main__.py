"""`python -m benchmarks [http|search|overhead|scale|attack|moving]`: tables; progress on stderr."""

import argparse
import sys

from benchmarks import attack, http, moving, overhead, scale, search


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        choices=("http", "search", "overhead", "scale", "attack", "moving"),
        default="http",
    )
    parser.add_argument(
        "--articles",
        type=int,
        help="10,000 for http, 5,000 and then 100,000 for search, 5,000 for overhead and attack, "
        "1,000,000 for scale",
    )
    parser.add_argument("--seconds", type=float, default=1.5, help="of load per case and round")
    parser.add_argument(
        "--rounds", type=int, default=3, help="of which medians, or the best, are told"
    )
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), action="append", help="both when absent"
    )
    parser.add_argument("--megabytes", type=int, default=20, help="of the export, for moving")
    arguments = parser.parse_args()
    if arguments.what == "http":
        if arguments.articles is not None and arguments.articles < http.FEWEST:
            parser.error(f"--articles must be at least {http.FEWEST}: page 200 is measured")
        lines = http.table(arguments.articles or 10_000, arguments.seconds, arguments.rounds)
    elif arguments.what == "search":
        lines = search.table(
            [arguments.articles] if arguments.articles else [5_000, 100_000], arguments.rounds
        )
    elif arguments.what == "overhead":
        lines = overhead.table(arguments.articles or 5_000, arguments.rounds)
    elif arguments.what == "attack":
        lines = attack.table(arguments.articles or 5_000, arguments.seconds, arguments.rounds)
    elif arguments.what == "moving":
        lines = moving.table(arguments.megabytes)
    else:
        lines = scale.table(
            arguments.articles or 1_000_000,
            arguments.database or ["sqlite", "postgresql"],
            arguments.rounds,
        )
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


main()
