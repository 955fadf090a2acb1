"""Moves one portion of the change log from the store into an engine."""

from app.changes import head
from app.published import changes
from app.runtime import Runtime
from app.search.protocol import Document, Engine, Key
from app.worker.index_documents import AT_ONCE, documents_of

_MOST_CHARACTERS = 5_000_000
"""The text in one portion, in characters: it is in memory, and is sent, as a whole."""


def catch_up(runtime: Runtime, engine: Engine) -> bool:
    """Catch up by one portion; false if there was nothing to do.

    A server takes a large batch nearly as fast as a small one, so it gets the result of several
    reads. If a subject is named again, its later state counts.
    """
    start = after = changes.sequence_of(engine.cursor() or "")
    changed: dict[Key, Document | None] = {}
    cursor, size = "", 0
    while after - start < engine.portion and size < _MOST_CHARACTERS:
        with runtime.database.reading() as tx:
            log = head(tx)
            looked, last = changes.subjects_after(tx, after, min(AT_ONCE, engine.portion))
            if last == after:
                break
            upserts, deletes = documents_of(runtime, tx, log, looked)
            cursor = changes.cursor_at(tx, last, runtime.settings.timezone)
        changed |= {document.key: document for document in upserts} | dict.fromkeys(deletes)
        size += sum(
            len(document.title) + len(document.summary) + len(document.body) for document in upserts
        )
        after = last
    if after == start:
        return False
    documents = [document for document in changed.values() if document is not None]
    engine.apply(documents, [key for key, document in changed.items() if document is None], cursor)
    runtime.search.note_write()
    return True
