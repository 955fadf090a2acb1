"""Synonyms from tags: *agua* and *water* name one tag, so a search for either means both.

Only names of one word count, the first label of each language. A tag's further synonyms (*gold*,
*copper* of mining) lead to the articles of the tag, but do not replace one another.
"""

from collections.abc import Iterable, Iterator

import tantivy

_MOST_TAGS = 20
"""Tags with one name in common, of which the names are read."""


def related_stems(
    schema: tantivy.Schema, searcher: tantivy.Searcher, stems: Iterable[str]
) -> tuple[str, ...]:
    """The stems of the names in other languages of the tags that have one of these names."""

    def names_beside(stem: str) -> Iterator[str]:
        query = tantivy.Query.term_query(schema, "tag_stems", stem)
        for _, address in searcher.search(query, _MOST_TAGS, count=False).hits:
            names: str = searcher.doc(address).get_first("tag_stems") or ""
            yield from (name for name in names.split() if name != stem)

    # Most words name no tag, and to count is much cheaper than to search.
    named = (stem for stem in stems if searcher.doc_freq("tag_stems", stem))
    return tuple(dict.fromkeys(name for stem in named for name in names_beside(stem)))
