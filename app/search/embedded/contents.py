"""Reads back the content of the index."""

from collections.abc import Iterator, Sequence
from typing import Any

import tantivy

from app.search.embedded.schema import (
    NO_KIND,
    READABLE,
    key_from,
    key_of,
    mark_from,
    seal_of,
)
from app.search.protocol import Key, Mark

_MARK_COLUMNS = ("kind", "id_high", "id_low", "version", "digest_high", "digest_low")
_AT_ONCE = 20_000


def all_of(searcher: tantivy.Searcher) -> list[tantivy.DocAddress]:
    """The address of every document, the cursor's too."""
    if not searcher.num_docs:
        return []
    hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
    return [address for _, address in hits]


def read_marks(searcher: tantivy.Searcher) -> Iterator[tuple[Key, Mark]]:
    """The mark of every document, some thousands at a time."""
    for start in range(0, searcher.num_docs, _AT_ONCE):
        query = tantivy.Query.all_query()
        hits = searcher.search(query, _AT_ONCE, offset=start, count=False).hits
        addresses = [address for _, address in hits]
        columns = [searcher.fast_field_values(name, addresses) for name in _MARK_COLUMNS]
        for kind, high, low, version, a, b in zip(*columns, strict=True):
            if kind != NO_KIND:
                key = key_from(int(kind or 0), int(high or 0), int(low or 0))
                yield key, mark_from(int(version or 0), int(a or 0), int(b or 0))


def read_seals(
    schema: tantivy.Schema, searcher: tantivy.Searcher, keys: Sequence[Key]
) -> dict[Key, bytes]:
    """A digest of each existing document, made of everything that can be read back of it."""
    seals_by_key = {key: _read_seal(schema, searcher, key) for key in keys}
    return {key: seal for key, seal in seals_by_key.items() if seal is not None}


def _read_seal(schema: tantivy.Schema, searcher: tantivy.Searcher, key: Key) -> bytes | None:
    term = tantivy.Query.term_query(schema, "key", key_of(key))
    addresses = [address for _, address in searcher.search(term, 2, count=False).hits]
    if len(addresses) != 1:
        return b"twice" if addresses else None
    values: dict[str, list[Any]] = searcher.doc(addresses[0]).to_dict()
    columns = {name: searcher.fast_field_values(name, addresses)[0] for name in READABLE}
    return seal_of(values | {name: [v] for name, v in columns.items() if v is not None})
