"""A store whose search is on a server, its double or a real one, and what tests ask of the two."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest
from meilisearch import Client

from app.errors import Unavailable
from app.runtime import Runtime
from app.search.meilisearch import shadow_index
from app.search.meilisearch.engine import MeilisearchEngine
from app.search.protocol import Query
from app.worker.indexing import IndexFollower
from app.worker.verification import Comparison, compare
from tests.conftest import MovingClock, store
from tests.search.backends import KEY, URL
from tests.search.double.server import MASTER, Double, serving


@dataclass
class Room:
    """A store and the server that it is followed to, with the master key's client of that."""

    runtime: Runtime
    clock: MovingClock
    master: Client

    def __post_init__(self) -> None:
        self.follower = IndexFollower(self.runtime)

    def follow(self) -> None:
        """Let search catch up; raises what stands in its way."""
        self.runtime.promote()
        for _ in range(50):
            if not self.follower.step():
                return
        raise AssertionError("it never comes to an end")

    def troubled(self) -> str:
        """The code of what stands in the way of the next step."""
        try:
            self.follow()
        except Unavailable as error:
            return error.code
        return ""

    def found(self, words: str) -> set[UUID]:
        hits = self.runtime.search.get().search(Query(words, limit=50)).hits
        return {hit.key.id for hit in hits}

    def compared(self) -> Comparison:
        return compare(self.runtime, self.runtime.search.get())

    @property
    def agrees(self) -> bool:
        found = self.compared()
        return found.agrees and found.behind == 0

    @property
    def engine(self) -> MeilisearchEngine:
        engine = self.runtime.search.get()
        assert isinstance(engine, MeilisearchEngine)
        return engine

    def indexes(self) -> list[str]:
        """Ours on the server: the one that answers, and those built beside it."""
        return [self.engine.uid, *shadow_index.builds(self.master, self.engine.uid)]


@dataclass
class Newsroom(Room):
    """The server is the double, which can be looked into, and told to fail."""

    double: Double
    url: str

    def asked(self, method: str, part: str) -> int:
        """How many requests of this kind the server has had."""
        return sum(one.method == method and part in one.path for one in self.double.asked)


@contextmanager
def newsroom(folder: Path, **more: Any) -> Iterator[Newsroom]:
    double = Double()
    with serving(double) as url:
        settings = {"meilisearch_url": url, "meilisearch_key": MASTER} | more
        with store(None, folder, serve_worker=False, **settings) as (runtime, clock):
            yield Newsroom(runtime, clock, Client(url, MASTER), double, url)


@contextmanager
def on_real_server(folder: Path, **more: Any) -> Iterator[Room]:
    """Skips aloud when there is none; the index is of this test alone."""
    url, key, index = environ.get(URL), environ.get(KEY), f"test_{token_hex(6)}"
    if not url or not key:
        pytest.skip(f"no real server: set {URL} and {KEY}")
    settings = {"meilisearch_url": url, "meilisearch_key": key, "meilisearch_index": index} | more
    with store(None, folder, serve_worker=False, **settings) as (runtime, clock):
        room = Room(runtime, clock, Client(url, key))
        try:
            yield room
        finally:
            shadow_index.drop(room.master, room.engine.tasks, room.indexes())


SERVERS = {"double": newsroom, "real server": on_real_server}
