"""Writes documents so that the cursor only moves past written ones.

Deletions go first and are waited for. Whole documents follow in batches, by id, and the last batch
carries the cursor, as a document of its own in the same task. A batch that fails because of its
content is halved until the bad document stands alone. That one is parked, and the rest goes on.
Every write is marked with the epoch of the lease under which it was sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from meilisearch import Client
from meilisearch.models.task import TaskInfo
from pydantic_core import to_json

from app.search.meilisearch.connection import Connection
from app.search.meilisearch.documents import STATE, IndexState, id_of, key_of, to_record
from app.search.meilisearch.failures import (
    IndexAbsent,
    PayloadTooLarge,
    TaskFailed,
    translate_errors,
)
from app.search.meilisearch.settings import PRIMARY_KEY
from app.search.meilisearch.tasks import Tasks
from app.search.protocol import Document, Key, Parked

_MOST_DOCUMENTS = 4_000
_MOST_CHARACTERS = 5_000_000
"""The limit of one batch: some ten times less than the server accepts."""
_MOST_PARKED = 100
_ATTEMPTS = 3
"""Failures of a lone document, for a reason that does not name it, before it is parked."""
_ITS_OWN_FAULT = ("invalid_document", "missing_document", "max_fields", "document_fields")
_EVERYONE_S = frozenset(
    {
        *("canceled", "no_space_left_on_device", "io_error", "too_many_open_files"),
        *("database_size_limit_reached", "invalid_state", "invalid_store_file"),
        *("index_primary_key_already_exists", "index_creation_failed"),
    }
)

Record = dict[str, Any]


class IndexWriter:
    """The writes of one process to one index; it records the `build` that the index belongs to."""

    def __init__(self, connection: Connection, tasks: Tasks, build: str = "") -> None:
        self._connection = connection
        self._tasks = tasks
        self._build = build
        self._failed: dict[str, int] = {}

    def apply(
        self,
        client: Client,
        index: str,
        epoch: int,
        upserts: Sequence[Document],
        deletes: Sequence[Key],
        cursor: str | None,
    ) -> None:
        """Write all, then the cursor. A bad document raises ValueError or TypeError before that."""
        records = [to_record(document) for document in upserts]
        before = read_state(client, index)
        after = replace(
            before,
            cursor=before.cursor if cursor is None else cursor,
            build=self._build or before.build,
        )
        touched = {document.key for document in upserts} | set(deletes)
        after = replace(
            after,
            parked=tuple(
                parked_document
                for parked_document in before.parked
                if parked_document.key not in touched
            ),
        )
        if deletes:
            self._delete_documents(index, epoch, [id_of(key) for key in deletes])
        *batches, last = [*_split_batches(records)] or [[]]
        parked = [
            parked_document
            for batch in batches
            for parked_document in self._write_batch(client, index, epoch, batch)
        ]
        if not parked and after != before:
            last = [*last, after.as_document()]
        parked += self._write_batch(client, index, epoch, last)
        if parked:
            parked_now = tuple(
                {
                    parked_document.key: parked_document
                    for parked_document in (*after.parked, *parked)
                }.values()
            )
            after = replace(after, parked=parked_now[-_MOST_PARKED:])
            self._send_write(client, index, epoch, [after.as_document()])

    def delete_strangers(self, index: str, epoch: int, names: Sequence[str]) -> None:
        """Delete documents that are not ours."""
        for start in range(0, len(names), _MOST_DOCUMENTS):
            self._delete_documents(index, epoch, list(names[start : start + _MOST_DOCUMENTS]))

    def _write_batch(
        self, client: Client, index: str, epoch: int, batch: Sequence[Record]
    ) -> list[Parked]:
        """The documents of the batch that failed. The state is never parked, only left out."""
        if not batch:
            return []
        try:
            self._send_write(client, index, epoch, batch)
            return []
        except (TaskFailed, PayloadTooLarge) as error:
            documents = [document for document in batch if document["id"] != STATE]
            if not _may_be_one_s_own(error) or not documents:
                raise
            bad = self._bisect_failures(client, index, epoch, documents)
            certain = any(_is_its_own(error) for _, error in bad)
            if bad and len(bad) == len(documents) and not certain:
                self._count_failure(documents, error)
            if len(documents) < len(batch) and not bad:
                self._send_write(client, index, epoch, [batch[-1]])
            return [Parked(key_of(document["id"]), error.message) for document, error in bad]

    def _bisect_failures(
        self, client: Client, index: str, epoch: int, batch: Sequence[Record]
    ) -> list[tuple[Record, TaskFailed | PayloadTooLarge]]:
        """The documents that fail by themselves, each with its reason."""
        try:
            self._send_write(client, index, epoch, batch)
            return []
        except (TaskFailed, PayloadTooLarge) as error:
            if not _may_be_one_s_own(error):
                raise
            if len(batch) == 1:
                return [(batch[0], error)]
        half = len(batch) // 2
        return [
            *self._bisect_failures(client, index, epoch, batch[:half]),
            *self._bisect_failures(client, index, epoch, batch[half:]),
        ]

    def _count_failure(
        self, documents: Sequence[Record], error: TaskFailed | PayloadTooLarge
    ) -> None:
        """Count a failed batch, as it may be the server's fault. Raise the first times."""
        names = [document["id"] for document in documents]
        for name in names:
            self._failed[name] = self._failed.get(name, 0) + 1
        if max(self._failed[name] for name in names) < _ATTEMPTS:
            raise error
        for name in names:
            del self._failed[name]

    def _send_write(self, client: Client, index: str, epoch: int, batch: Sequence[Record]) -> None:
        """Write documents and wait for the task."""
        with translate_errors("documents.add", index):
            accepted = client.index(index).add_documents_json(
                to_json(batch), PRIMARY_KEY, metadata=_mark(epoch)
            )
        self._await_task(accepted, index)

    def _delete_documents(self, index: str, epoch: int, ids: list[str]) -> None:
        """Delete documents and wait for the task."""
        with translate_errors("documents.delete", index):
            accepted = self._connection.eraser().delete(index, ids, _mark(epoch))
        self._await_task(accepted, index)

    def _await_task(self, accepted: TaskInfo, index: str) -> None:
        try:
            self._tasks.wait_for(accepted, index)
        except TaskFailed as error:
            if error.reason == "index_not_found":
                raise IndexAbsent(
                    "search_index_absent", f"The search index {index} is not there."
                ) from error
            raise


def read_state(client: Client, index: str) -> IndexState:
    """The index's own state; an empty one if there is none.

    Raises `IndexAbsent`.
    """
    with translate_errors("documents.get", index):
        current = client.index(index).get_documents(
            {"ids": [STATE], "fields": ["cursor", "parked", "build", "version"], "limit": 1}
        )
    return IndexState.of(vars(current.results[0])) if current.results else IndexState()


def _mark(epoch: int) -> str:
    return f"willay:{epoch}"


def _split_batches(records: Sequence[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        characters = sum(len(record[text]) for text in ("title", "summary", "body"))
        if batch and (len(batch) >= _MOST_DOCUMENTS or size + characters > _MOST_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += characters
    if batch:
        yield batch


def _may_be_one_s_own(error: TaskFailed | PayloadTooLarge) -> bool:
    return isinstance(error, PayloadTooLarge) or error.reason not in {
        *_EVERYONE_S,
        "index_not_found",
    }


def _is_its_own(error: TaskFailed | PayloadTooLarge) -> bool:
    return isinstance(error, PayloadTooLarge) or error.reason.startswith(_ITS_OWN_FAULT)
