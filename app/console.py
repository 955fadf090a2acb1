"""The console script `willay`."""

import gc


def main() -> None:
    """Run a command. What it imports lives as long as the process, so the garbage collector rests
    meanwhile: it would take a quarter of the time of a start."""
    gc.disable()
    from app import cli

    gc.freeze()
    gc.enable()
    cli.main()
