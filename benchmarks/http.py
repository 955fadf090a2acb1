"""Requests per second beside a bare ASGI application that answers as many bytes.

The service runs twice: once making every answer anew, and once as it is, with answers kept for who
asks the same again. All servers run all the time, one worker each; each case is loaded on one after
the other, round after round, so that what else the machine does falls on all.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any

from app import schema
from app.database import Database
from app.kit.clock import system_clock
from benchmarks.corpus import Size, fill
from benchmarks.load import Load, load

_FIELDS = "title,slug,summary,published_at,tags"
_PATIENCE = 60.0
FEWEST = 5_000
"""Articles, so that there is a page 200."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request, and how many bytes its answer has."""

    name: str
    path: str
    size: int
    headers: Mapping[str, str] = field(default_factory=dict)


def table(articles: int, seconds: float, rounds: int) -> Iterator[str]:
    """The lines of a Markdown table: medians over the rounds."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="willay-bench-")))
        database = Database(f"sqlite:///{folder / 'willay.db'}")
        schema.migrate(database)
        fill(database, Size(articles, words=400), system_clock())
        database.close()
        application = ("app.main:from_environment", folder, "--factory")
        anew = stack.enter_context(server(*application, settings={"WILLAY_ANSWER_CACHE_MB": "0"}))
        cached_server = stack.enter_context(server(*application))
        bare = stack.enter_context(server("benchmarks.bare:app", folder))
        chosen_cases = _cases(anew)
        loads: dict[str, list[tuple[Load, Load, Load]]] = {case.name: [] for case in chosen_cases}
        for turn in range(rounds):
            sys.stderr.write(f"round {turn + 1} of {rounds}\n")
            for case in chosen_cases:
                limit = load(f"http://127.0.0.1:{bare}/{case.size}", {}, seconds)
                result, value = (
                    load(f"http://127.0.0.1:{port}{case.path}", case.headers, seconds)
                    for port in (anew, cached_server)
                )
                loads[case.name].append((limit, result, value))
    yield f"\n| {articles:,} articles | bytes | bare, /s | /s | of bare | p50 ms | p99 | kept, /s |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for case in chosen_cases:
        limits, anew_loads, kept_loads = (
            [three[place] for three in loads[case.name]] for place in range(3)
        )
        most, rate = (
            median(limit.rate for limit in limits),
            median(load.rate for load in anew_loads),
        )
        share = median(
            item.rate / limit.rate for limit, item in zip(limits, anew_loads, strict=True)
        )
        p50, p99 = median(load.p50 for load in anew_loads), median(load.p99 for load in anew_loads)
        yield (
            f"| {case.name} | {case.size:,} | {most:,.0f} | {rate:,.0f} | {share:.1%} "
            f"| {p50:.1f} | {p99:.1f} | {median(load.rate for load in kept_loads):,.0f} |"
        )


def _cases(port: int) -> list[Case]:
    first = json.loads(_get(port, "/v1/articles")[1])
    slug = first["data"][7]["slug"]
    paths = {
        "list": "/v1/articles",
        "list, five fields": f"/v1/articles?fields={_FIELDS}",
        "one by slug": f"/v1/articles/{slug}",
        "tag": "/v1/articles?tag=topic-1-1",
        "parent tag and language": "/v1/articles?tag=topic-1&lang=es",
        "page 200": _page_200(port),
        "archive": "/v1/archive",
    }
    cases = [Case(name, path, len(_get(port, path)[1])) for name, path in paths.items()]
    tag, _ = _get(port, "/v1/articles")
    return [*cases, Case("304 of the list", "/v1/articles", 0, {"If-None-Match": tag})]


def _page_200(port: int) -> str:
    """The path of the page after 3,980 articles, reached as clients do: link by link."""
    path = "/v1/articles?limit=100"
    for limit in (*[100] * 38, 80, 20):
        following: str = json.loads(_get(port, path)[1])["links"]["next"]
        path = following[following.index("/v1") :].replace("limit=100", f"limit={limit}")
        path = path.replace("limit=80", f"limit={limit}")
    return path


def _get(port: int, path: str) -> tuple[str, bytes]:
    """ETag and body of an answer that must be 200."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {path}: {body!r}")
        return answer.headers["ETag"] or "", body


@contextmanager
def server(
    app: str,
    folder: Path,
    *options: str,
    quiet: bool = False,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[int]:
    """An application on uvicorn as `willay serve` runs it, on a free port."""
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    command += ["--no-server-header", "--log-level", "warning", *options]
    environment = {**os.environ, "WILLAY_DATA_DIR": str(folder), "WILLAY_PORT": str(port)}
    environment |= {"WILLAY_RATE_LIMIT": environment.get("WILLAY_RATE_LIMIT", "0")}
    environment.pop("WILLAY_DATABASE_URL", None)
    environment |= settings
    log = subprocess.DEVNULL if quiet else None
    process: subprocess.Popen[Any] = subprocess.Popen(command, env=environment, stderr=log)  # noqa: S603
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(_PATIENCE)


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
