"""Search follows the change log: what is visible is in the index, and nothing else.

Every portion is read in one snapshot and judged at the log's clock; documents and cursor enter
the index in one commit. So a process may die anywhere, and any number may follow beside each
other: one whose portion is older moves the cursor back with it, and what came after is read
again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event
from time import monotonic
from typing import Final, Protocol
from uuid import UUID

from app.changes import Head, head
from app.database import ReadTx
from app.published import changes, searchable
from app.runtime import Runtime
from app.search.protocol import DOCUMENT_KINDS, Document, Engine, IndexBusy, Key, Mark
from app.worker.documents import document

_AT_ONCE: Final = 500
"""Entries of the log, or things, in one portion."""

_IN_A_REBUILD: Final = 2_000
"""Things in one portion of a rebuild: each commit makes a segment, which is merged later."""

_PATIENCE: Final = 30.0
"""Seconds for which a command waits for another process to finish its portion."""

_LOG = logging.getLogger("willay.search")

Advance = Callable[[int], None]


class Indexing:
    """Keeps the engine true to the store; a `Follower`."""

    name = "search"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def step(self) -> bool:
        """Catch up by one portion; false when there was nothing to do, or another does it."""
        engine = self._runtime.search.to_write()
        cursor = engine.cursor()
        try:
            with self._runtime.database.reading() as tx:
                follows = cursor is not None and changes.is_mine(tx, cursor)
            if cursor is None or not follows:
                rebuild(self._runtime, engine)
                return True
            return self._follow(engine, changes.sequence_of(cursor))
        except IndexBusy:
            return False

    def close(self) -> None:
        """Let others write."""
        self._runtime.search.to_write().release()

    def _follow(self, engine: Engine, after: int) -> bool:
        with self._runtime.database.reading() as tx:
            log = head(tx)
            looked, last = changes.subjects_after(tx, after, _AT_ONCE)
            if last == after:
                engine.release()
                return False
            upserts, deletes = _states(self._runtime, tx, log, looked)
            cursor = changes.cursor_at(tx, last)
        engine.apply(upserts, deletes, cursor)
        return True


def _states(
    runtime: Runtime, tx: ReadTx, log: Head, looked: dict[str, list[UUID]]
) -> tuple[list[Document], list[Key]]:
    """The documents of those things that are visible at the log's clock; the keys of the others."""
    tags = runtime.memory.tags(tx, log)
    found = searchable.by_ids(tx, tags, looked, log.effective_until)
    upserts = [document(thing) for thing in found]
    there = {made.key for made in upserts}
    asked = (Key(kind, key) for kind in DOCUMENT_KINDS for key in looked.get(kind, ()))
    return upserts, [key for key in asked if key not in there]


def rebuild(runtime: Runtime, engine: Engine, advance: Advance = lambda _done: None) -> None:
    """Write every document anew and drop what no longer is; readers never see a gap.

    The cursor is set last, to where the log was at the start, so that what happened meanwhile is
    followed afterwards. `advance` is told how many things are done.
    """
    with runtime.database.reading() as tx:
        cursor = changes.cursor_at(tx, head(tx).sequence)
    there: set[Key] = set()
    for portion in _portions(runtime):
        _patiently(engine, portion, [])
        there |= {made.key for made in portion}
        advance(len(portion))
    gone = [key for key, _ in engine.marks() if key not in there]
    _patiently(engine, [], gone, cursor)
    engine.release()
    _LOG.info("search was rebuilt: %d documents, %d dropped", len(there), len(gone))


class Rewritable(Protocol):
    """An engine whose files keep what was deleted, unless all is written anew."""

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """All documents, in place of those that are there."""
        ...


def rewrite(runtime: Runtime, engine: Rewritable, advance: Advance = lambda _done: None) -> None:
    """Write the whole index anew, so that nothing of what was deleted stays in its files."""
    with runtime.database.reading() as tx:
        cursor = changes.cursor_at(tx, head(tx).sequence)

    def portions() -> Iterator[list[Document]]:
        for portion in _portions(runtime):
            yield portion
            advance(len(portion))

    _when_free(lambda: engine.rewrite(portions(), cursor))


def ensure(runtime: Runtime) -> None:
    """Build the index when there is none of this version, so that nobody searches an empty one.

    Where another process builds it, wait for that one, or go on with it when that one dies.
    """
    while (engine := runtime.search.to_write()).cursor() is None:
        try:
            rebuild(runtime, engine)
        except IndexBusy:
            _LOG.info("waiting for another process, which builds the search index")


def size(runtime: Runtime) -> int:
    """How many things a rebuild writes."""
    with runtime.database.reading() as tx:
        return searchable.count(tx, head(tx).effective_until)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an index differs from the store, both ways; empty when it is true."""

    documents: int
    missing: list[Key]
    outdated: list[Key]
    surplus: list[Key]
    behind: int
    """Entries of the log that search has not followed yet."""

    @property
    def agrees(self) -> bool:
        """Every document is there, as it should be, and nothing else."""
        return not (self.missing or self.outdated or self.surplus)


def compare(runtime: Runtime, engine: Engine, advance: Advance = lambda _done: None) -> Comparison:
    """Hold every document against the store, by version and digest."""
    held: dict[Key, Mark] = dict(engine.marks())
    documents = len(held)
    missing: list[Key] = []
    outdated: list[Key] = []
    for portion in _portions(runtime):
        for made in portion:
            mark = held.pop(made.key, None)
            if mark is None:
                missing.append(made.key)
            elif mark != made.mark:
                outdated.append(made.key)
        advance(len(portion))
    with runtime.database.reading() as tx:
        behind, _ = changes.behind(tx, engine.cursor(), runtime.clock())
    return Comparison(documents, missing, outdated, list(held), behind)


def _portions(runtime: Runtime) -> Iterator[list[Document]]:
    """Everything visible, as documents, each portion read in a snapshot of its own."""
    few, _ = _read(runtime, searchable.few_ids)
    yield few
    after: UUID | None = None
    while True:
        articles, ids = _read(
            runtime, partial(searchable.article_ids, after=after, most=_IN_A_REBUILD)
        )
        if not ids["article"]:
            return
        yield articles
        after = ids["article"][-1]


def _read(
    runtime: Runtime, choose: Callable[[ReadTx, datetime], dict[str, list[UUID]]]
) -> tuple[list[Document], dict[str, list[UUID]]]:
    with runtime.database.reading() as tx:
        log = head(tx)
        ids = choose(tx, log.effective_until)
        tags = runtime.memory.tags(tx, log)
        found = searchable.by_ids(tx, tags, ids, log.effective_until)
    return [document(thing) for thing in found], ids


def _patiently(
    engine: Engine, upserts: list[Document], deletes: list[Key], cursor: str | None = None
) -> None:
    """Apply as soon as no other process writes."""
    _when_free(lambda: engine.apply(upserts, deletes, cursor))


def _when_free(write: Callable[[], None]) -> None:
    until = monotonic() + _PATIENCE
    pause = Event()
    while True:
        try:
            write()
            return
        except IndexBusy:
            if monotonic() > until:
                raise
            pause.wait(0.05)
