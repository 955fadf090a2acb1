"""A store whose search is on the double of a server, and what tests ask of the two."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from app.errors import Unavailable
from app.runtime import Runtime
from app.search.protocol import Query
from app.worker.indexing import Indexing
from app.worker.proving import Comparison, compare
from tests.conftest import MovingClock, store
from tests.search.double.server import MASTER, Double, serving


@dataclass
class Newsroom:
    """A store and the server that it is followed to."""

    runtime: Runtime
    clock: MovingClock
    double: Double
    url: str

    def __post_init__(self) -> None:
        self.follower = Indexing(self.runtime)

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

    def asked(self, method: str, part: str) -> int:
        """How many requests of this kind the server has had."""
        return sum(one.method == method and part in one.path for one in self.double.asked)


@contextmanager
def newsroom(folder: Path, **more: Any) -> Iterator[Newsroom]:
    double = Double()
    with serving(double) as url:
        settings = {"meilisearch_url": url, "meilisearch_key": MASTER} | more
        with store(None, folder, serve_worker=False, **settings) as (runtime, clock):
            yield Newsroom(runtime, clock, double, url)
