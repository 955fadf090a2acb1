"""The slow part of an import: texts are rendered and media are read before any lock is held."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from app.errors import Invalid, WillayError
from app.interchange.import_entry import ImportEntry, ReadyEntry
from app.interchange.media_import import PreparedMedium, add_reference, prepare_medium
from app.interchange.media_records import MediaRecord
from app.interchange.media_references import MediaReferences
from app.interchange.prepared_record import PreparedRecord, prepare_record
from app.interchange.records import Record, digest
from app.library.intake import ISOLATED, Decoders
from app.runtime import Runtime

_AHEAD: Final = 4
"""The entries that are looked at in advance, so that the media among them are read together."""

_THREADS: Final = 2

_Coming = tuple[ImportEntry, Future[PreparedMedium] | None]


def prepare_entries(
    runtime: Runtime,
    entries: Iterable[ImportEntry],
    *,
    decoders: Decoders = ISOLATED,
    keep: bool = True,
) -> Iterator[ReadyEntry]:
    """Prepare entries in their order. Media are read by threads, and stored if `keep`. A record may
    refer to the media before it."""
    read = partial(prepare_medium, runtime, decoders=decoders, keep=keep)
    references = MediaReferences(runtime.database, runtime.site_rules.address)
    coming = deque[_Coming]()
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="import")
    try:
        for entry in entries:
            coming.append((entry, _begin(pool, read, entry)))
            if len(coming) > _AHEAD:
                yield _finish(runtime, references, *coming.popleft())
        while coming:
            yield _finish(runtime, references, *coming.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(
    pool: ThreadPoolExecutor,
    read: Callable[[MediaRecord, Path, frozenset[str]], PreparedMedium],
    entry: ImportEntry,
) -> Future[PreparedMedium] | None:
    """Begin to read the file of a medium; None for other records."""
    if not isinstance(entry.record, MediaRecord):
        return None
    return pool.submit(read, entry.record, entry.folder or Path(), entry.hosts)


def _finish(
    runtime: Runtime,
    references: MediaReferences,
    entry: ImportEntry,
    reading: Future[PreparedMedium] | None,
) -> ReadyEntry:
    if isinstance(entry.record, Invalid):
        return entry, entry.record
    try:
        record, notices = references.replace_absent(entry.record, entry.media_addresses)
        entry = replace(entry, notices=(*entry.notices, *notices)) if notices else entry
        return entry, _prepare(runtime, references, record, reading)
    except WillayError as error:
        return entry, error


def _prepare(
    runtime: Runtime,
    references: MediaReferences,
    record: Record,
    reading: Future[PreparedMedium] | None,
) -> PreparedRecord:
    if reading is None or not isinstance(record, MediaRecord):
        return prepare_record(record, runtime.site_rules, references)
    medium = reading.result()
    add_reference(references, runtime, record, medium)
    return PreparedRecord(record, digest(record), (), medium)
