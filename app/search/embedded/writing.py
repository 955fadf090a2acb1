"""The one writer of a host: tantivy's lock is its lease, freed by the kernel when it dies."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

import tantivy

from app.search.embedded.analysis import Analyser
from app.search.embedded.schema import CURSOR_KEY, cursor_document, key_of, tantivy_document
from app.search.protocol import Document, IndexBusy, Key

_MEMORY = 128_000_000
"""Bytes of documents that are held before a segment is written."""
_THREADS = 1
"""The caller's thread splits words meanwhile, which keeps a second core busy; more threads would
only make more segments to merge."""


class Writer:
    """Takes the lease when it is first needed, and keeps it until it is closed."""

    def __init__(self, index: tantivy.Index, analyser: Analyser) -> None:
        self._index = index
        self._analyser = analyser
        self._lock = Lock()
        self._writer: tantivy.IndexWriter | None = None

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None
    ) -> None:
        """One commit of everything or nothing. Raises `IndexBusy`, and ValueError for a document
        that cannot be held."""
        if not (upserts or deletes or cursor is not None):
            return
        with self._one_commit() as writer:
            for key in deletes:
                writer.delete_documents_by_term("key", key_of(key))
            for document in upserts:
                writer.delete_documents_by_term("key", key_of(document.key))
                writer.add_document(tantivy_document(document, self._analyser))
            if cursor is not None:
                writer.delete_documents_by_term("key", CURSOR_KEY)
                writer.add_document(cursor_document(cursor))

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """All documents anew in one commit; what was there before is in no file that it names.
        Raises `IndexBusy`."""
        with self._one_commit() as writer:
            writer.delete_all_documents()
            for portion in portions:
                for document in portion:
                    writer.add_document(tantivy_document(document, self._analyser))
            writer.add_document(cursor_document(cursor))

    def sweep(self) -> None:
        """Delete the files that the index does not name any more."""
        with self._lock:
            self._leased().garbage_collect_files()

    def close(self) -> None:
        with self._lock:
            if self._writer is not None:
                self._writer.wait_merging_threads()
                self._writer = None

    @contextmanager
    def _one_commit(self) -> Iterator[tantivy.IndexWriter]:
        with self._lock:
            writer = self._leased()
            try:
                yield writer
                writer.commit()
            except BaseException:
                writer.rollback()
                raise

    def _leased(self) -> tantivy.IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(_MEMORY, _THREADS)
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise
                raise IndexBusy(
                    "index_busy", "Another process writes to the search index; try again later."
                ) from error
        return self._writer
