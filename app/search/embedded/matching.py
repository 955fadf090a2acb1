"""Turns words into tantivy queries: which documents match, and how much each word weighs.

Each word is one clause over its stems in all languages, with the same weight in each. A stem's
score is scaled to the rarity of the commonest one, so that a foreign word gains nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from math import log

import tantivy
from tantivy import Occur

from app.search.embedded.analysis import Analyser
from app.search.embedded.feedback import Feedback

Clause = tuple[Occur, tantivy.Query]

_COUNTS_KEPT = 50_000
_PAIRS = 16


@dataclass(frozen=True, slots=True)
class Ranking:
    """Parameters tuned on the mean of several collections (`benchmarks/relevance`)."""

    title: float = 0.6
    """Weight of the title's own field beside the combined one, in a short query."""
    title_when_long: float = 0.2
    """The same in a long query, which describes a text and does not name it."""
    completion: float = 0.4
    """Weight of words that begin with the query's last word, if that may be unfinished."""
    synonym: float = 0.4
    """Weight of a word's name in another language."""
    pair_weight: float = 0.05
    """Weight of two words that stand side by side in the query's order."""
    needed: int = 2
    """Words that a document must hold; all of them if there are fewer."""
    above: float = 5.0
    """The advantage of documents with the needed words over those that only fill a page."""
    long: int = 5
    """A query with this many telling words is long, and feedback applies."""
    feedback: Feedback = field(default_factory=Feedback)
    large: int = 100_000
    """An index of this many documents is gone through once for a long query, not twice."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: its forms in the index, how often it was written, and the forms of its
    names in other languages."""

    word: str
    forms: tuple[str, ...]
    count: int = 1
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """The clauses of a search: which documents match, by `required`, and what else only adds to
    their score. `words` are the required words one by one, which score the same."""

    required: list[Clause] = field(default_factory=list)
    words: list[Clause] = field(default_factory=list)
    bonus: list[Clause] = field(default_factory=list)

    def query(self, more: Sequence[Clause] = ()) -> tantivy.Query:
        """All of it, and `more`."""
        return tantivy.Query.boolean_query([*self.required, *self.bonus, *more])

    def query_within(self, keys: Iterable[tantivy.Query], more: Sequence[Clause]) -> tantivy.Query:
        """The same scores and `more`, among documents that are known to match, by their keys."""
        either = tantivy.Query.boolean_query(_optional(keys))
        known = (Occur.Must, tantivy.Query.const_score_query(either, 0.0))
        scoring = [clause for clause in self.required if clause[0] == Occur.Should]
        return tantivy.Query.boolean_query([known, *scoring, *self.words, *self.bonus, *more])


class Matcher:
    """Builds queries against one state of the index."""

    def __init__(
        self,
        schema: tantivy.Schema,
        searcher: tantivy.Searcher,
        analyser: Analyser,
        ranking: Ranking,
    ) -> None:
        self._schema = schema
        self._searcher = searcher
        self._analyser = analyser
        self.ranking = ranking
        self._held: dict[tuple[str, str], int] = {}

    def count_documents(self, field: str, form: str) -> int:
        """The cached number of documents that hold a form in a field."""
        cached = self._held.get((field, form))
        if cached is None:
            cached = self._searcher.doc_freq(field, form)
            if len(self._held) >= _COUNTS_KEPT:
                self._held.clear()
            self._held[field, form] = cached
        return cached

    def forms(self, word: str, languages: Sequence[str] = ()) -> tuple[str, ...]:
        """The indexed stems of a word; empty for an unknown word."""
        variants = self._analyser.variants(word, languages)
        return tuple(form for form in variants if self.count_documents("text", form))

    def any_of(self, field: str, forms: Iterable[str], weight: float = 1.0) -> list[tantivy.Query]:
        """A query for one word under several forms, each as rare as the commonest; empty if no
        document holds any of them."""
        rarity = {
            form: self._rarity(n) for form in forms if (n := self.count_documents(field, form))
        }
        common = min(rarity.values(), default=0.0)
        return self._best_of(
            [
                tantivy.Query.boost_query(self._term(field, form), weight * common / rare)
                for form, rare in rarity.items()
            ]
        )

    def phrase(self, words: Sequence[str]) -> tantivy.Query:
        """The words side by side, as they are; a single word matches only itself."""
        if len(words) == 1:
            return self._term("words", words[0])
        return tantivy.Query.phrase_query(self._schema, "words", list(words))

    def match_words(
        self,
        words: Sequence[Word],
        completions: Sequence[str] = (),
        *,
        some: bool = False,
    ) -> Matching:
        """What matches and ranks the words; `completions` are stems that may replace the last. With
        `some`, documents without all needed words also match, and rank lower."""
        ranking = self.ranking
        is_long = len(words) >= ranking.long
        titled = ranking.title_when_long if is_long else ranking.title
        matching: list[tantivy.Query] = []
        bonus: list[tantivy.Query] = []
        for place, word in enumerate(words):
            weight = float(word.count)
            meant = self.any_of("text", word.forms, weight)
            meant += self.any_of("text", word.others, weight * ranking.synonym)
            if completions and place == len(words) - 1:
                meant += self.any_of("text", completions, weight * ranking.completion)
            matching += self._best_of(meant)
            if titled:
                bonus += self.any_of("title", word.forms, weight * titled)
        if not matching:
            return Matching()
        query = self._at_least(ranking.needed, matching)
        required = [(Occur.Must, query)]
        if some:
            above = tantivy.Query.const_score_query(query, ranking.above)
            required = [(Occur.Must, self._at_least(1, matching)), (Occur.Should, above)]
        return Matching(required, _optional(matching), _optional(bonus))

    def proximity_clauses(self, words: Sequence[str]) -> list[Clause]:
        """Bonus clauses for words that stand side by side; function words give no bonus."""
        telling = (
            pair for pair in pairwise(words) if not any(map(self._analyser.is_stop_word, pair))
        )
        return [
            (
                Occur.Should,
                tantivy.Query.boost_query(self.phrase(pair), self.ranking.pair_weight),
            )
            for pair in islice(dict.fromkeys(telling), _PAIRS)
        ]

    @staticmethod
    def _at_least(needed: int, clauses: Sequence[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query(
            _optional(clauses),
            minimum_number_should_match=min(needed, len(clauses)),
        )

    @staticmethod
    def _best_of(clauses: list[tantivy.Query]) -> list[tantivy.Query]:
        if len(clauses) < 2:
            return clauses
        return [tantivy.Query.disjunction_max_query(clauses, 0.0)]

    def _term(self, field: str, form: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, form)

    def _rarity(self, documents: int) -> float:
        """Tantivy's own idf."""
        return log(1 + (self._searcher.num_docs - documents + 0.5) / (documents + 0.5))


def _optional(queries: Iterable[tantivy.Query]) -> list[Clause]:
    return [(Occur.Should, query) for query in queries]


def count_words(words: Sequence[str]) -> dict[str, int]:
    """Each different word once, in order, and how often it was written."""
    return dict(Counter(words))


def count_of(result: tantivy.SearchResult) -> int:
    """The number of matches; the library's own stub lacks this field."""
    return int(result.count)  # type: ignore[attr-defined]
