"""The console script `willay`."""

from app.kit.collector import pause_collector


def main() -> None:
    """Run a command."""
    with pause_collector():
        from app import cli
    cli.main()
