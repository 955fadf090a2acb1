"""A real search server over one collection, alone and as the service uses it with the other engine.

Used when `WILLAY_TEST_MEILISEARCH_URL` and `WILLAY_TEST_MEILISEARCH_KEY` are set; its index there
is of this run alone, and deleted at the end.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex

from app.search.failover import SearchService
from app.search.lazy import RemoteEngine
from app.search.meilisearch import shadow_index
from app.search.meilisearch.connection import Address, Connection
from app.search.meilisearch.engine import MeilisearchEngine
from app.search.protocol import Document, Query
from benchmarks.relevance.engines import LANGUAGES, Measured, Willay

URL, KEY = "WILLAY_TEST_MEILISEARCH_URL", "WILLAY_TEST_MEILISEARCH_KEY"

_AT_ONCE = 1_000


class _Free:
    """A lease that nobody else wants."""

    def take(self, *, insist: bool = False) -> int | None:
        return 1

    def keep(self) -> bool:
        return True

    def give_back(self) -> None:
        """Nobody waits for it."""


class Alone:
    """The server's own ranking through our adapter."""

    name = "meilisearch"

    def __init__(self, engine: MeilisearchEngine, willay: Willay) -> None:
        self._engine, self._willay = engine, willay

    def best(self, text: str, limit: int) -> list[str]:
        result = self._engine.search(Query(text, limit=limit))
        return [self._willay.ids[hit.key.id] for hit in result.hits]


class Production:
    """What the service answers when both engines are at hand."""

    name = "production"

    def __init__(self, engine: MeilisearchEngine, willay: Willay) -> None:
        self._search = SearchService(RemoteEngine(engine), RemoteEngine(willay.engine))
        self._willay = willay

    def best(self, text: str, limit: int) -> list[str]:
        result = self._search.search(Query(text, limit=limit)).result
        return [self._willay.ids[hit.key.id] for hit in result.hits]


@contextmanager
def on_server(willay: Willay, documents: Sequence[Document]) -> Iterator[list[Measured]]:
    """Both columns; none when there is no server."""
    url, key = os.environ.get(URL), os.environ.get(KEY)
    if not url or not key:
        yield []
        return
    index = f"relevance_{token_hex(6)}"
    connection = Connection(Address(url, key, index))
    with MeilisearchEngine(connection, LANGUAGES, lambda _name: _Free()) as engine:
        for start in range(0, len(documents), _AT_ONCE):
            engine.apply(documents[start : start + _AT_ONCE], [], "all")
        try:
            yield [Alone(engine, willay), Production(engine, willay)]
        finally:
            shadow_index.drop(connection.writer(), engine.tasks, [index])
