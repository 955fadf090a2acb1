"""The command line over a folder's store: in this process, which is cheap, or in one of its own."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import alembic.config  # noqa: F401  # writes for good to what stdout is when it is first imported
from typer.testing import CliRunner

from app.cli import main
from tests.stores import environment_of

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample" / "peru.jsonl"

PROGRAM = (sys.executable, "-c", "from app.console import main; main()")
"""`willay`, by the Python that runs the tests."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


@contextmanager
def log_as_before() -> Iterator[None]:
    """Whatever a command makes of this process's log is undone at the end."""
    root, ours = logging.getLogger(), logging.getLogger("willay")
    handlers, levels = list(root.handlers), (root.level, ours.level)
    hooks = sys.excepthook, threading.excepthook
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
        logging.captureWarnings(False)
        sys.excepthook, threading.excepthook = hooks


def willay(folder: Path, *command: str, said: str = "", **settings: str) -> Done:
    """All that the console script does, without the second that a process of its own takes."""
    with (
        log_as_before(),
        CliRunner().isolation(said, environment_of(folder, **settings)) as (out, err, _),
        patch.object(sys, "argv", ["willay", *command]),
    ):
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
        return Done(code, out.getvalue().decode(), err.getvalue().decode())


def willay_process(
    folder: Path, *command: str, said: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, as people run it."""
    return subprocess.run(
        [*PROGRAM, *command],
        cwd=ROOT,
        env=environment_of(folder, **settings),
        input=said,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def started(folder: Path, *command: str, **settings: str) -> subprocess.Popen[bytes]:
    """A command that goes on until it is ended."""
    return subprocess.Popen([*PROGRAM, *command], cwd=ROOT, env=environment_of(folder, **settings))
