"""What the index holds, read back."""

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


def all_of(searcher: tantivy.Searcher) -> list[tantivy.DocAddress]:
    """Where every document is, that of the cursor too."""
    if not searcher.num_docs:
        return []
    found = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
    return [address for _, address in found]


def marks(searcher: tantivy.Searcher) -> Iterator[tuple[Key, Mark]]:
    """What every document says that it was made of."""
    addresses = all_of(searcher)
    columns = [
        searcher.fast_field_values(name, addresses)
        for name in ("kind", "id_high", "id_low", "version", "digest_high", "digest_low")
    ]
    return (
        (key_from(int(kind), int(high), int(low)), mark_from(int(version), int(a), int(b)))
        for kind, high, low, version, a, b in zip(*columns, strict=True)
        if kind != NO_KIND
    )


def seals(
    schema: tantivy.Schema, searcher: tantivy.Searcher, keys: Sequence[Key]
) -> dict[Key, bytes]:
    """A digest of each document that is there, made of all that can be read back of it."""
    found = {key: _seal(schema, searcher, key) for key in keys}
    return {key: held for key, held in found.items() if held is not None}


def _seal(schema: tantivy.Schema, searcher: tantivy.Searcher, key: Key) -> bytes | None:
    term = tantivy.Query.term_query(schema, "key", key_of(key))
    found = [address for _, address in searcher.search(term, 2, count=False).hits]
    if len(found) != 1:
        return b"twice" if found else None
    values: dict[str, list[Any]] = searcher.doc(found[0]).to_dict()
    columns = {name: searcher.fast_field_values(name, found)[0] for name in READABLE}
    return seal_of(values | {name: [v] for name, v in columns.items() if v is not None})
