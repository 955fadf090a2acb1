"""Answers a long question, widened by the subjects that its first answers share.

A small index is searched twice: for the question, then for the question and the added words. In a
large one the words of a question are in very many documents, so these are gone through once, for
the words alone; only the best, `REACH`, are ranked by everything. The added words find nothing
more, but show what to put first.
"""

from collections.abc import Sequence

import tantivy
from tantivy import Occur

from app.search.embedded.analysis import Analyser
from app.search.embedded.matching import Clause, Matcher, Matching, count_of
from app.search.embedded.schema import key_of, read_keys, shown_texts

REACH, REACH_OF_FEEDBACK = 200, 60
"""In a large index, the first documents, by the words of the question alone, that are ranked by
everything, and those among which the added words are sought."""

Address = tantivy.DocAddress
Ranked = list[tuple[float, Address]]


class Widener:
    """Searches one state of the index."""

    def __init__(
        self,
        schema: tantivy.Schema,
        searcher: tantivy.Searcher,
        analyser: Analyser,
        matcher: Matcher,
    ) -> None:
        self._schema = schema
        self._searcher = searcher
        self._analyser = analyser
        self._matcher = matcher

    def search(self, matching: Matching, word_count: int, last: int) -> tuple[Ranked, int]:
        """The best `last` documents, and how many match. A repeated word counts again in
        `word_count`."""
        if self._searcher.num_docs < self._matcher.ranking.large:
            return self._search_twice(matching, word_count, last)
        query = tantivy.Query.boolean_query(matching.required)
        found = self._searcher.search(query, max(last, REACH), weight_by_field="recency")
        if not found.hits:
            return [], 0
        keys = self._keys(found.hits[:REACH])
        first = self._rank(matching, keys[:REACH_OF_FEEDBACK], [])
        ranked = self._rank(matching, keys, self._added_words(first, word_count))
        return [*ranked, *found.hits[REACH:last]], count_of(found)

    def _search_twice(self, matching: Matching, word_count: int, last: int) -> tuple[Ranked, int]:
        most = self._matcher.ranking.feedback.documents
        first = self._searcher.search(matching.query(), most, count=False).hits
        query = matching.query(self._added_words(first, word_count))
        found = self._searcher.search(query, last, weight_by_field="recency")
        return list(found.hits), count_of(found)

    def _rank(
        self, matching: Matching, keys: Sequence[tantivy.Query], more: Sequence[Clause]
    ) -> Ranked:
        query = matching.query_within(keys, more)
        return list(
            self._searcher.search(query, len(keys), count=False, weight_by_field="recency").hits
        )

    def _keys(self, hits: Ranked) -> list[tantivy.Query]:
        keys = read_keys(self._searcher, [address for _, address in hits])
        return [tantivy.Query.term_query(self._schema, "key", key_of(key)) for key in keys]

    def _added_words(self, hits: Ranked, word_count: int) -> list[Clause]:
        feedback = self._matcher.ranking.feedback
        read = feedback.weigh_documents(hits[: feedback.documents])
        terms = feedback.choose_terms(
            [(weight, self._stems_of(address, feedback.lead)) for weight, address in read],
            lambda stem: self._matcher.count_documents("text", stem),
            self._searcher.num_docs,
        )
        return [
            (Occur.Should, clause)
            for stem, weight in terms
            for clause in self._matcher.any_of("text", [stem], weight * word_count)
        ]

    def _stems_of(self, address: Address, lead: int) -> set[str]:
        document = self._searcher.doc(address)
        title, summary, body = shown_texts(document)
        words: Sequence[str] = self._analyser.words(f"{title}\n{summary}\n{body[:lead]}")
        return set(self._analyser.stems(words, document.get_first("lang") or "en"))
