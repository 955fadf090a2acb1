"""Ranks the first hits by the words and by the meaning of a question together.

The share of the best hit's score that a hit has by its words, and the distance of its cosine from
the mean of all documents in standard deviations, are added. Shape and weights were measured on nine
collections and the sample archive (docs/search.md).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Final

import numpy as np
import tantivy
from tantivy import Occur

from app.search.embedded.damage import DamageGuard
from app.search.embedded.matching import Clause, count_of
from app.search.embedded.meaning.encoding import Encoder
from app.search.embedded.meaning.vectors import Floats, VectorTable, read_identities
from app.search.embedded.widening import Ranked
from app.search.protocol import IndexUnreadable

WINDOW: Final = 100
"""The first hits by words that change places."""
MOST_ADDED: Final = 20
"""Documents that are found for their meaning alone."""
_DEVIATIONS: Final = 5.0
"""So many standard deviations are worth as much as the whole score of the best hit."""
_FARTHEST: Final = -3.0
_NEAR: Final = 2.0
_LIKE: Final = 0.38
"""A document is found for its meaning alone if its cosine is this large, and so many deviations
above the mean. Nonsense has a cosine of a third with something in any large archive."""
_CANDIDATES: Final = 1_000
"""The nearest documents of which some may pass the filters."""

_LOG = logging.getLogger("willay.search")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a question means in one state of the index. `added` are documents that it means, by
    their keys, the nearest first; their addresses pass the filters of the search."""

    table: VectorTable
    cosines: Floats
    deviations: Floats
    added: tuple[tantivy.DocAddress, ...] = ()
    keys: tuple[str, ...] = ()

    def rank(self, searcher: tantivy.Searcher, ranked: Ranked) -> Ranked:
        """The same hits and the added ones, in the order of both scores. The hits past the window
        stay as they are."""
        first, later = ranked[:WINDOW], ranked[WINDOW:]
        best = first[0][0] if first and first[0][0] > 0 else 1.0
        shares = {_place(address): score / best for score, address in first}
        addresses = [address for _, address in first]
        addresses += [address for address in self.added if _place(address) not in shares]
        distances = self._deviations_of(searcher, addresses)
        scores = [
            shares.get(_place(address), 0.0) + max(distance, _FARTHEST) / _DEVIATIONS
            for address, distance in zip(addresses, distances, strict=True)
        ]
        order = sorted(range(len(scores)), key=lambda at: -scores[at])
        # A score below zero would be none of the shares that InstantSearch gets.
        reranked = [(max(scores[at], 0.0), addresses[at]) for at in order]
        lowest = reranked[-1][0] if reranked else 0.0
        new = {_place(address) for address in self.added}
        return reranked + [
            (min(score / best, lowest), address)
            for score, address in later
            if _place(address) not in new
        ]

    def _deviations_of(
        self, searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]
    ) -> list[float]:
        """That of each document; 0, the mean, for one without a vector."""
        places = self.table.places(read_identities(searcher, addresses))
        return [float(self.deviations[at]) if at >= 0 else 0.0 for at in places]


class MeaningRanker:
    """Ranks by one encoder. Holds the vectors of the index's last state that was searched.

    A search waits `patience` seconds until they are read.
    """

    def __init__(
        self,
        schema: tantivy.Schema,
        encoder: Encoder,
        damage: DamageGuard,
        patience: float,
    ) -> None:
        self.encoder: Final = encoder
        self._schema = schema
        self._damage = damage
        self._patience = patience
        self._lock = Lock()
        self._table = VectorTable.empty(encoder.dimensions)
        self._state: object = None
        self._filling: Thread | None = None

    def understand(
        self, text: str, searcher: tantivy.Searcher, state: object, filters: Sequence[Clause]
    ) -> Meant | None:
        """What a question means among the documents that the filters leave; None as long as no
        vectors are there. `state` is another object for each state of the index."""
        table = self._table_for(searcher, state)
        if not len(table.matrix):
            return None
        cosines = table.cosines(self.encoder.encode_question(text))
        spread = float(cosines.std()) or 1.0
        deviations = np.asarray((cosines - cosines.mean()) / spread, np.float32)
        meant = Meant(table, cosines, deviations)
        near = np.flatnonzero((deviations >= _NEAR) & (cosines >= _LIKE))
        near = near[np.argsort(-cosines[near], kind="stable")][:_CANDIDATES]
        return self._with_added(meant, searcher, [str(key) for key in table.keys[near]], filters)

    @staticmethod
    def reach(end: int) -> int:
        """How many hits by words are needed for a page that ends there."""
        return max(WINDOW, end)

    def count_new(
        self, meant: Meant, searcher: tantivy.Searcher, required: Sequence[Clause]
    ) -> int:
        """How many of the added documents the words alone do not match."""
        keys = tantivy.Query.term_set_query(self._schema, "key", list(meant.keys))
        query = tantivy.Query.boolean_query([*required, (Occur.Must, keys)])
        return len(meant.keys) - count_of(searcher.search(query, 1))

    def widen(self, meant: Meant, required: Sequence[Clause]) -> list[Clause]:
        """The clauses of all documents that match by the words or were added."""
        keys = tantivy.Query.term_set_query(self._schema, "key", list(meant.keys))
        by_words = tantivy.Query.boolean_query(list(required))
        either = [(Occur.Should, by_words), (Occur.Should, keys)]
        return [(Occur.Must, tantivy.Query.boolean_query(either))]

    def _with_added(
        self,
        meant: Meant,
        searcher: tantivy.Searcher,
        candidates: list[str],
        filters: Sequence[Clause],
    ) -> Meant:
        """With the nearest candidates that pass the filters, as they are in this state."""
        if not candidates:
            return meant
        keys = tantivy.Query.term_set_query(self._schema, "key", candidates)
        query = tantivy.Query.boolean_query([*filters, (Occur.Must, keys)])
        hits = searcher.search(query, len(candidates), count=False).hits
        addresses = [address for _, address in hits]
        places = meant.table.places(read_identities(searcher, addresses))
        nearest = sorted(
            (-float(meant.cosines[at]), str(meant.table.keys[at]), address)
            for at, address in zip(places, addresses, strict=True)
            if at >= 0
        )[:MOST_ADDED]
        return Meant(
            meant.table,
            meant.cosines,
            meant.deviations,
            tuple(address for *_, address in nearest),
            tuple(key for _, key, _ in nearest),
        )

    def _table_for(self, searcher: tantivy.Searcher, state: object) -> VectorTable:
        """The vectors of this state, or of an earlier one while they are read. A document that
        changed since has none there, because it has another identity."""
        if self._state is state:
            return self._table
        with self._lock:
            is_ours = self._filling is None or not self._filling.is_alive()
            if is_ours:
                self._filling = Thread(target=self._fill, args=(searcher, state), daemon=True)
                self._filling.start()
            filling = self._filling
        if is_ours and filling is not None:
            filling.join(self._patience)
        return self._table

    def _fill(self, searcher: tantivy.Searcher, state: object) -> None:
        try:
            with self._damage:
                self._table = self._table.following(self._schema, searcher)
        except IndexUnreadable as error:
            _LOG.error("%s %s", error.message, error.cause)
        self._state = state


def _place(address: tantivy.DocAddress) -> tuple[int, int]:
    return address.segment_ord, address.doc
