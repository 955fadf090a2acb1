"""Completes titles, tags and people while a reader types."""

from collections.abc import Sequence

import tantivy
from tantivy import Occur

from app.search.embedded.filters import filter_clauses
from app.search.embedded.marking import Marker
from app.search.embedded.schema import key_from
from app.search.embedded.searching import IndexSnapshot
from app.search.protocol import DOCUMENT_KINDS, Filter, Keys, Suggestion

_MOST_WORDS = 12
_WHOLE_WORD = 2.0
_THINGS = 1.5
"""The preference for a tag, a sponsor or a person over a title."""


def find_suggestions(
    snapshot: IndexSnapshot,
    text: str,
    languages: Sequence[str],
    limit: int,
    without: Keys = (),
) -> list[Suggestion]:
    """The subjects with all the words in their names; the last word may be unfinished."""
    words = snapshot.analyser.words(text)[:_MOST_WORDS]
    if not words or limit < 1:
        return []
    *complete, last = words
    schema, searcher = snapshot.schema, snapshot.searcher

    def name_query(word: str, weight: float = 1.0) -> tantivy.Query:
        term = tantivy.Query.term_query(schema, "names", word)
        return tantivy.Query.boost_query(term, weight)

    endings = snapshot.vocabulary.completions(last, "names")
    ended = [name_query(word) for word in endings if not snapshot.analyser.is_stop_word(word)]
    if snapshot.searcher.doc_freq("names", last):
        ended.append(name_query(last, _WHOLE_WORD))
    if not ended:
        return []
    clauses = [(Occur.Must, name_query(word)) for word in complete]
    clauses.append((Occur.Must, tantivy.Query.disjunction_max_query(ended, 0.0)))
    clauses += filter_clauses(schema, Filter(languages=tuple(languages), without=without))
    for kind in range(1, len(DOCUMENT_KINDS)):
        thing = tantivy.Query.term_query(schema, "kind", kind)
        clauses.append((Occur.Should, tantivy.Query.const_score_query(thing, _THINGS)))
    answer = searcher.search(
        tantivy.Query.boolean_query(clauses), limit, count=False, weight_by_field="recency"
    )
    marker = Marker.of(snapshot.analyser, (), complete, last)
    return [_to_suggestion(searcher, address, marker) for _, address in answer.hits]


def _to_suggestion(
    searcher: tantivy.Searcher, address: tantivy.DocAddress, marker: Marker
) -> Suggestion:
    kind, high, low, version = (
        int(searcher.fast_field_values(name, [address])[0] or 0)
        for name in ("kind", "id_high", "id_low", "version")
    )
    stored_title: bytes = searcher.doc(address).get_first("shown_title") or b""
    title = stored_title.decode()
    return Suggestion(key_from(kind, high, low), version, title, marker.mark_whole(title))
