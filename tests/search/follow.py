"""What tests ask of search over a whole store: to catch up, what it finds, whether it agrees."""

from contextlib import closing
from uuid import UUID

from app.runtime import Runtime
from app.search.protocol import Query
from app.worker.indexing import IndexFollower
from app.worker.verification import compare


def follow(runtime: Runtime) -> None:
    """Let search catch up."""
    runtime.promote()
    with closing(IndexFollower(runtime)) as follower:
        while follower.step():
            pass


def matching_ids(runtime: Runtime, words: str) -> set[UUID]:
    hits = runtime.search.get().search(Query(words, limit=50, exact=True)).hits
    return {hit.key.id for hit in hits}


def search_agrees(runtime: Runtime) -> bool:
    comparison = compare(runtime, runtime.search.get())
    assert comparison.behind == 0
    return comparison.agrees
