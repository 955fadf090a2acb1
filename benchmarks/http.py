"""The service beside its peers, in one run: processor time of a request, and requests per second.

The service runs twice: as it is, where answers come from its response cache, and with
`WILLAY_ANSWER_CACHE_MB=0`, where each is made anew. Beside it run a bare ASGI application that
sends as many bytes and the very same headers, FastAPI that sends them, and Datasette, which answers
one statement of SQL as JSON. All servers run all the time, one worker each; each case is loaded on
one after the other, round after round, so that what else the machine does falls on all. Ratios are
taken within a round.
"""

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, urlsplit

from app import schema
from app.database import Database
from app.kit.clock import system_clock
from benchmarks import datasette
from benchmarks.corpus import Size, fill
from benchmarks.load import Load, load
from benchmarks.servers import Server, application, machine, wait_until_idle
from tests import postgres

_FIELDS = "title,slug,summary,published_at,tags"
_PATIENCE = 60.0
_TAG, _WORDS = "topic-1-1", "river court"
_CONNECTIONS = (1, 32, 256)
FEWEST = 5_000
"""Articles, so that there is a page 200."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request."""

    name: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One load on one server: its figures, and the processor time of a request in microseconds."""

    load: Load
    cpu: float


Runs = dict[str, list[Run]]
"""The rounds of one case by server."""


def table(articles: int, seconds: float, rounds: int) -> Iterator[str]:
    """The lines of Markdown tables: medians over the rounds."""
    yield f"\n{machine()}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="willay-bench-")))
        _fill(f"sqlite:///{folder / 'willay.db'}", articles)
        service = ("app.main:from_environment", folder, "--factory")
        recorded = {"WILLAY_BENCH_RECORDED": str(folder)}
        servers: dict[str, Server | None] = {
            "stored": stack.enter_context(application(*service)),
            "anew": stack.enter_context(
                application(*service, settings={"WILLAY_ANSWER_CACHE_MB": "0"})
            ),
            "bare": stack.enter_context(
                application("benchmarks.bare:app", folder, settings=recorded)
            ),
            "FastAPI": stack.enter_context(
                application("benchmarks.bare:framework", folder, settings=recorded)
            ),
            "Datasette": stack.enter_context(datasette.datasette(folder)),
        }
        stored = servers["stored"]
        assert stored is not None
        _wait(servers)
        cases = _cases(stored.port)
        for case in cases:
            _record(folder, case, stored.port)
        runs = {case.name: _measure(case, servers, seconds, rounds) for case in cases}
        yield from _lines("SQLite", articles, runs)
        yield from _by_connections(stored, servers["bare"], seconds, rounds)
        yield from _on_postgresql(stack, folder, articles, servers["bare"], seconds, rounds)


def _wait(servers: Mapping[str, Server | None]) -> None:
    """Wait until no service builds or checks its index any more."""
    for name in ("stored", "anew"):
        server = servers[name]
        assert server is not None
        wait_until_idle(server)


def _fill(url: str, articles: int) -> None:
    database = Database(url)
    with closing(database):
        schema.migrate(database)
        fill(database, Size(articles, words=400), system_clock())


def _on_postgresql(
    stack: ExitStack,
    folder: Path,
    articles: int,
    bare: Server | None,
    seconds: float,
    rounds: int,
) -> Iterator[str]:
    """The list on PostgreSQL, from the response cache and anew."""
    url = stack.enter_context(postgres.server())
    _fill(url, articles)
    service = ("app.main:from_environment", folder, "--factory")
    settings = {"WILLAY_DATABASE_URL": url}
    stored = stack.enter_context(application(*service, settings=settings))
    servers: dict[str, Server | None] = {
        "stored": stored,
        "anew": stack.enter_context(
            application(*service, settings={**settings, "WILLAY_ANSWER_CACHE_MB": "0"})
        ),
        "bare": bare,
    }
    _wait(servers)
    case = Case("list", "/v1/articles")
    _record(folder, case, stored.port)
    yield from _lines("PostgreSQL", articles, {"list": _measure(case, servers, seconds, rounds)})


def _measure(case: Case, servers: Mapping[str, Server | None], seconds: float, rounds: int) -> Runs:
    runs: Runs = defaultdict(list)
    for turn in range(rounds):
        sys.stderr.write(f"{case.name}: round {turn + 1} of {rounds}\n")
        for name, server in servers.items():
            path = _path_for(name, case)
            if server is not None and path is not None:
                runs[name].append(_load(server, path, case.headers, seconds))
    return runs


def _path_for(server: str, case: Case) -> str | None:
    if server in ("stored", "anew"):
        return case.path
    if server == "Datasette":
        slug = urlsplit(case.path).path.rpartition("/")[2]
        return datasette.address(case.name, {"slug": slug, "tag": _TAG, "words": _WORDS})
    return f"/answer?file={_file_of(case)}"


def _load(
    server: Server, path: str, headers: Mapping[str, str], seconds: float, connections: int = 32
) -> Run:
    before = server.cpu_seconds()
    figures = load(f"http://127.0.0.1:{server.port}{path}", headers, seconds, connections)
    return Run(figures, (server.cpu_seconds() - before) * 1e6 / max(1, figures.requests))


def _lines(store: str, articles: int, runs: Mapping[str, Runs]) -> Iterator[str]:
    names = list(dict.fromkeys(name for by_server in runs.values() for name in by_server))
    heads = " | ".join(f"{name}, µs | /s" for name in names)
    yield (
        f"\n| {store}, {articles:,} articles | {heads} | stored / bare, rate | by CPU "
        "| anew / Datasette, rate | by CPU |"
    )
    yield "|---|" + "---:|" * (2 * len(names) + 4)
    for case, by_server in runs.items():
        cells = [_cells(by_server.get(name, [])) for name in names]
        cells += _ratios(by_server, "stored", "bare") + _ratios(by_server, "anew", "Datasette")
        yield f"| {case} | {' | '.join(cells)} |"


def _cells(runs: Sequence[Run]) -> str:
    if not runs:
        return " | "
    return f"{median(run.cpu for run in runs):,.0f} | {median(run.load.rate for run in runs):,.0f}"


def _ratios(runs: Runs, own: str, peer: str) -> list[str]:
    """By rate, and by processor time: how many times as fast a server is as its peer. The median of
    the rounds, with the least and the most."""
    pairs = list(zip(runs.get(own, []), runs.get(peer, []), strict=False))
    if not pairs:
        return ["", ""]
    rates = [first.load.rate / second.load.rate for first, second in pairs]
    times = [second.cpu / max(1.0, first.cpu) for first, second in pairs]
    return [f"{median(it):.2f} ({min(it):.2f} to {max(it):.2f})" for it in (rates, times)]


def _by_connections(
    stored: Server, bare: Server | None, seconds: float, rounds: int
) -> Iterator[str]:
    """The latencies of a stored list, beside those of the bare application."""
    assert bare is not None
    yield "\n| list, connections | stored, p50 ms | p99 | bare, p50 ms | p99 |"
    yield "|---|---:|---:|---:|---:|"
    case = Case("list", "/v1/articles")
    for connections in _CONNECTIONS:
        cells = []
        for name, server in (("stored", stored), ("bare", bare)):
            path = _path_for(name, case) or ""
            loads = [_load(server, path, {}, seconds, connections).load for _ in range(rounds)]
            cells += [f"{median(getattr(it, part) for it in loads):.2f}" for part in ("p50", "p99")]
        yield f"| {connections} | {' | '.join(cells)} |"


def _cases(port: int) -> list[Case]:
    first = json.loads(_get(port, "/v1/articles")[1])
    slug = first["data"][7]["slug"]
    tag = dict(_get(port, "/v1/articles")[0])["etag"]
    return [
        Case("list", "/v1/articles"),
        Case("one by slug", f"/v1/articles/{slug}"),
        Case("tag", f"/v1/articles?tag={_TAG}"),
        Case("page 200", _page_200(port)),
        Case("search", f"/v1/search?q={_WORDS.replace(' ', '+')}"),
        Case("list, five fields", f"/v1/articles?fields={_FIELDS}"),
        Case("parent tag and language", "/v1/articles?tag=topic-1&lang=es"),
        Case("list, gzip", "/v1/articles", {"Accept-Encoding": "gzip"}),
        Case("list, 304", "/v1/articles", {"If-None-Match": tag}),
    ]


def _page_200(port: int) -> str:
    """The path of the page after 3,980 articles, reached as clients do: link by link."""
    path = "/v1/articles?limit=100"
    for limit in (*[100] * 38, 80, 20):
        following: str = json.loads(_get(port, path)[1])["links"]["next"]
        parts = urlsplit(following)
        path = f"{parts.path}?cursor={parse_qs(parts.query)['cursor'][0]}&limit={limit}"
    return path


def _record(folder: Path, case: Case, port: int) -> None:
    """Keep what the service answers, for those that send the same bytes."""
    for _ in range(3):  # the third comes from the response cache
        headers, body, status = _get(port, case.path, case.headers, usual=False)
    own = [(name, value) for name, value in headers if name != "date"]
    recorded = {"status": status, "headers": own}
    path = folder / _file_of(case)
    path.with_suffix(".json").write_text(json.dumps(recorded))
    path.with_suffix(".body").write_bytes(body)


def _file_of(case: Case) -> str:
    return case.name.replace(" ", "-").replace(",", "")


def _get(
    port: int, path: str, headers: Mapping[str, str] | None = None, *, usual: bool = True
) -> tuple[list[tuple[str, str]], bytes, int]:
    """Headers in lower case, body and status of an answer; `usual` ones must be 200."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)) as connection:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        body = answer.read()
        if usual and answer.status != 200:
            raise RuntimeError(f"{answer.status} for {path}: {body!r}")
        return [(name.lower(), value) for name, value in answer.getheaders()], body, answer.status
