"""How long searches take, in the engine and over HTTP, and how fast the index is made.

Each query is asked several times and its quickest answer counts, so that what else the machine
does counts less; then the median over the queries is told. Over HTTP one client asks at a time.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median, quantiles
from urllib.parse import urlencode

from app import schema
from app.kit.clock import system_clock
from app.runtime import Runtime, open_runtime
from app.search.protocol import FACET_NAMES, Engine, Filter, Query
from app.settings import Settings
from app.worker import rebuilding
from benchmarks.corpus import Size, fill, words_of
from benchmarks.servers import server

VOCABULARY = 40_000
QUERIES = 100
WORDS = 300


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of query; `parameters` ask the same over HTTP, None when HTTP has no such query."""

    name: str
    queries: tuple[Query, ...]
    parameters: dict[str, str] | None = None


def table(sizes: Sequence[int], rounds: int) -> Iterator[str]:
    """The lines of the Markdown tables, for archives of these sizes."""
    for size in sizes:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="willay-bench-")))
            settings = Settings(_env_file=None, data_dir=folder)
            runtime = stack.enter_context(open_runtime(settings, check_schema=False))
            schema.migrate(runtime.database)
            sys.stderr.write(f"filling the store with {size:,} articles\n")
            fill(runtime.database, Size(size, WORDS, VOCABULARY), system_clock())
            yield from _made(runtime, size)
            over_http = stack.enter_context(
                server(
                    "app.main:from_environment",
                    folder,
                    "--factory",
                    settings={"WILLAY_ANSWER_CACHE_MB": "0"},
                )
            )
            yield from _asked(runtime.search.get(), size, rounds, over_http)


def _made(runtime: Runtime, size: int) -> Iterator[str]:
    """How fast the index is made from the store, and what it costs."""
    sys.stderr.write("making the index\n")
    before = _memory()
    began, worked = time.perf_counter(), time.process_time()
    rebuilding.rebuild(runtime, runtime.search.to_write())
    took, worked = time.perf_counter() - began, time.process_time() - worked
    folder = runtime.settings.data_dir / "search"
    on_disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    began = time.perf_counter()
    runtime.search.get().search(Query("river"))
    opening = time.perf_counter() - began
    yield f"\n| {size:,} articles of {WORDS} words | |"
    yield "|---|---:|"
    yield f"| indexed from the store, articles a second | {size / took:,.0f} |"
    yield f"| processor time for it, ms per article | {worked / size * 1_000:.2f} |"
    yield f"| index on disk, MB | {on_disk / 1e6:,.0f} |"
    yield f"| first search after it, ms | {opening * 1_000:.0f} |"
    yield f"| memory of the process, peak, MB more | {_memory() - before:,.0f} |"


def _asked(engine: Engine, size: int, rounds: int, port: int) -> Iterator[str]:
    yield f"\n| search, {size:,} articles | engine p50 ms | p95 ms | HTTP p50 ms | p95 ms |"
    yield "|---|---:|---:|---:|---:|"
    chosen_cases = cases(Random(3))  # noqa: S311  # choices, not secrets
    for case in chosen_cases:
        sys.stderr.write(f"{case.name}\n")
        inside = [best(partial(engine.search, query), rounds) for query in case.queries]
        yield f"| {case.name} | {_told(inside)} | {_told(_over_http(port, paths(case), rounds))} |"
    typed = [query.text[:4] for query in chosen_cases[0].queries]
    inside = [best(partial(engine.suggest, text), rounds) for text in typed]
    completed = [f"/v1/search/suggest?q={text}" for text in typed]
    yield f"| suggest | {_told(inside)} | {_told(_over_http(port, completed, rounds))} |"


def _over_http(port: int, addresses: Sequence[str], rounds: int) -> list[float]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        return [best(partial(get, connection, path), rounds) for path in addresses]


def cases(random: Random) -> list[Case]:
    """The kinds of queries; words are chosen as people do, from the middling to the rare."""
    vocabulary = words_of(VOCABULARY)

    def words(count: int, commonest: int = 100, rarest: int = 8_000) -> str:
        return (
            " ".join(vocabulary[int(random.uniform(commonest, rarest))] for _ in range(count)) + " "
        )

    plain = [words(random.choice((1, 2, 2, 3))) for _ in range(QUERIES)]
    common = [words(2, 5, 60) for _ in range(QUERIES)]
    typed = [text.rstrip()[:-1] for text in plain]
    wrong = [_misspelt(text, random) for text in (words(2) for _ in range(QUERIES))]
    quoted = [f'"{words(1, 5, 40).strip()}" {words(1)}' for _ in range(QUERIES)]
    long = [words(17, 10, 20_000) for _ in range(QUERIES)]
    english = Filter(languages=("en",), kinds=("article",))

    def requested(texts: Sequence[str], **more: object) -> tuple[Query, ...]:
        return tuple(Query(text, **more) for text in texts)  # type: ignore[arg-type]

    return [
        Case("plain", requested(plain)),
        Case("plain, highlights", requested(plain, highlight=True), {}),
        Case(
            "plain, highlights and four facets",
            requested(plain, highlight=True, facets=FACET_NAMES),
            {"facets": ",".join(FACET_NAMES)},
        ),
        Case("two common words", requested(common, highlight=True), {}),
        Case("being typed", requested(typed, highlight=True), {}),
        Case("one of two misspelt", requested(wrong, highlight=True), {}),
        Case("a phrase and a word", requested(quoted, highlight=True), {}),
        Case(
            "filtered by language and kind",
            requested(plain, highlight=True, filter=english),
            {"lang": "en", "kind": "article"},
        ),
        Case("newest first", requested(plain, highlight=True, order="newest"), {"order": "newest"}),
        Case("page 20", requested(common, highlight=True, page=20), {"page": "20"}),
        Case("17 words, with feedback", requested(long, highlight=True), {}),
    ]


def _misspelt(text: str, random: Random) -> str:
    """Two letters of the longest word changed about."""
    word = max(text.split(), key=len)
    at = random.randrange(1, max(2, len(word) - 2))
    return text.replace(word, word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :], 1)


def paths(case: Case) -> list[str]:
    """The case's queries as addresses."""
    if case.parameters is None:
        return []
    return [f"/v1/search?{urlencode({'q': q.text, **case.parameters})}" for q in case.queries]


def get(connection: HTTPConnection, path: str) -> None:
    """Ask, read all, and see that it is an answer."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} for {path}: {json.loads(body)}")


def best(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the quickest of some runs."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent) * 1_000


def _told(spent: Sequence[float]) -> str:
    if not spent:
        return "– | –"
    return f"{median(spent):.2f} | {quantiles(spent, n=20)[-1]:.2f}"


def _memory() -> float:
    """The peak of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
