"""Reads back the content of an index, and trusts none of it.

Anybody with a key that writes can leave anything in the index: documents with other names, others
under our names, and false marks. So a mark only tells which documents to check first, and a seal is
computed from everything that the index returns.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from typing import Any

from meilisearch import Client
from pydantic_core import to_json

from app.search.meilisearch.documents import STATE, VERSION, id_of, key_of, mark_of, to_record
from app.search.meilisearch.failures import IndexAbsent, translate_errors
from app.search.meilisearch.writing import read_state
from app.search.protocol import DIGEST_BYTES, Document, Key, Mark, Parked

_A_PAGE = 1_000
_IDS_AT_ONCE = 250
"""Whole documents in one answer, because each may be long."""


class ReadBack:
    """The reading methods of an engine on the index `uid`."""

    uid: str

    @abstractmethod
    def _mindful_client(self, action: str) -> AbstractContextManager[Client]:
        """The client that writes."""

    def cursor(self) -> str | None:
        """The cursor of the last `apply` that had one. None for an index of an older version, so
        that it is rebuilt while the old one answers."""
        try:
            with self._mindful_client("documents.get") as client:
                index_state = read_state(client, self.uid)
                return index_state.cursor if index_state.version == VERSION else None
        except IndexAbsent:
            return None

    def parked(self) -> tuple[Parked, ...]:
        """The things that could not be held."""
        try:
            with self._mindful_client("documents.get") as client:
                return read_state(client, self.uid).parked
        except IndexAbsent:
            return ()

    def marks(self) -> Iterator[tuple[Key, Mark]]:
        """The mark of every document; it may miss some that others are just writing."""
        try:
            with self._mindful_client("documents.get") as client:
                yield from _marks(client, self.uid)
        except IndexAbsent:
            return

    def seals(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """A digest of each document, made of everything that the index now holds of it."""
        try:
            with self._mindful_client("documents.get") as client:
                return _seals(client, self.uid, keys)
        except IndexAbsent:
            return {}

    def seal(self, document: Document) -> bytes:
        """The seal of a document as `apply` writes it."""
        return _seal(document)

    def strangers(self) -> list[str]:
        """The ids of documents that `apply` cannot have written."""
        try:
            with self._mindful_client("documents.get") as client:
                return _strangers(client, self.uid)
        except IndexAbsent:
            return []

    def count(self) -> int:
        """The number of documents."""
        try:
            with self._mindful_client("documents.get") as client:
                return _count_documents(client, self.uid)
        except IndexAbsent:
            return 0


def _marks(client: Client, index: str) -> Iterator[tuple[Key, Mark]]:
    """The mark of every document of ours."""
    for document in _list_documents(client, index, ("id", "version", "digest")):
        if (key := _key_in(document)) is not None:
            yield key, mark_of(document)


def _strangers(client: Client, index: str) -> list[str]:
    """The ids of documents that are not ours."""
    return [
        str(document["id"])
        for document in _list_documents(client, index, ("id",))
        if _key_in(document) is None
    ]


def _seals(client: Client, index: str, keys: Sequence[Key]) -> dict[Key, bytes]:
    """A digest of each of these documents, made of all fields that the index holds."""
    seals: dict[Key, bytes] = {}
    for start in range(0, len(keys), _IDS_AT_ONCE):
        ids = [id_of(key) for key in keys[start : start + _IDS_AT_ONCE]]
        with translate_errors("documents.get", index):
            page = client.index(index).get_documents({"ids": ids, "limit": len(ids)})
        document = map(vars, page.results)
        seals |= {key: _seal_of(item) for item in document if (key := _key_in(item))}
    return seals


def _seal(document: Document) -> bytes:
    """The seal of a document as it is written."""
    return _seal_of(to_record(document))


def _count_documents(client: Client, index: str) -> int:
    """The number of documents, without the one that holds the state."""
    with translate_errors("documents.get", index):
        documents = client.index(index)
        page = documents.get_documents({"fields": ["id"], "limit": 1})
        state = documents.get_documents({"fields": ["id"], "ids": [STATE]})
    return page.total - state.total


def _seal_of(document: Mapping[str, Any]) -> bytes:
    return blake2b(to_json(sorted(document.items())), digest_size=DIGEST_BYTES).digest()


def _key_in(document: Mapping[str, Any]) -> Key | None:
    try:
        return key_of(document["id"])
    except ValueError:
        return None


def _list_documents(
    client: Client, index: str, fields: Iterable[str]
) -> Iterator[Mapping[str, Any]]:
    """The given fields of every document but the state, one page at a time."""
    offset = 0
    while True:
        query = {"fields": list(fields), "limit": _A_PAGE, "offset": offset}
        with translate_errors("documents.get", index):
            page = client.index(index).get_documents(query)
        yield from (current for current in map(vars, page.results) if current["id"] != STATE)
        offset += _A_PAGE
        if offset >= page.total:
            return
