"""Synonyms from tags: *agua* and *water* name one tag, so a search for either means both.

Only names of one word count, the first label of each language. A tag's further synonyms (*gold*,
*copper* of mining) lead to the articles of the tag, but do not replace one another.
"""

from collections.abc import Iterable, Iterator

import tantivy

_MOST_TAGS = 20
"""Tags with one name in common, of which the names are read."""


class TagSynonyms:
    """The tag names in one state of the index, read when a word is one of them."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def related_stems(self, stems: Iterable[str]) -> tuple[str, ...]:
        """The stems of the same tags' names in other languages."""
        related = (
            other
            for stem in stems
            if self._searcher.doc_freq("tag_stems", stem)
            for other in self._names_beside(stem)
            if other != stem
        )
        return tuple(dict.fromkeys(related))

    def _names_beside(self, stem: str) -> Iterator[str]:
        query = tantivy.Query.term_query(self._schema, "tag_stems", stem)
        for _, address in self._searcher.search(query, _MOST_TAGS, count=False).hits:
            names: str = self._searcher.doc(address).get_first("tag_stems") or ""
            yield from names.split()
