"""What an index holds, read back: nothing there is believed to be what was written.

Whoever has a key that writes can leave anything in it: documents of other names, others under our
names, and marks that say otherwise. So a mark only tells which documents to look at first, and a
seal is computed from all that the index gives.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from meilisearch import Client
from pydantic_core import to_json

from app.search.meilisearch.documents import STATE, id_of, key_of, mark_of, record
from app.search.meilisearch.failures import spoken
from app.search.protocol import DIGEST_BYTES, Document, Key, Mark

_A_PAGE = 1_000
_IDS_AT_ONCE = 250
"""Whole documents in one answer, since each may be long."""


def marks(client: Client, index: str) -> Iterator[tuple[Key, Mark]]:
    """What every document of ours says of itself."""
    for held in _listed(client, index, ("id", "version", "digest")):
        if (key := _key_in(held)) is not None:
            yield key, mark_of(held)


def strangers(client: Client, index: str) -> list[str]:
    """The ids of what is no document of ours."""
    return [str(held["id"]) for held in _listed(client, index, ("id",)) if _key_in(held) is None]


def seals(client: Client, index: str, keys: Sequence[Key]) -> dict[Key, bytes]:
    """A digest of each of these documents, made of all fields that the index holds."""
    found: dict[Key, bytes] = {}
    for start in range(0, len(keys), _IDS_AT_ONCE):
        ids = [id_of(key) for key in keys[start : start + _IDS_AT_ONCE]]
        with spoken("documents.get", index):
            page = client.http.post(
                f"indexes/{index}/documents/fetch", {"ids": ids, "limit": len(ids)}
            )
        found |= {key: _sealed(held) for held in page["results"] if (key := _key_in(held))}
    return found


def seal(document: Document) -> bytes:
    """The seal of a document that is held as it is written."""
    return _sealed(record(document))


def count(client: Client, index: str) -> int:
    """Documents held, without the one that holds the state."""
    with spoken("documents.get", index):
        held = client.http.get(f"indexes/{index}/documents?fields=id&limit=1")
        told = client.http.post(
            f"indexes/{index}/documents/fetch", {"ids": [STATE], "fields": ["id"]}
        )
    return int(held["total"]) - int(told["total"])


def _sealed(held: Mapping[str, Any]) -> bytes:
    return blake2b(to_json(sorted(held.items())), digest_size=DIGEST_BYTES).digest()


def _key_in(held: Mapping[str, Any]) -> Key | None:
    try:
        return key_of(held["id"])
    except ValueError:
        return None


def _listed(client: Client, index: str, fields: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Those fields of every document but the state, a page at a time."""
    offset = 0
    while True:
        asked = urlencode({"fields": ",".join(fields), "limit": _A_PAGE, "offset": offset})
        with spoken("documents.get", index):
            page = client.http.get(f"indexes/{index}/documents?{asked}")
        yield from (found for found in page["results"] if found["id"] != STATE)
        offset += _A_PAGE
        if offset >= page["total"]:
            return
