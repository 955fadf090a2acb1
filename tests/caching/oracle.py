"""The oracle: no answer of any server is older than its question.

It starts servers over one store, changes articles, lets readers ask, and compares. By hand:

    python -m tests.caching.oracle --seconds 60 --store postgresql --disturb kill
    python -m tests.caching.oracle --seconds 30 --servers none,trusts
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from app import schema
from app.runtime import open_runtime
from tests import stores
from tests.caching import disturbances
from tests.caching.history import Sighting, Verdict, judge
from tests.caching.writing import Writer
from tests.commands import ROOT
from tests.postgres import THRIFTY, running_server
from tests.served import free_port, get_when_up


@dataclass(frozen=True)
class Server:
    """A server process."""

    sabotage: str
    port: int
    process: subprocess.Popen[bytes]


@dataclass(frozen=True)
class Outcome:
    """What the oracle found of one server."""

    sabotage: str
    verdict: Verdict
    from_memory: float
    """The share of its public answers that came from memory, or that were 304."""


@dataclass(frozen=True)
class Run:
    """What all servers did in one run."""

    changes: int
    statuses: dict[str, int]
    outcomes: list[Outcome]

    def __str__(self) -> str:
        lines = [f"{self.changes} changes; answers: {self.statuses}"]
        lines += [
            f"  {it.sabotage}: {it.verdict}, {it.from_memory:.0%} from memory"
            for it in self.outcomes
        ]
        return "\n".join(lines)


def watch(
    folder: Path,
    seconds: float,
    sabotages: list[str],
    *,
    url: str | None = None,
    servers_url: str | None = None,
    disturb: Callable[[list[Server]], AbstractContextManager[None]] = lambda _: nullcontext(),
    pause: float = 0.2,
    connections: int = 4,
) -> Run:
    """Watch one server for each sabotage (`none` is an honest one) over a folder's store."""
    settings = stores.settings_of(folder, database_url=url, rate_limit=0)
    stores.ensure_store(folder)
    with open_runtime(settings, check_schema=False) as runtime, ExitStack() as stack:
        schema.migrate(runtime.database)
        servers = [
            stack.enter_context(_serving(folder, name, servers_url or url)) for name in sabotages
        ]
        writer = Writer(runtime, 4, pause)
        for server in servers:
            get_when_up(f"http://127.0.0.1:{server.port}/livez")
        with disturb(servers):
            sightings, statuses = _read(servers, writer, seconds, connections)
        verdicts = judge(writer.changes, sightings)
        outcomes = [
            Outcome(it.sabotage, verdicts.get(it.port, Verdict()), _share_from_memory(it))
            for it in servers
        ]
    return Run(sum(map(len, writer.changes.values())), statuses, outcomes)


@contextmanager
def _serving(folder: Path, sabotage: str, url: str | None) -> Iterator[Server]:
    port = free_port()
    more = {"WILLAY_PORT": str(port), "WILLAY_RATE_LIMIT": "0", "WILLAY_DATABASE_SECONDS": "5"}
    if url is not None:  # each thread waits long for a distant database
        more |= {"WILLAY_DATABASE_URL": url, "WILLAY_READ_THREADS": "12"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.caching.serving", sabotage],
        cwd=ROOT,
        env=stores.environment_of(folder, **more),
    )
    try:
        yield Server(sabotage, port, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _read(
    servers: list[Server], writer: Writer, seconds: float, connections: int
) -> tuple[list[Sighting], dict[str, int]]:
    """Let readers ask while the writer writes; what they saw, and the answers by status."""
    ports = ",".join(str(server.port) for server in servers)
    command = [
        *(sys.executable, "-m", "tests.caching.readers"),
        *(str(seconds), ports, ",".join(writer.slugs), str(connections)),
    ]
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=output) as readers,
    ):
        assert readers.stdin is not None
        pipe = readers.stdin.fileno()

        def announce(article: int) -> None:
            with suppress(BrokenPipeError):
                os.write(pipe, b"%d\n" % article)

        writer.announce = announce
        writer.start()
        try:
            assert readers.wait() == 0
        finally:
            writer.stop()
        output.seek(0)
        *lines, statuses = map(json.loads, output)
    return [Sighting(*line) for line in lines], statuses


def _share_from_memory(server: Server) -> float:
    text = httpx2.get(f"http://127.0.0.1:{server.port}/metrics", timeout=30).text
    sources = {
        sample.labels["source"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "willay_answers_total"
    }
    total = sum(sources.values())
    return 1 - sources.get("store", 0.0) / total if total else 0.0


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between changes")
    parser.add_argument("--connections", type=int, default=4, help="readers of each server")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--servers", default="none,none", help="a sabotage for each server")
    parser.add_argument("--disturb", choices=("", "kill", "freeze", "delay"), default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="willay-oracle-") as name, ExitStack() as stack:
        running: Any = None
        url = servers_url = None
        if asked.store == "postgresql":
            running = stack.enter_context(running_server(THRIFTY))
            url = running.get_uri()
        if asked.disturb == "delay":
            servers_url = stack.enter_context(disturbances.delayed(url, 0.008))

        def disturb(servers: list[Server]) -> AbstractContextManager[None]:
            if asked.disturb == "kill":
                return disturbances.repeated(lambda: disturbances.kill_head_readers(url), 1.0)
            if asked.disturb == "freeze":
                pids = [server.process.pid for server in servers]
                pids += [] if running is None else [running.get_pid()]
                in_turn = cycle([(pid, pause) for pause in (0.15, 0.7) for pid in pids])
                return disturbances.repeated(lambda: disturbances.freeze(*next(in_turn)), 0.4)
            return nullcontext()

        run = watch(
            Path(name),
            asked.seconds,
            asked.servers.split(","),
            url=url,
            servers_url=servers_url,
            disturb=disturb,
            pause=asked.pause,
            connections=asked.connections,
        )
        sys.stdout.write(f"{run}\n")


if __name__ == "__main__":
    main()
