"""The embedded engine's interface: one folder, one writer per host, any number of readers.

Every process sees a commit at its next search. Each commit replaces the index's `meta.json`, so a
search checks the identity of that file (some microseconds) and reloads if it changed.

An engine whose folder was lost goes on answering from its open files and reports that in `is_lost`;
its holder then opens another one.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import tantivy

from app.search.embedded import contents
from app.search.embedded.analysis import Analyser
from app.search.embedded.damage import DamageGuard, is_of_the_machine
from app.search.embedded.host import OnThisHost
from app.search.embedded.index_folder import (
    LockedFolder,
    exclusive_lock,
    folder_identity,
    retire_others,
    throw_away,
)
from app.search.embedded.matching import Ranking, count_of
from app.search.embedded.meaning.document_vectors import DocumentVectors
from app.search.embedded.schema import (
    COLUMNS,
    CURSOR_KEY,
    WORDS,
    build_schema,
    document_seal,
    folder_name,
    register_analyser,
)
from app.search.embedded.searching import IndexSnapshot, within_depth
from app.search.embedded.suggesting import find_suggestions
from app.search.embedded.writing import Writer
from app.search.protocol import (
    Document,
    IndexUnreadable,
    Key,
    Keys,
    Mark,
    Progress,
    Query,
    SearchResult,
    Suggestion,
)

if TYPE_CHECKING:
    from app.search.embedded.meaning.encoding import Encoder
    from app.search.embedded.meaning.reranking import MeaningRanker

_LOG = logging.getLogger("willay.search")
_PORTION_TO_ENCODE: Final = 32
"""Texts that get vectors in one commit: some seconds, after which search follows again."""


class EmbeddedEngine(OnThisHost):
    """`app.search.protocol.Engine` on a folder below `path`, created if absent.

    Raises `IndexUnreadable` if the index is damaged.
    """

    name: Final = "embedded"

    def __init__(
        self,
        path: Path,
        languages: Sequence[str],
        ranking: Ranking | None = None,
        encoder: "Encoder | None" = None,
        patience: float = 0.2,
    ) -> None:
        """With an encoder, a search waits `patience` seconds for vectors that are still read, and
        then answers by words alone."""
        self.folder = _folder_in(path, languages, encoder)
        self.index: Final = f"{self.name}/{folder_identity(path)}"
        self._damage = DamageGuard(self.folder)
        self._analyser = Analyser(languages)
        self._schema = build_schema(has_vectors=encoder is not None)
        self._held = LockedFolder.of(self.folder)
        try:
            self._index = self._open_index()
        except IndexUnreadable:
            self._held.close()
            raise
        self._vectors = DocumentVectors(self._schema, encoder)
        self._writer = Writer(self._index, self._analyser, self._damage, self._vectors)
        if encoder is not None:
            self.portion = _PORTION_TO_ENCODE
        self._lock = Lock()
        self._seen = self._commit_identity()
        self._snapshot = IndexSnapshot(
            self._schema,
            self._index.searcher(),
            self._analyser,
            ranking or Ranking(),
            self._make_ranker(encoder, patience),
        )

    @classmethod
    def open(cls, path: Path, languages: Sequence[str], encoder: "Encoder | None" = None) -> Self:
        """Open a readable index; a damaged one is thrown away and replaced by an empty one."""
        with exclusive_lock(path):
            try:
                return cls(path, languages, encoder=encoder)
            except IndexUnreadable as error:
                if is_of_the_machine(error):
                    raise
                _LOG.warning("the search index is made anew: %s", error.cause)
                throw_away(_folder_in(path, languages, encoder))
                return cls(path, languages, encoder=encoder)

    def search(self, query: Query) -> SearchResult:
        """The requested page. Raises ValueError for a page beyond `DEEPEST`."""
        bounded = within_depth(query)
        with self._damage:
            return self._current_snapshot().search(bounded)

    def suggest(
        self, text: str, languages: Sequence[str] = (), limit: int = 8, without: Keys = ()
    ) -> list[Suggestion]:
        """Titles, tags and people that complete `text`, best first."""
        with self._damage:
            return find_suggestions(self._current_snapshot(), text, languages, limit, without)

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None = None
    ) -> None:
        """Write everything and the cursor, or nothing; on return it is durable and searchable.

        Raises `IndexBusy` if another process writes.
        """
        self._writer.apply(upserts, deletes, cursor)
        if cursor is not None:
            retire_others(self.folder)

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """Write all documents anew, visible at once; nothing of the former ones stays on the disk.

        Raises `IndexBusy` if another process writes.
        """
        self._writer.rewrite(portions, cursor)
        retire_others(self.folder)
        with self._damage:
            self._current_snapshot()
            self._writer.sweep()

    def cursor(self) -> str | None:
        """The cursor of the last `apply` that had one."""
        with self._damage:
            return self._current_snapshot().cursor

    def progress(self) -> Progress:
        """The cursor; no text is ever parked."""
        return Progress(self.cursor())

    def marks(self) -> Iterator[tuple[Key, Mark]]:
        """The mark of every document, unordered, in the state of the index at the first."""
        with self._damage:
            yield from contents.read_marks(self._current_snapshot().searcher)

    def seals(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """A digest of each document, made of everything that can be read back of it."""
        with self._damage:
            return contents.read_seals(self._schema, self._current_snapshot().searcher, keys)

    def seal(self, document: Document) -> bytes:
        """The seal of a document as `apply` writes it."""
        return document_seal(document, self._analyser, self._vectors.expected_bytes(document))

    def count(self) -> int:
        """The number of documents."""
        cursor = tantivy.Query.term_query(self._schema, "key", CURSOR_KEY)
        with self._damage:
            searcher = self._current_snapshot().searcher
            return searcher.num_docs - count_of(searcher.search(cursor, 1))

    def is_whole(self) -> bool:
        """Whether it was filled completely once and can be read."""
        try:
            return self.cursor() is not None
        except IndexUnreadable:
            return False

    def is_lost(self) -> bool:
        """Whether the folder was removed or replaced: the open index will never change again."""
        return not (self._held.is_there() and (self.folder / "meta.json").exists())

    def examine(self) -> None:
        """Throw the index away if a part of it was unreadable, and still is."""
        if not self._damage.was_seen:
            return
        with exclusive_lock(self.folder.parent):
            if self._held.is_there() and not self._is_sound():
                _LOG.error("the search index in %s is damaged and will be made anew", self.folder)
                throw_away(self.folder)
        self._damage.was_seen = False
        self._seen = None  # a part that was unreadable may be readable again

    def release(self) -> None:
        """Give the writer's lease back until the next `apply`, so that others may write."""
        self._writer.close()

    def close(self) -> None:
        """Give the writer's lease back; the engine may not be used afterwards."""
        self._writer.close()
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _make_ranker(self, encoder: "Encoder | None", patience: float) -> "MeaningRanker | None":
        if encoder is None:
            return None
        from app.search.embedded.meaning.reranking import MeaningRanker

        return MeaningRanker(self._schema, encoder, self._damage, patience)

    def _open_index(self) -> tantivy.Index:
        with self._damage:
            index = tantivy.Index(self._schema, path=str(self.folder))
            register_analyser(index)
            index.config_reader("manual")
            index.reload()
        return index

    def _is_sound(self) -> bool:
        """Whether everything in the folder can be read."""
        try:
            searcher = self._open_index().searcher()
            with self._damage:
                addresses = contents.all_of(searcher)
                for address in addresses:
                    searcher.doc(address)
                for name in COLUMNS:
                    searcher.fast_field_values(name, addresses)
                for name in WORDS:
                    searcher.terms_with_prefix(name, "", limit=1)
        except IndexUnreadable:
            return False
        return True

    def _commit_identity(self) -> tuple[int, int, int] | None:
        """The identity of the last commit; None if the folder is lost."""
        try:
            meta = os.stat(self.folder / "meta.json")
        except FileNotFoundError:
            return None
        return (meta.st_ino, meta.st_mtime_ns, meta.st_size) if self._held.is_there() else None

    def _current_snapshot(self) -> IndexSnapshot:
        if self._commit_identity() not in (self._seen, None):
            with self._lock:
                if (state := self._commit_identity()) not in (self._seen, None):
                    self._reload()
                    # Set last: a thread that sees it goes on without the lock, on the new index.
                    self._seen = state
        return self._snapshot

    def _reload(self) -> None:
        """Read the last commit; if that fails, the former one stays in use."""
        try:
            with self._damage:
                self._index.reload()
        except IndexUnreadable as error:
            _LOG.error("%s", error.message)
            return
        self._snapshot = replace(self._snapshot, searcher=self._index.searcher())


def _folder_in(path: Path, languages: Sequence[str], encoder: "Encoder | None") -> Path:
    return path / folder_name(languages, encoder.digest if encoder is not None else "")
