"""Corrects misspelt, split and joined words by the words of the index.

The library counts a word until its segment is merged, even if no document holds it any more. So a
rare word is searched for first, and nothing withdrawn is ever proposed.

A word is corrected only if the index does not know it. Of several neighbours, the one that occurs
together with the query's other words is chosen. A word is known if any document holds it, but it is
replaced only by what documents within the query's filter hold.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import tantivy
from tantivy import Occur

from app.search.embedded.analysis import Analyser
from app.search.embedded.matching import Clause, Matcher, count_of
from app.search.embedded.vocabulary import SHORTEST, Neighbour, Vocabulary

_CANDIDATES = 8
_MOST_CORRECTED = 4
"""A text with more unknown words than this is not a misspelt query, but something else."""
_WORD = re.compile(r"\w+")
_COMMONER = 20
"""A neighbour must be this many times more frequent to be proposed for a known word."""
_RARE = 20
"""If at least this many documents hold a word, some of them are assumed to exist still."""
_TELLING = 6
"""A shorter word has too many neighbours: it is corrected only together with other words."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """Neighbouring words of the query, and the words to read in their place."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class Corrector:
    """Corrects words by one state of the index."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        matcher: Matcher,
        vocabulary: Vocabulary,
        analyser: Analyser,
        without: Sequence[Clause] = (),
        filters: Sequence[Clause] = (),
    ) -> None:
        """Documents that match `without` count as absent from the index; `filters` select those
        that the query may find."""
        self._searcher = searcher
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._analyser = analyser
        self._without = list(without)
        self._filters = list(filters)

    def of_unknown(self, words: Sequence[str], *, typing: bool) -> list[Substitution]:
        """Corrections of the words that the index does not hold."""
        changes = self._join_words(words)
        mended = {word for change in changes for word in change.before}
        unknown = [
            word
            for place, word in enumerate(words)
            if word not in mended
            and not self._is_known(word, typing=typing and place == len(words) - 1)
        ]
        if len(unknown) > _MOST_CORRECTED:
            return []
        known_words = [word for word in words if word not in unknown]
        for word in dict.fromkeys(unknown):
            change = self._replace_word(word, known_words) or self._split_word(word)
            if change:
                changes.append(change)
        return changes

    def of_rare(self, words: Sequence[str]) -> list[Substitution]:
        """A proposal if every word is known, but no document holds them together."""
        for place, word in enumerate(words):
            others = [*words[:place], *words[place + 1 :]]
            at_least = _COMMONER * self._vocabulary.documents(word)
            for near in self._neighbours(word):
                if (
                    near.documents >= at_least
                    and self._is_other(word, near.word)
                    and self._count_together(self._term_clauses([near.word, *others]))
                ):
                    return [Substitution((word,), (near.word,))]
        return []

    def of_beginnings(self, words: Sequence[str]) -> list[Substitution]:
        """For each word without a neighbour, the most frequent one with the longest common
        beginning: *members* for *membership*."""
        return [
            Substitution((word,), (near,))
            for word in words
            if not self._matcher.forms(word) and (near := self._find_relative(word))
        ]

    def _find_relative(self, word: str) -> str | None:
        if len(word) < _TELLING or not word.isalpha():
            return None
        for length in range(len(word) - 1, max(SHORTEST, (len(word) + 1) // 2) - 1, -1):
            beginning = word[:length]
            for near in (beginning, *self._vocabulary.completions(beginning)):
                if self._is_proposable(near):
                    return near
        return None

    def _is_proposable(self, word: str) -> bool:
        """Whether a document that the query may find holds this very word."""
        if not self._count_documents(word):
            return False
        return not self._filters or self._count_together([self._exactly(word)]) > 0

    def _exactly(self, *words: str) -> Clause:
        return Occur.Must, self._matcher.phrase(words)

    def _count_documents(self, word: str) -> int:
        """The number of documents with this very word; 0 if only deleted ones hold it."""
        documents = self._vocabulary.documents(word)
        if documents and (documents <= _RARE or self._without):
            return min(documents, self._count([self._exactly(word)]))
        return documents

    def _neighbours(self, word: str) -> list[Neighbour]:
        near = self._vocabulary.neighbours(word, _CANDIDATES)
        return [neighbour for neighbour in near if self._is_proposable(neighbour.word)]

    def _is_known(self, word: str, *, typing: bool) -> bool:
        longer = self._vocabulary.completions(word) if typing and len(word) > 1 else ()
        return any(map(self._count_documents, (word, *longer))) or self._is_inflected(word)

    def _is_inflected(self, word: str) -> bool:
        """Whether it is a form of an indexed word, and no far likelier word is one edit away."""
        forms = self._matcher.forms(word)
        if not forms or not self._count(self._term_clauses([word])):
            return False
        if not word.isalpha():
            return True
        frequency = max(self._matcher.count_documents("text", form) for form in forms)
        nearest = self._neighbours(word)[:1]
        if not nearest or nearest[0].distance > 1 or not self._is_other(word, nearest[0].word):
            return True
        return nearest[0].documents < frequency * _COMMONER

    def _is_other(self, word: str, near: str) -> bool:
        """Whether two words share no stem, so that one is not a form of the other."""
        return not set(self._analyser.variants(word)) & set(self._analyser.variants(near))

    def _replace_word(self, word: str, known_words: Sequence[str]) -> Substitution | None:
        """The likeliest neighbour; those that occur with the known words go first."""
        candidates = [
            near for near in self._neighbours(word) if not self._analyser.is_stop_word(near.word)
        ]
        others = [other for other in known_words if not self._analyser.is_stop_word(other)]
        company = self._term_clauses(others)
        # If no document holds the others together, none holds them with a neighbour.
        if candidates and company and (len(company) < 2 or self._count_together(company)):
            for near in candidates:
                if (meant := self._term_clauses([near.word])) and self._count_together(
                    [*meant, *company]
                ):
                    return Substitution((word,), (near.word,))
        if not candidates or (others and len(word) < _TELLING):
            return None
        return Substitution((word,), (candidates[0].word,))

    def _split_word(self, word: str) -> Substitution | None:
        """The two words that were written as one, if they occur side by side."""
        best, most = None, 0
        for at in range(2, len(word) - 1):
            left, right = word[:at], word[at:]
            if self._count_documents(left) and self._count_documents(right):
                together = self._count_together([self._exactly(left, right)])
                if together > most:
                    best, most = Substitution((word,), (left, right)), together
        return best

    def _join_words(self, words: Sequence[str]) -> list[Substitution]:
        """Words written as two that the index holds as one, but not as the two."""
        documents = self._count_documents
        return [
            Substitution((left, right), (left + right,))
            for left, right in pairwise(words)
            if self._is_proposable(left + right) and not (documents(left) and documents(right))
        ]

    def _term_clauses(self, words: Sequence[str]) -> list[Clause]:
        """One clause for each word; none at all if one of the words is in no document."""
        clauses = [self._matcher.any_of("text", self._matcher.forms(word)) for word in words]
        return [(Occur.Must, clause) for (clause,) in clauses] if all(clauses) else []

    def _count_together(self, clauses: Sequence[Clause]) -> int:
        """The number of documents that match all clauses and that the query may find."""
        return self._count([*clauses, *self._filters]) if clauses else 0

    def _count(self, clauses: Sequence[Clause]) -> int:
        """The number of documents that match all clauses."""
        if not clauses:
            return 0
        query = tantivy.Query.boolean_query([*clauses, *self._without])
        return count_of(self._searcher.search(query, 1))


def apply_changes(words: Sequence[str], changes: Sequence[Substitution]) -> tuple[str, ...]:
    """The words with the changes made."""
    out = list(words)
    for change in changes:
        width = len(change.before)
        place = 0
        while place <= len(out) - width:
            if tuple(out[place : place + width]) == change.before:
                out[place : place + width] = change.after
                place += len(change.after)
            else:
                place += 1
    return tuple(out)


def changed_text(
    text: str, changes: Sequence[Substitution], words_of: Callable[[str], list[str]]
) -> str:
    """The written text, with its quotes and exclusions, with the changes made."""
    for change in changes:
        pieces = [(match.span(), words_of(match[0])) for match in _WORD.finditer(text)]
        width = len(change.before)
        for place in range(len(pieces) - width, -1, -1):
            run = pieces[place : place + width]
            if [word for _, words in run for word in words] == list(change.before):
                start, end = run[0][0][0], run[-1][0][1]
                text = text[:start] + " ".join(change.after) + text[end:]
    return text
