"""One search in one state of the index, from the typed text to the page of hits."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import tantivy
from tantivy import Occur

from app.search.embedded.analysis import Analyser
from app.search.embedded.correction import Corrector, Substitution, apply_changes, changed_text
from app.search.embedded.faceting import FacetCounter
from app.search.embedded.filters import filter_clauses
from app.search.embedded.marking import Marker
from app.search.embedded.matching import (
    Clause,
    Matcher,
    Matching,
    Ranking,
    Word,
    count_of,
    count_words,
)
from app.search.embedded.meaning.asking import is_for_meaning
from app.search.embedded.schema import CURSOR_KEY, NO_KIND, read_column, read_keys, shown_texts
from app.search.embedded.synonyms import related_stems
from app.search.embedded.vocabulary import Vocabulary
from app.search.embedded.widening import Address, Ranked, Widener
from app.search.grammar import ParsedText, parse_text
from app.search.protocol import DEEPEST, Filter, Hit, Query, SearchResult
from app.search.stopwords import find_telling_words

if TYPE_CHECKING:
    from app.search.embedded.meaning.reranking import MeaningRanker

_SHORTEST_BEGINNING = 2

_MEAGRE = 10
"""If fewer documents match, those with only some of the words fill the page."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query's text in its searchable form."""

    parsed: ParsedText
    words: tuple[Word, ...]
    completions: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndexSnapshot:
    """One state of the index with everything that reads it; shared by threads, never changed."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher
    analyser: Analyser
    ranking: Ranking = field(default_factory=Ranking)
    meaning: "MeaningRanker | None" = None
    _state: object = field(init=False, default_factory=object)

    @cached_property
    def cursor(self) -> str | None:
        """The place in the log of this state; needed by every search."""
        cursor_query = tantivy.Query.term_query(self.schema, "key", CURSOR_KEY)
        for _, address in self.searcher.search(cursor_query, 1).hits:
            content: bytes = self.searcher.doc(address).get_first("cursor") or b""
            return content.decode()
        return None

    @cached_property
    def facets(self) -> FacetCounter:
        return FacetCounter(self.searcher)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.searcher)

    @cached_property
    def matcher(self) -> Matcher:
        return Matcher(self.schema, self.searcher, self.analyser, self.ranking)

    @cached_property
    def widener(self) -> Widener:
        return Widener(self.schema, self.searcher, self.analyser, self.matcher)

    def search(self, query: Query) -> SearchResult:
        """The requested page, which must be `within_depth`."""
        parsed = parse_text(query.text, self.analyser.words)
        if parsed.finds_nothing:
            return SearchResult((), 0, facets=dict.fromkeys(query.facets, ()))
        corrector = self._corrector(query)
        changes = corrector.of_unknown(parsed.words, typing=parsed.typing)
        if changes and not query.exact:
            parsed = _with_changes(parsed, changes)
        result, relaxed = self._answer(query, parsed)
        hints: Sequence[Substitution] = []
        if query.exact:
            changes, hints = [], changes
        elif not changes and (relaxed or not result.total):
            words = [word.word for word in self._counted_words(query, parsed)]
            hints = (corrector.of_rare(words) if relaxed else []) or corrector.of_beginnings(words)
            if hints and not result.total:  # an answer to a likelier question is better than none
                changes, hints = hints, []
                result = self._answer(query, _with_changes(parsed, changes))[0]
        if not result.total:
            changes = []  # nothing is shown for them, so there is nothing to announce
        corrected, proposed = (
            changed_text(parsed.text, some, self.analyser.words) if some else None
            for some in (changes, hints)
        )
        return SearchResult(result.hits, result.total, True, result.facets, corrected, proposed)

    def search_exact(self, query: Query) -> SearchResult:
        """All documents with as many of the words as needed, as written: a small index knows too
        few words to correct any."""
        parsed = parse_text(query.text, self.analyser.words)
        reading = self._interpret(query, parsed)
        known_count = sum(bool(word.forms or word.others) for word in reading.words)
        known_count += bool(reading.completions)
        if parsed.finds_nothing or known_count < min(self.ranking.needed, len(reading.words)):
            return SearchResult((), 0)
        matching = self._matching(query, reading)
        hits, total = self._page(query, reading, matching)
        facets = self.facets.count(query, matching.required)
        return SearchResult(self._hits(query, reading, hits), total, facets=facets)

    def _corrector(self, query: Query) -> Corrector:
        without = filter_clauses(self.schema, Filter(without=query.filter.without))
        filters = filter_clauses(self.schema, replace(query.filter, without=()))
        return Corrector(
            self.searcher, self.matcher, self.vocabulary, self.analyser, without, filters
        )

    def _answer(self, query: Query, text: ParsedText) -> tuple[SearchResult, bool]:
        """The page, and whether no document held as many of the words as required."""
        reading = self._interpret(query, text)
        if self.meaning is not None and is_for_meaning(query, text, self.meaning.encoder):
            return self._answer_by_meaning(self.meaning, query, reading)
        matching, hits, total, relaxed = self._find(query, reading)
        facets = self.facets.count(query, matching.required)
        return SearchResult(self._hits(query, reading, hits), total, facets=facets), relaxed

    def _answer_by_meaning(
        self, ranker: "MeaningRanker", query: Query, reading: ParsedQuery
    ) -> tuple[SearchResult, bool]:
        """The page in the order of words and meaning together. It is cut out of all hits from the
        first on, so that turning pages repeats no hit and leaves none out."""
        filters = self._filters(query, [])
        meant = ranker.understand(query.text, self.searcher, self._state, filters)
        start = (query.page - 1) * query.limit
        end = start + query.limit + query.extra
        deep = replace(query, page=1, limit=ranker.reach(end), extra=0)
        matching, ranked, total, relaxed = self._find(deep, reading)
        required, keys = matching.required, meant.keys if meant else ()
        if meant is not None:
            ranked = meant.rank(self.searcher, ranked)
        if meant is not None and keys:
            total += ranker.count_new(meant, self.searcher, required)
            required = ranker.widen(meant, required)
        facets = self.facets.count(query, required, keys)
        hits = self._hits(query, reading, ranked[start:end])
        return SearchResult(hits, total, facets=facets), relaxed

    def _find(self, query: Query, reading: ParsedQuery) -> tuple[Matching, Ranked, int, bool]:
        """What matches by its words, the page of it, its number, and whether no document held as
        many of the words as required."""
        matching = self._matching(query, reading)
        hits, total = self._page(query, reading, matching)
        relaxed = not total and len(reading.words) > 1
        if relaxed or (total < _MEAGRE and query.order == "relevance" and len(reading.words) > 1):
            matching = self._matching(query, reading, some=True)
            hits, total = self._page(query, reading, matching)
        return matching, hits, total, relaxed

    def _interpret(self, query: Query, text: ParsedText) -> ParsedQuery:
        words = self._counted_words(query, text)
        last = text.words[-1] if text.words else ""
        if (
            not text.typing
            or len(last) < _SHORTEST_BEGINNING
            or not words
            or words[-1].word != last
        ):
            return ParsedQuery(text, words)
        languages = query.filter.languages
        stems = {
            form
            for word in self.vocabulary.completions(last)
            for form in self.matcher.forms(word, languages)
        }
        return ParsedQuery(text, words, tuple(sorted(stems - set(words[-1].forms))))

    def _counted_words(self, query: Query, text: ParsedText) -> tuple[Word, ...]:
        """The words that count, in their searchable form."""
        languages = query.filter.languages
        counts = count_words(find_telling_words(text, languages or self.analyser.languages))
        return tuple(self._query_word(word, count, languages) for word, count in counts.items())

    def _query_word(self, word: str, count: int, languages: Sequence[str]) -> Word:
        # A tag's name leads to its articles in any language, whatever the language filter.
        others = related_stems(self.schema, self.searcher, self.analyser.variants(word))
        return Word(word, self.matcher.forms(word, languages), count, others)

    def _matching(self, query: Query, reading: ParsedQuery, *, some: bool = False) -> Matching:
        """All clauses of the search: words, phrases, exclusions, filters."""
        parsed = reading.parsed
        known_words = [word for word in reading.words if word.forms or word.others]
        if reading.completions and reading.words[-1] not in known_words:
            known_words.append(reading.words[-1])
        if reading.words and not known_words and not parsed.phrases:
            return Matching([(Occur.Must, tantivy.Query.empty_query())])
        words = self.matcher.match_words(known_words, reading.completions, some=some)
        bonus = self.matcher.proximity_clauses(parsed.words) if words.required else []
        required = [*words.required]
        required += [(Occur.Must, self.matcher.phrase(phrase)) for phrase in parsed.phrases]
        required += [(Occur.MustNot, self.matcher.phrase(out)) for out in parsed.excluded]
        required += self._filters(query, required)
        return Matching(required, words.words, [*words.bonus, *bonus])

    def _filters(self, query: Query, clauses: Sequence[Clause]) -> list[Clause]:
        filters = filter_clauses(self.schema, query.filter)
        if any(occur == Occur.Must for occur, _ in (*clauses, *filters)):
            return filters
        every = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        cursor = tantivy.Query.term_query(self.schema, "kind", NO_KIND)
        return [*filters, (Occur.Must, every), (Occur.MustNot, cursor)]

    def _page(self, query: Query, reading: ParsedQuery, matching: Matching) -> tuple[Ranked, int]:
        offset, limit = (query.page - 1) * query.limit, query.limit + query.extra
        ranked = query.order == "relevance" and (reading.words or reading.parsed.phrases)
        if not ranked:
            order = tantivy.Order.Asc if query.order == "oldest" else tantivy.Order.Desc
            result = self.searcher.search(
                tantivy.Query.boolean_query(matching.required),
                limit,
                offset=offset,
                order_by_field="published",
                order=order,
            )
            return [(0.0, address) for _, address in result.hits], count_of(result)
        if self._is_widened(query, reading):
            word_count = sum(word.count for word in reading.words)
            widened, total = self.widener.search(matching, word_count, offset + limit)
            return widened[offset : offset + limit], total
        result = self.searcher.search(
            matching.query(), limit, offset=offset, weight_by_field="recency"
        )
        return list(result.hits), count_of(result)

    def _is_widened(self, query: Query, reading: ParsedQuery) -> bool:
        """Whether it is a question; another query already says what it means."""
        is_long = len(reading.words) >= self.ranking.long
        return is_long and not (query.exact or reading.parsed.phrases)

    def _hits(
        self, query: Query, reading: ParsedQuery, page: Sequence[tuple[float, Address]]
    ) -> tuple[Hit, ...]:
        addresses = [address for _, address in page]
        marker = self._marker(query, reading) if query.highlight else None
        keys = read_keys(self.searcher, addresses)
        versions = read_column(self.searcher, "version", addresses)
        return tuple(
            Hit(
                key,
                version,
                score,
                marker.highlights(*shown_texts(self.searcher.doc(address))) if marker else None,
            )
            for (score, address), key, version in zip(page, keys, versions, strict=True)
        )

    def _marker(self, query: Query, reading: ParsedQuery) -> Marker:
        parsed = reading.parsed
        quoted = [word for phrase in parsed.phrases for word in phrase]
        forms = [form for word in reading.words for form in (*word.forms, *word.others)]
        written = [word.word for word in reading.words]
        beginning = parsed.words[-1] if reading.completions else ""
        return Marker.of(
            self.analyser, forms, [*written, *quoted], beginning, query.filter.languages
        )


def within_depth(query: Query) -> Query:
    """The query; raises ValueError for a page beyond `DEEPEST`."""
    if query.limit < 1 or query.page < 1 or query.limit * query.page > DEEPEST:
        raise ValueError(f"pages go from 1 to {DEEPEST} hits")
    return query


def _with_changes(text: ParsedText, changes: Sequence[Substitution]) -> ParsedText:
    return ParsedText(
        text.text,
        apply_changes(text.words, changes),
        text.phrases,
        text.excluded,
        text.typing,
    )
