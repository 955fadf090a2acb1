"""An index of a few documents in memory: what the store says now, while the index is late of it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from app.search.embedded.analysis import Analyser
from app.search.embedded.schema import schema
from app.search.embedded.searching import Snapshot
from app.search.embedded.suggesting import suggestions
from app.search.embedded.synonyms import Synonyms
from app.search.embedded.vocabulary import Vocabulary
from app.search.embedded.writing import filled
from app.search.protocol import Document, Found, Query, Suggestion


class Few:
    """Some documents that can be asked as an engine can; none of their words is corrected."""

    def __init__(self, documents: Sequence[Document], languages: Sequence[str]) -> None:
        analyser, made = _analyser(tuple(languages)), schema()
        searcher = filled(made, documents, analyser)
        self._size = len(documents)
        self._snapshot = Snapshot(
            made,
            searcher,
            analyser,
            Vocabulary(searcher.terms_with_prefix("words", "")),
            Vocabulary(searcher.terms_with_prefix("names", "")),
            Synonyms.of(searcher, made, analyser),
        )

    def search(self, query: Query) -> Found:
        """All that matches, best first."""
        return self._snapshot.holding(replace(query, page=1, limit=self._size, extra=0))

    def suggest(self, text: str, languages: Sequence[str], limit: int) -> list[Suggestion]:
        """Whose names complete `text`."""
        return suggestions(self._snapshot, text, languages, limit)


@lru_cache(maxsize=4)
def of(documents: tuple[Document, ...], languages: tuple[str, ...]) -> Few:
    """The same documents are asked for until the index has followed."""
    return Few(documents, languages)


@lru_cache(maxsize=4)
def _analyser(languages: tuple[str, ...]) -> Analyser:
    return Analyser(languages)
