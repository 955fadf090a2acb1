"""Every public read over a small and a large archive: its time, and what the service holds.

`willay serve` runs over a store of a tenth of the articles, then over one of all. Each round starts
it anew and asks for each address three times: the first time, again (made anew too), and once more
(from the response cache). The quickest of the rounds is told, in milliseconds, so that what else
the machine does counts less, and the growth from the tenth of the articles.
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Final

import sqlalchemy as sa

from app import schema
from app.database import Database
from app.kit.clock import system_clock
from benchmarks.corpus import Size, fill
from benchmarks.load import Load, load
from benchmarks.public_reads import public_reads
from benchmarks.search import best, get
from benchmarks.servers import Server, machine, serve, wait_for_search
from tests import postgres

WORDS: Final = 120
VOCABULARY: Final = 40_000
_TIMES: Final = 3
_CLIENTS: Final = 8
_LOAD: Final = 5.0
"""Seconds of load."""
_IDLE: Final = 5.0
"""Seconds after the last work before the memory of an idle process is read."""

_COMMAND: Final = (sys.executable, "-c", "from app.console import main; main()", "serve")


@dataclass(slots=True)
class Figures:
    """What was measured over one store: seconds, bytes, and milliseconds by read."""

    articles: int
    filling: float = 0.0
    indexing: float = 0.0
    """The time until the first index is built."""
    opening: float = 0.0
    """The time until the port is open, with an index."""
    starting: float = 0.0
    """The processor time of a start, with an index."""
    idle: int = 0
    """The anonymous memory before the first request."""
    busy: int = 0
    """The anonymous memory after all reads."""
    store: int = 0
    index: int = 0
    reads: dict[str, tuple[float, ...]] = field(default_factory=dict)
    slowest: str = ""
    """The read that takes the longest when it is made anew."""
    alone: Load | None = None
    """A list that eight clients ask for, always made anew."""
    beside: Load | None = None
    """The same list, while another client asks for the slowest read again and again."""


_FIGURES: Final[Mapping[str, Callable[[Figures], str]]] = {
    "filled, s": lambda figures: f"{figures.filling:.0f}",
    "first index built, s": lambda figures: f"{figures.indexing:.1f}",
    "ready again, s": lambda figures: f"{figures.opening:.1f}",
    "processor time of a start, s": lambda figures: f"{figures.starting:.2f}",
    "idle, MB anonymous": lambda figures: f"{figures.idle / 1e6:.0f}",
    "after all reads, MB anonymous": lambda figures: f"{figures.busy / 1e6:.0f}",
    "list, eight clients, p50 and p99 ms": lambda figures: _latencies(figures.alone),
    "beside the slowest read": lambda figures: f"{_latencies(figures.beside)}: {figures.slowest}",
    "store, MB": lambda figures: f"{figures.store / 1e6:,.0f}",
    "index, MB": lambda figures: f"{figures.index / 1e6:,.0f}",
}


def table(size: int, databases: Sequence[str], rounds: int) -> Iterator[str]:
    """The lines of the Markdown tables of each database."""
    for name in databases:
        figures = [_measure(name, articles, rounds) for articles in (size // 10, size)]
        yield f"\n{machine()}"
        yield from _lines(name, *figures)


def _measure(name: str, articles: int, rounds: int) -> Figures:
    figures = Figures(articles)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="willay-bench-")))
        url = f"sqlite:///{folder / 'willay.db'}"
        if name == "postgresql":
            url = stack.enter_context(postgres.server())
        settings = {
            "WILLAY_DATA_DIR": str(folder),
            "WILLAY_DATABASE_URL": url,
            "WILLAY_RATE_LIMIT": "0",
            "WILLAY_LOG_LEVEL": "warning",
        }
        now = system_clock()
        began = time.perf_counter()
        _fill(url, Size(articles, WORDS, VOCABULARY), now)
        figures.filling = time.perf_counter() - began
        sys.stderr.write(f"{name}: filled with {articles:,} articles in {figures.filling:.0f} s\n")
        began = time.perf_counter()
        with _service(settings):
            figures.indexing = time.perf_counter() - began
        sys.stderr.write(f"the index was built in {figures.indexing:.0f} s\n")
        times: dict[str, list[list[float]]] = defaultdict(list)
        for _ in range(rounds):
            _round(settings, now, figures, times)
        figures.reads = {
            read: tuple(min(every) for every in zip(*rows, strict=True))
            for read, rows in times.items()
        }
        _load_beside_slowest(settings, now, figures)
        figures.store = _store_bytes(url, folder)
        files = (folder / "search").rglob("*")
        figures.index = sum(file.stat().st_size for file in files if file.is_file())
    return figures


def _fill(url: str, size: Size, now: datetime) -> None:
    with closing(Database(url)) as database:
        schema.migrate(database)
        fill(database, size, now)


def _round(
    settings: Mapping[str, str],
    now: datetime,
    figures: Figures,
    times: dict[str, list[list[float]]],
) -> None:
    """Start the service, and ask for each address some times."""
    began = time.perf_counter()
    with _service(settings) as server:
        figures.opening = time.perf_counter() - began
        figures.starting = server.cpu_seconds()
        time.sleep(_IDLE)
        figures.idle = server.anonymous_bytes()
        root = f"http://127.0.0.1:{server.port}"
        addresses = public_reads(figures.articles, VOCABULARY, now, root)
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
            get(connection, "/livez")
            for read, address in addresses.items():
                times[read].append([_time(connection, address) for _ in range(_TIMES)])
        figures.busy = server.anonymous_bytes()


def _load_beside_slowest(settings: Mapping[str, str], now: datetime, figures: Figures) -> None:
    """Measure how long other readers wait for the slowest read."""
    with (
        _service({**settings, "WILLAY_ANSWER_CACHE_MB": "0"}) as server,
        ThreadPoolExecutor() as pool,
    ):
        root = f"http://127.0.0.1:{server.port}"
        figures.slowest = max(figures.reads, key=lambda read: figures.reads[read][1])
        addresses = public_reads(figures.articles, VOCABULARY, now, root)
        load(f"{root}/v1/articles", {}, 1.0, _CLIENTS)  # warms
        figures.alone = load(f"{root}/v1/articles", {}, _LOAD, _CLIENTS)
        is_over = Event()
        slow = pool.submit(_repeat, server.port, addresses[figures.slowest], is_over)
        try:
            figures.beside = load(f"{root}/v1/articles", {}, _LOAD, _CLIENTS)
        finally:
            is_over.set()
        slow.result()


def _repeat(port: int, address: str, is_over: Event) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        while not is_over.is_set():
            get(connection, address)


@contextmanager
def _service(settings: Mapping[str, str]) -> Iterator[Server]:
    """`willay serve`, as soon as its search is up to date."""
    with serve(_COMMAND, "--port", settings) as server:
        wait_for_search(server)
        yield server


def _time(connection: HTTPConnection, address: str) -> float:
    """The milliseconds until all of an answer is here."""
    return best(partial(get, connection, address), 1)


def _store_bytes(url: str, folder: Path) -> int:
    if url.startswith("sqlite"):
        return sum(file.stat().st_size for file in folder.glob("willay.db*"))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())")
        held = int(size.scalar_one())
    engine.dispose()
    return held


def _latencies(measured: Load | None) -> str:
    assert measured is not None
    return f"{measured.p50:.1f}, {measured.p99:.1f}"


def _lines(name: str, small: Figures, large: Figures) -> Iterator[str]:
    yield f"\n| {name} | {small.articles:,} articles | {large.articles:,} articles |"
    yield "|---|---:|---:|"
    for what, told in _FIGURES.items():
        yield f"| {what} | {told(small)} | {told(large)} |"
    yield f"\n| {name}, ms | {large.articles:,}: first | again | stored | growth, first | again |"
    yield "|---|---:|---:|---:|---:|---:|"
    for read, (first, again, stored) in large.reads.items():
        few_first, few_again, _ = small.reads[read]
        growth = f"{first / few_first:.1f} | {again / few_again:.1f}"
        yield f"| {read} | {first:.1f} | {again:.1f} | {stored:.1f} | {growth} |"
