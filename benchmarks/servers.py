"""Servers that a measurement starts: each in a process of its own, on a free port."""

import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

_PATIENCE: Final = 60.0
_PATIENCE_OF_BUILDS: Final = 3_600.0
_IDLE_SHARE: Final = 0.05
"""The processor time that an idle service uses in a second."""

_NO_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """The processor time that it has used so far; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def anonymous_bytes(self) -> int:
        """The memory that is its own, without files; 0 where the system does not tell."""
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except OSError:
            return 0
        return next(int(line.split()[1]) * 1_000 for line in lines if line.startswith("RssAnon"))


@contextmanager
def serve(
    command: Sequence[str],
    port_option: str,
    settings: Mapping[str, str] = _NO_SETTINGS,
    *,
    quiet: bool = False,
) -> Iterator[Server]:
    """A command that listens on the port that it is given."""
    port = _free_port()
    log = subprocess.DEVNULL if quiet else None
    environment = {**os.environ, **settings, "WILLAY_PORT": str(port)}
    process: subprocess.Popen[Any] = subprocess.Popen(  # noqa: S603  # a command of our own
        [*command, port_option, str(port)], env=environment, stderr=log, stdout=subprocess.DEVNULL
    )
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


@contextmanager
def application(
    app: str,
    folder: Path,
    *options: str,
    quiet: bool = False,
    settings: Mapping[str, str] = _NO_SETTINGS,
) -> Iterator[Server]:
    """An application on uvicorn as `willay serve` runs it, over the store of a folder."""
    command = [sys.executable, "-m", "uvicorn", app, "--no-access-log", "--no-server-header"]
    command += ["--log-level", "warning", *options]
    ours = {"WILLAY_DATA_DIR": str(folder), "WILLAY_DATABASE_URL": f"sqlite:///{folder}/willay.db"}
    ours |= {"WILLAY_RATE_LIMIT": os.environ.get("WILLAY_RATE_LIMIT", "0")}
    with serve(command, "--port", {**ours, **settings}, quiet=quiet) as server:
        yield server


@contextmanager
def server(
    app: str,
    folder: Path,
    *options: str,
    quiet: bool = False,
    settings: Mapping[str, str] = _NO_SETTINGS,
) -> Iterator[int]:
    """The port of an `application`."""
    with application(app, folder, *options, quiet=quiet, settings=settings) as started:
        yield started.port


def wait_for_search(server: Server) -> None:
    """Wait until the index of a service is built and up to date."""
    until = time.monotonic() + _PATIENCE_OF_BUILDS
    while time.monotonic() < until:
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=_PATIENCE)) as connection:
            connection.request("GET", "/readyz")
            state = json.loads(connection.getresponse().read())
        if state.get("search", {}).get("behind_changes") == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("The index was not built in time.")


def wait_until_idle(server: Server) -> None:
    """Wait until a service has built and checked its index, and does nothing any more."""
    wait_for_search(server)
    spent = -1.0
    while server.cpu_seconds() - spent > _IDLE_SHARE:
        spent = server.cpu_seconds()
        time.sleep(1)


def machine() -> str:
    """What the figures belong to, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.machine()}, {cores} cores{load}, Python {platform.python_version()}"


def _wait(port: int, process: subprocess.Popen[Any]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("A server did not start.")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
