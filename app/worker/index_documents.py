"""Documents of the store's present state: of some subjects, or of everything in portions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from app.changes import Head, head
from app.database import ReadTx
from app.published import searchable
from app.runtime import Runtime
from app.search.documents import to_document
from app.search.protocol import DOCUMENT_KINDS, Document, Key

AT_ONCE: Final = 500
"""Entries of the log, or subjects, in one portion."""

_OF_ALL: Final = 2_000
"""Subjects in one portion of everything: each commit of the embedded engine makes a segment, which
is merged later."""


def documents_of(
    runtime: Runtime, tx: ReadTx, log: Head, looked: Mapping[str, Sequence[UUID]]
) -> tuple[list[Document], list[Key]]:
    """The documents of the subjects visible at the log's clock, and the keys of the others."""
    tags = runtime.memory.tags(tx, log)
    searchables = searchable.by_ids(tx, tags, looked, log.effective_until)
    upserts = [to_document(thing, runtime.settings.calendar) for thing in searchables]
    visible_keys = {document.key for document in upserts}
    keys = (Key(kind, key) for kind in DOCUMENT_KINDS for key in looked.get(kind, ()))
    return upserts, [key for key in keys if key not in visible_keys]


def all_documents(runtime: Runtime) -> Iterator[list[Document]]:
    """Everything visible, as documents; each portion is read in its own snapshot."""
    few, _ = _read_portion(runtime, searchable.few_ids)
    yield few
    after: UUID | None = None
    while True:
        articles, ids = _read_portion(
            runtime, partial(searchable.article_ids, after=after, most=_OF_ALL)
        )
        if not ids["article"]:
            return
        yield articles
        after = ids["article"][-1]


def _read_portion(
    runtime: Runtime, choose: Callable[[ReadTx, datetime], dict[str, list[UUID]]]
) -> tuple[list[Document], dict[str, list[UUID]]]:
    with runtime.database.reading() as tx:
        log = head(tx)
        ids = choose(tx, log.effective_until)
        tags = runtime.memory.tags(tx, log)
        searchables = searchable.by_ids(tx, tags, ids, log.effective_until)
    return [to_document(thing, runtime.settings.calendar) for thing in searchables], ids


def count_documents(runtime: Runtime) -> int:
    """The number of documents to write."""
    with runtime.database.reading() as tx:
        return searchable.count_visible(tx, head(tx).effective_until)
