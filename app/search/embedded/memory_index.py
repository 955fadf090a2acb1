"""An index of a few documents in memory: the store's present state, while the index is late."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from app.search.embedded.analysis import Analyser
from app.search.embedded.schema import build_schema
from app.search.embedded.searching import IndexSnapshot
from app.search.embedded.suggesting import find_suggestions
from app.search.embedded.writing import build_memory_index
from app.search.protocol import Document, Query, SearchResult, Suggestion


class MemoryIndex:
    """A few documents that can be searched like an engine, without correction of words."""

    def __init__(self, documents: Sequence[Document], languages: Sequence[str]) -> None:
        analyser, index_schema = _cached_analyser(tuple(languages)), build_schema()
        searcher = build_memory_index(index_schema, documents, analyser)
        self._size = len(documents)
        self._snapshot = IndexSnapshot(index_schema, searcher, analyser)

    def search(self, query: Query) -> SearchResult:
        """All matches, best first."""
        return self._snapshot.search_exact(replace(query, page=1, limit=self._size, extra=0))

    def suggest(self, text: str, languages: Sequence[str], limit: int) -> list[Suggestion]:
        """The documents whose names complete `text`."""
        return find_suggestions(self._snapshot, text, languages, limit)


@lru_cache(maxsize=4)
def cached_index(documents: tuple[Document, ...], languages: tuple[str, ...]) -> MemoryIndex:
    """The index of these documents, which are searched until the real index has followed."""
    return MemoryIndex(documents, languages)


@lru_cache(maxsize=4)
def _cached_analyser(languages: tuple[str, ...]) -> Analyser:
    return Analyser(languages)
