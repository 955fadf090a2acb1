"""The engines over which the contract suite runs: embedded, on the double, and on a real server.

A real one is used when `WILLAY_TEST_MEILISEARCH_URL` and `WILLAY_TEST_MEILISEARCH_KEY` are set;
each engine opened has an index of its own there, which is deleted afterwards.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from app.search.embedded.engine import EmbeddedEngine
from app.search.meilisearch import shadow_index
from app.search.meilisearch.connection import Address, Connection
from app.search.meilisearch.engine import MeilisearchEngine
from app.search.meilisearch.transport import Timeouts
from app.search.protocol import Document, Engine
from tests.search.double.server import MASTER, Double, serving

LANGUAGES = ("en", "es")
URL, KEY = "WILLAY_TEST_MEILISEARCH_URL", "WILLAY_TEST_MEILISEARCH_KEY"
EMBEDDED, DOUBLE, REAL = "embedded", "double", "real server"
PATIENT: Timeouts = (30.0, 120.0)
"""How long an engine waits for a server on a machine that does much else; tests of what happens
when one is slow say how slow."""


class Free:
    """A lease that nobody else wants."""

    def take(self, *, insist: bool = False) -> int | None:
        return 1

    def keep(self) -> bool:
        return True

    def give_back(self) -> None:
        """Nobody waits for it."""


@dataclass(frozen=True)
class Backend:
    """One kind of engine. `has_stems`: it knows that mines and mining are one word."""

    name: str
    open: Callable[[Path], AbstractContextManager[Engine]]

    @property
    def has_stems(self) -> bool:
        return self.name == EMBEDDED

    @contextmanager
    def over(self, path: Path, *documents: Document) -> Iterator[Engine]:
        with self.open(path) as engine:
            engine.apply(documents, [], "start")
            yield engine


@contextmanager
def embedded(path: Path) -> Iterator[Engine]:
    with EmbeddedEngine(path, LANGUAGES) as engine:
        yield engine


@contextmanager
def on_double(_path: Path) -> Iterator[Engine]:
    double = Double()
    with serving(double) as url, engine_at(url, MASTER) as engine:
        yield engine


@contextmanager
def on_server(_path: Path) -> Iterator[Engine]:
    index = f"test_{token_hex(6)}"
    with engine_at(os.environ[URL], os.environ[KEY], index) as engine:
        try:
            yield engine
        finally:
            client = engine.connection.writer()
            names = [index, *shadow_index.builds(client, index)]
            shadow_index.drop(client, engine.tasks, names)


@contextmanager
def engine_at(url: str, key: str | None, index: str = "willay") -> Iterator[MeilisearchEngine]:
    connection = Connection(Address(url, key, index, searching=PATIENT))
    with MeilisearchEngine(connection, LANGUAGES, lambda _name: Free()) as engine:
        yield engine


BACKENDS = {
    EMBEDDED: Backend(EMBEDDED, embedded),
    DOUBLE: Backend(DOUBLE, on_double),
    REAL: Backend(REAL, on_server),
}
