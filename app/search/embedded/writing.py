"""The only writer of a host: tantivy's lock is its lease, freed by the kernel when it dies."""

from collections.abc import Iterable, Sequence
from threading import Lock

import tantivy

from app.search.embedded.analysis import Analyser
from app.search.embedded.damage import DamageGuard
from app.search.embedded.meaning.document_vectors import DocumentVectors
from app.search.embedded.schema import (
    CURSOR_KEY,
    cursor_document,
    key_of,
    register_analyser,
    tantivy_document,
)
from app.search.protocol import Document, IndexBusy, Key

_MEMORY = 48_000_000
"""Bytes of documents that are held before a segment is written."""
_LITTLE = 15_000_000
"""The smallest memory that a writer accepts."""
_THREADS = 1
"""The caller's thread splits words meanwhile, which occupies a second core. More threads would only
make more segments to merge."""


def build_memory_index(
    index_schema: tantivy.Schema, documents: Iterable[Document], analyser: Analyser
) -> tantivy.Searcher:
    """An in-memory index of these documents, which is never changed."""
    index = tantivy.Index(index_schema)
    register_analyser(index)
    writer = index.writer(_LITTLE, _THREADS)
    for document in documents:
        writer.add_document(tantivy_document(document, analyser))
    writer.commit()
    index.reload()
    return index.searcher()


class Writer:
    """Takes the lease at its first use, and keeps it until it is closed."""

    def __init__(
        self,
        index: tantivy.Index,
        analyser: Analyser,
        damage: DamageGuard,
        vectors: DocumentVectors,
    ) -> None:
        self._index = index
        self._analyser = analyser
        self._damage = damage
        self._vectors = vectors
        self._lock = Lock()
        self._writer: tantivy.IndexWriter | None = None

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None
    ) -> None:
        """Write one commit of everything or nothing. Raises `IndexBusy`, and ValueError for a
        document that cannot be held."""
        if not (upserts or deletes or cursor is not None):
            return
        with self._lock:
            try:
                self._write(self._lease_writer(), upserts, deletes, cursor)
            except BaseException:
                self._writer = None  # this also drops uncommitted changes
                raise

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """Write all documents anew in one commit, which names no file with former content. Raises
        `IndexBusy`."""
        with self._lock:
            # The library counts a writer's acts anew after `delete_all_documents`, so that an
            # earlier deletion would count as later than a document, and take it away.
            self._close_writer()
            try:
                writer = self._lease_writer()
                with self._damage:
                    writer.delete_all_documents()
                for portion in portions:
                    vectors = self._vectors.make_new(portion)
                    for document, vector in zip(portion, vectors, strict=True):
                        document_row = tantivy_document(document, self._analyser, vector)
                        with self._damage:
                            writer.add_document(document_row)
                self._finish(writer, cursor)
            except BaseException:
                self._writer = None  # this also drops uncommitted changes
                raise

    def sweep(self) -> None:
        """Delete the files that the index no longer names."""
        with self._lock:
            self._lease_writer().garbage_collect_files()

    def close(self) -> None:
        with self._lock:
            self._close_writer()

    def _close_writer(self) -> None:
        if self._writer is not None:
            with self._damage:
                writer, self._writer = self._writer, None
                writer.wait_merging_threads()

    def _write(
        self,
        writer: tantivy.IndexWriter,
        upserts: Sequence[Document],
        deletes: Sequence[Key],
        cursor: str | None,
    ) -> None:
        changed = {key_of(key): None for key in deletes} | {
            key_of(document.key): document for document in upserts
        }
        written = [document for document in changed.values() if document is not None]
        vectors = self._vectors.make(written, self._index, self._damage)
        vector_of = {key_of(one.key): vector for one, vector in zip(written, vectors, strict=True)}
        for key, document in changed.items():
            document_row = (
                tantivy_document(document, self._analyser, vector_of[key]) if document else None
            )
            with self._damage:
                writer.delete_documents_by_term("key", key)
                if document_row is not None:
                    writer.add_document(document_row)
        self._finish(writer, cursor)

    def _finish(self, writer: tantivy.IndexWriter, cursor: str | None) -> None:
        with self._damage:
            if cursor is not None:
                writer.delete_documents_by_term("key", CURSOR_KEY)
                writer.add_document(cursor_document(cursor))
            writer.commit()

    def _lease_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            try:
                writer = self._index.writer(_MEMORY, _THREADS)
                # A writer that was killed may have left a file by the very name that this one will
                # give to another, which the library refuses to write.
                writer.garbage_collect_files()
            except ValueError as error:
                if "LockBusy" in str(error):
                    message = "Another process writes to the search index; try again later."
                    raise IndexBusy("index_busy", message) from error
                with self._damage:
                    raise
            self._writer = writer
        return self._writer
