"""The embedded engine's door: one folder, one writer per host, any number of readers.

A commit is seen by every process at its next search: the index's `meta.json` is replaced with
each commit, so its identity is looked at (some microseconds) and the reader reloaded if it moved.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Self

import tantivy

from app.search.embedded.analysis import Analyser
from app.search.embedded.matching import Ranking, count_of
from app.search.embedded.schema import (
    CURSOR_KEY,
    NO_KIND,
    folder_name,
    key_from,
    mark_from,
    prepare,
    schema,
)
from app.search.embedded.searching import Snapshot
from app.search.embedded.suggesting import suggestions
from app.search.embedded.synonyms import Synonyms
from app.search.embedded.vocabulary import Vocabulary
from app.search.embedded.writing import Writer
from app.search.protocol import Document, Found, IndexUnreadable, Key, Mark, Query, Suggestion

_AT_ONCE = 0.05
"""Seconds: words that took longer to collect are renewed beside the searches."""
_REST = 20
"""Collecting them may take one part in so many of the time."""


class EmbeddedEngine:
    """`app.search.protocol.Engine` on a folder below `path`, made if it is not there.

    Raises `IndexUnreadable` on opening a damaged one.
    """

    def __init__(
        self, path: Path, languages: Sequence[str], ranking: Ranking | None = None
    ) -> None:
        self.folder = path / folder_name(languages)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._analyser = Analyser(languages)
        self._schema = schema()
        self._index = self._opened()
        self._writer = Writer(self._index, self._analyser)
        self._lock = Lock()
        self._seen = self._state()
        self._index.reload()
        self._learned_at, self._learning_took = monotonic(), 0.0
        self._learner = ThreadPoolExecutor(1, thread_name_prefix="search-vocabulary")
        self._learning: Future[None] | None = None
        self._is_stale = False
        self._snapshot = self._learned(
            Snapshot(
                self._schema,
                self._index.searcher(),
                self._analyser,
                Vocabulary(()),
                Vocabulary(()),
                Synonyms((), self._analyser),
                ranking or Ranking(),
            )
        )

    def search(self, query: Query) -> Found:
        """The page asked for. Raises ValueError for a page beyond `DEEPEST`."""
        return self._current().search(query)

    def suggest(self, text: str, languages: Sequence[str] = (), limit: int = 8) -> list[Suggestion]:
        """Titles, tags and people that complete `text`, best first."""
        return suggestions(self._current(), text, languages, limit)

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None = None
    ) -> None:
        """Write all of it and the cursor, or nothing; on return it is durable and findable.

        Raises `IndexBusy` when another process writes.
        """
        self._writer.apply(upserts, deletes, cursor)

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """All documents anew, at once for readers, and nothing of those before stays on the disk.

        Raises `IndexBusy` when another process writes.
        """
        self._writer.rewrite(portions, cursor)
        self._current()
        self._writer.sweep()

    def cursor(self) -> str | None:
        """The cursor of the last `apply` that gave one."""
        searcher = self._current().searcher
        mine = tantivy.Query.term_query(self._schema, "key", CURSOR_KEY)
        for _, address in searcher.search(mine, 1).hits:
            kept: bytes = searcher.doc(address).get_first("cursor") or b""
            return kept.decode()
        return None

    def marks(self) -> Iterator[tuple[Key, Mark]]:
        """What every document was made of, in no order, as of the call."""
        searcher = self._current().searcher
        if not searcher.num_docs:
            return iter(())
        found = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
        addresses = [address for _, address in found]
        columns = [
            searcher.fast_field_values(name, addresses)
            for name in ("kind", "id_high", "id_low", "version", "digest_high", "digest_low")
        ]
        return (
            (key_from(int(kind), int(high), int(low)), mark_from(int(version), int(a), int(b)))
            for kind, high, low, version, a, b in zip(*columns, strict=True)
            if kind != NO_KIND
        )

    def count(self) -> int:
        """Documents held."""
        searcher = self._current().searcher
        cursor = tantivy.Query.term_query(self._schema, "key", CURSOR_KEY)
        return searcher.num_docs - count_of(searcher.search(cursor, 1))

    def release(self) -> None:
        """Give the writer's lease back until the next `apply`, so that others may write."""
        self._writer.close()

    def close(self) -> None:
        """Give the writer's lease back; the engine may not be used afterwards."""
        self._writer.close()
        self._learner.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _opened(self) -> tantivy.Index:
        try:
            index = tantivy.Index(self._schema, path=str(self.folder))
            prepare(index)
            index.config_reader("manual")
        except ValueError as error:
            raise IndexUnreadable(
                "index_unreadable", f"The search index in {self.folder} must be rebuilt: {error}"
            ) from error
        return index

    def _state(self) -> tuple[int, int, int]:
        try:
            meta = os.stat(self.folder / "meta.json")
        except FileNotFoundError as error:
            raise IndexUnreadable(
                "index_unreadable", f"The search index in {self.folder} is gone."
            ) from error
        return meta.st_ino, meta.st_mtime_ns, meta.st_size

    def _current(self) -> Snapshot:
        if self._state() != self._seen:
            with self._lock:
                if (state := self._state()) != self._seen:
                    self._index.reload()
                    self._snapshot = replace(self._snapshot, searcher=self._index.searcher())
                    self._is_stale = True
                    self._seen = state
        if self._is_stale:
            self._renew()
        return self._snapshot

    def _renew(self) -> None:
        """Bring the known words up to date: at once while that is quick, else beside the searches
        and not all the time; corrections may then be late by a moment, hits never."""
        with self._lock:
            if not self._is_stale:
                return
            if self._learning_took <= _AT_ONCE:
                self._is_stale = False
                self._snapshot = self._learned(self._snapshot)
                return
            rested = monotonic() - self._learned_at > _REST * self._learning_took
            if rested and (self._learning is None or self._learning.done()):
                self._is_stale = False
                self._learning = self._learner.submit(self._learn, self._snapshot)

    def _learn(self, snapshot: Snapshot) -> None:
        learned = self._learned(snapshot)
        with self._lock:
            self._snapshot = replace(learned, searcher=self._snapshot.searcher)

    def _learned(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the words of its own state of the index."""
        started = monotonic()
        searcher = snapshot.searcher
        vocabulary = Vocabulary(searcher.terms_with_prefix("words", ""))
        names = Vocabulary(searcher.terms_with_prefix("names", ""))
        synonyms = Synonyms.of(searcher, self._schema, self._analyser)
        self._learned_at = monotonic()
        self._learning_took = self._learned_at - started
        return replace(snapshot, vocabulary=vocabulary, names=names, synonyms=synonyms)
