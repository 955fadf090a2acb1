"""Ways to break what a service stands on, and the command line inside this process."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from app import cli
from tests.commands import log_as_before
from tests.stores import environment_of


@dataclass
class Done:
    """What a command said, and the code it ended with."""

    code: int
    out: str
    err: str


class Operator:
    """Runs `willay` as its console script does, in this process."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path
    ) -> None:
        self._patch, self._capfd = monkeypatch, capfd
        self.folder = folder

    def __call__(self, *command: str, **settings: str) -> Done:
        self._capfd.readouterr()
        with log_as_before(), self._patch.context() as patch:
            patch.chdir(self.folder)
            for name, value in environment_of(self.folder / "data").items():
                patch.setenv(name, value)
            for name, value in settings.items():
                patch.setenv(f"WILLAY_{name.upper()}", value)
            patch.setattr(sys, "argv", ["willay", *command])
            with pytest.raises(SystemExit) as ended:
                cli.main()
        said = self._capfd.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else int(bool(code)), said.out, said.err)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process and its children stand still meanwhile."""
    there = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    for one in there:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in there:
            os.kill(one, signal.SIGCONT)


def told(caplog: pytest.LogCaptureFixture, logger: str) -> list[str]:
    """What a logger said since the last time."""
    said = [record.getMessage() for record in caplog.records if record.name == logger]
    caplog.clear()
    return said
