"""The vectors of one state of the index, in memory.

The next state takes over the vectors of all documents that did not change, and reads only the new
ones from the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import tantivy
from tantivy import FieldType

from app.search.embedded.schema import read_column

_AT_ONCE: Final = 512
"""Vectors that are turned into floating numbers at once: little enough for a processor's cache."""

Whole = np.dtype[np.uint64]
Identities = np.ndarray[Any, Whole]
Floats = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, eq=False, slots=True)
class VectorTable:
    """A vector for each document that has one, in the order of their identities.

    An identity stands for a document with exactly its content: a changed one has another.
    """

    identities: Identities
    keys: np.ndarray[Any, np.dtype[np.str_]]
    matrix: np.ndarray[Any, np.dtype[np.int8]]
    inverse_lengths: Floats

    @classmethod
    def empty(cls, dimensions: int) -> Self:
        """A table of no documents."""
        return cls(
            np.empty(0, np.uint64),
            np.empty(0, "U33"),
            np.empty((0, dimensions), np.int8),
            np.empty(0, np.float32),
        )

    def cosines(self, question: Floats) -> Floats:
        """The cosine of each document's vector with the question's."""
        products = np.empty(len(self.matrix), np.float32)
        for start in range(0, len(products), _AT_ONCE):
            part = self.matrix[start : start + _AT_ONCE].astype(np.float32)
            # Not `@`, whose library starts a thread for each core and lets them wait busily.
            products[start : start + _AT_ONCE] = np.einsum("ij,j->i", part, question)
        return products * self.inverse_lengths

    def places(self, identities: Identities) -> "np.ndarray[Any, np.dtype[np.intp]]":
        """The place of each identity, -1 if it is not here."""
        if not len(self.identities):
            return np.full(len(identities), -1, np.intp)
        at = np.minimum(np.searchsorted(self.identities, identities), len(self.identities) - 1)
        return np.where(self.identities[at] == identities, at, -1)

    def following(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> "VectorTable":
        """The table of this state of the index, made from this one as far as it goes."""
        query = tantivy.Query.range_query(schema, "has_vector", FieldType.Unsigned, 1, None)
        hits = searcher.search(query, max(searcher.num_docs, 1), count=False).hits
        addresses = [address for _, address in hits]
        identities = read_identities(searcher, addresses)
        order = np.argsort(identities)
        identities = identities[order]
        if np.array_equal(identities, self.identities):
            return self
        places = self.places(identities)
        known = places >= 0
        dimensions = self.matrix.shape[1]
        matrix = np.empty((len(identities), dimensions), np.int8)
        keys = np.empty(len(identities), "U33")
        matrix[known], keys[known] = self.matrix[places[known]], self.keys[places[known]]
        for at in np.flatnonzero(~known):
            document = searcher.doc(addresses[order[at]])
            matrix[at] = np.frombuffer(document.get_first("vector") or b"", np.int8)
            keys[at] = document.get_first("key")
        return VectorTable(identities, keys, matrix, _inverse_lengths(matrix))


def read_identities(
    searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]
) -> Identities:
    """The identity of each document: two halves of random numbers, its id's and its digest's."""
    ids, digests = (
        np.array(read_column(searcher, name, addresses), np.uint64)
        for name in ("id_low", "digest_low")
    )
    return ids ^ digests


def _inverse_lengths(matrix: "np.ndarray[Any, np.dtype[np.int8]]") -> Floats:
    lengths = np.empty(len(matrix), np.float32)
    for start in range(0, len(matrix), _AT_ONCE):
        part = matrix[start : start + _AT_ONCE].astype(np.float32)
        lengths[start : start + _AT_ONCE] = np.linalg.norm(part, axis=1)
    return np.asarray(1 / np.maximum(lengths, 1.0), np.float32)
