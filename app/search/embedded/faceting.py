"""The counts of facets in one state of the index."""

from collections.abc import Sequence
from dataclasses import replace

import tantivy

from app.search.embedded.matching import Clause
from app.search.embedded.schema import ANY_LANGUAGE
from app.search.protocol import DOCUMENT_KINDS, FACET_VALUES, FacetName, Query

_FACETS_KEPT = 500
_TEXT_KEPT = 200

Facets = dict[FacetName, tuple[tuple[str, int], ...]]


class FacetCounter:
    """Counts facets; the pages of one question share one count."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._cache: dict[tuple[Query, Sequence[str]], Facets] = {}

    def count(self, query: Query, required: Sequence[Clause], added: Sequence[str] = ()) -> Facets:
        """The counts among the documents that match `required`, some of which, with these keys,
        were added for their meaning."""
        if not query.facets:
            return {}
        question = replace(query, limit=1, page=1, extra=0, highlight=False), added
        cached = self._cache.get(question)
        if cached is None:
            cached = self._count(query.facets, required)
            if len(self._cache) >= _FACETS_KEPT:
                self._cache.clear()
            if len(query.text) <= _TEXT_KEPT:
                self._cache[question] = cached
        return cached

    def _count(self, facets: Sequence[FacetName], required: Sequence[Clause]) -> Facets:
        aggregations = {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in facets}
        query = tantivy.Query.boolean_query(list(required))
        counts = self._searcher.aggregate(query, aggregations)
        return {
            name: tuple(
                (_facet_value(name, bucket["key"]), int(bucket["doc_count"]))
                for bucket in counts[name]["buckets"]
                if bucket["key"] != ANY_LANGUAGE
            )
            for name in facets
        }


def _facet_value(name: FacetName, key: str | float) -> str:
    if name == "kind":
        return DOCUMENT_KINDS[int(key)]
    return str(int(key)) if name == "year" else str(key)
