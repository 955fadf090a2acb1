"""Synonyms from tags: *agua* and *water* name one tag, so a search for either means both.

Only names of one word count, the first label of each language. A tag's further synonyms (*gold*,
*copper* of mining) lead to the articles of the tag, but do not replace one another.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

import tantivy

from app.search.embedded.analysis import Analyser
from app.search.embedded.schema import SPARE
from app.search.protocol import DOCUMENT_KINDS

_MOST_TAGS = 5_000


class TagSynonyms:
    """The tag names in one state of the index."""

    def __init__(self, tags: Iterable[Mapping[str, str]], analyser: Analyser) -> None:
        """`tags` map languages to names, folded."""
        self._tags = list(tags)
        self._analyser = analyser

    @classmethod
    def of(
        cls, searcher: tantivy.Searcher, schema: tantivy.Schema, analyser: Analyser
    ) -> "TagSynonyms":
        tags = tantivy.Query.term_query(schema, "kind", DOCUMENT_KINDS.index("tag"))
        hits = searcher.search(tags, _MOST_TAGS).hits
        return cls((_tag_names(searcher.doc(address)) for _, address in hits), analyser)

    def related_stems(self, stems: Iterable[str]) -> tuple[str, ...]:
        """The stems of the same tags' names in other languages."""
        related = (other for stem in stems for other in self._stems_by_stem.get(stem, ()))
        return tuple(dict.fromkeys(related))

    @cached_property
    def _stems_by_stem(self) -> dict[str, set[str]]:
        others: dict[str, set[str]] = {}
        for tag in self._tags:
            stems = {
                stem for lang, name in tag.items() for stem in self._analyser.stems([name], lang)
            }
            for stem in stems:
                others.setdefault(stem, set()).update(stems - {stem})
        return others


def _tag_names(document: tantivy.Document) -> dict[str, str]:
    content: bytes = document.get_first("tag_names") or b""
    pairs = (line.split(SPARE) for line in content.decode().splitlines())
    return {line[0]: line[1] for line in pairs}
