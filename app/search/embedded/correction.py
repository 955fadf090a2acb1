"""Misspelt, split and joined words, put right against the words that the index holds.

The library counts a word until its segment is merged, also when no document holds it any more: a
word that is rare is looked for, so that nothing withdrawn is ever proposed.

A word is corrected only if the index does not know it. Which neighbour was meant is settled by
the company it keeps: the one that occurs together with the query's other words.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import tantivy
from tantivy import Occur

from app.search.embedded.analysis import Analyser
from app.search.embedded.matching import Clause, Matcher, count_of
from app.search.embedded.vocabulary import Neighbour, Vocabulary

_CANDIDATES = 8
_MOST_CORRECTED = 4
"""A text with more unknown words than this is no misspelt query, but something else."""
_WORD = re.compile(r"\w+")
_COMMONER = 20
"""How much oftener a neighbour must occur to be meant in place of a word that is known."""
_RARE = 20
"""Documents that hold a word, from which on some of them is taken to be there still."""
_TELLING = 6
"""A shorter word alone is near too many others; it is corrected only in their company."""


@dataclass(frozen=True, slots=True)
class Change:
    """Words of the query, side by side, and what to read in their place."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class Corrector:
    """Finds what was meant, within one state of the index."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        matcher: Matcher,
        vocabulary: Vocabulary,
        analyser: Analyser,
        without: Sequence[Clause] = (),
    ) -> None:
        """`without` leaves out documents, as if the index did not hold them."""
        self._searcher = searcher
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._analyser = analyser
        self._without = list(without)

    def of_unknown(self, words: Sequence[str], *, typing: bool) -> list[Change]:
        """What to read in place of the words that the index does not hold."""
        changes = self._joined(words)
        mended = {word for change in changes for word in change.before}
        unknown = [
            word
            for place, word in enumerate(words)
            if word not in mended
            and not self._is_known(word, typing=typing and place == len(words) - 1)
        ]
        if len(unknown) > _MOST_CORRECTED:
            return []
        known = [word for word in words if word not in unknown]
        for word in dict.fromkeys(unknown):
            change = self._replaced(word, known) or self._split(word)
            if change:
                changes.append(change)
        return changes

    def of_rare(self, words: Sequence[str]) -> list[Change]:
        """What may be meant where every word is known, but no document holds them together."""
        for place, word in enumerate(words):
            others = [*words[:place], *words[place + 1 :]]
            at_least = _COMMONER * self._vocabulary.documents(word)
            for near in self._neighbours(word):
                if (
                    near.documents >= at_least
                    and self._is_other(word, near.word)
                    and self._together(self._all([near.word, *others]))
                ):
                    return [Change((word,), (near.word,))]
        return []

    def of_beginnings(self, words: Sequence[str]) -> list[Change]:
        """For words that nothing is near, the commonest that shares the longest beginning:
        *members* for *membership*."""
        return [
            Change((word,), (near,))
            for word in words
            if not self._matcher.forms(word) and (near := self._relative(word))
        ]

    def _relative(self, word: str) -> str | None:
        for length in range(len(word) - 1, max(_TELLING, 2 * len(word) // 3) - 1, -1):
            beginning = word[:length]
            for near in (beginning, *self._vocabulary.completions(beginning)):
                if self._documents(near):
                    return near
        return None

    def _documents(self, word: str) -> int:
        """How many documents hold the very word; none if it is in what was deleted alone."""
        known = self._vocabulary.documents(word)
        if known and (known <= _RARE or self._without):
            return min(known, self._together([(Occur.Must, self._matcher.phrase([word]))]))
        return known

    def _neighbours(self, word: str) -> list[Neighbour]:
        near = self._vocabulary.neighbours(word, _CANDIDATES)
        return [one for one in near if self._documents(one.word)]

    def _is_known(self, word: str, *, typing: bool) -> bool:
        longer = self._vocabulary.completions(word) if typing and len(word) > 1 else ()
        return any(map(self._documents, (word, *longer))) or self._is_inflected(word)

    def _is_inflected(self, word: str) -> bool:
        """Another form of a word that is there, unless a far likelier word is one edit away."""
        forms = self._matcher.forms(word)
        if not forms or not self._together(self._all([word])):
            return False
        if not word.isalpha():
            return True
        held = max(self._matcher.held("text", form) for form in forms)
        nearest = self._neighbours(word)[:1]
        if not nearest or nearest[0].distance > 1 or not self._is_other(word, nearest[0].word):
            return True
        return nearest[0].documents < held * _COMMONER

    def _is_other(self, word: str, near: str) -> bool:
        """No common stem: another word, not another form of the same."""
        return not set(self._analyser.variants(word)) & set(self._analyser.variants(near))

    def _replaced(self, word: str, known: Sequence[str]) -> Change | None:
        """The likeliest neighbour; those that occur with the known words go first."""
        candidates = [
            near for near in self._neighbours(word) if not self._analyser.is_stop_word(near.word)
        ]
        others = [other for other in known if not self._analyser.is_stop_word(other)]
        company = self._all(others)
        # Where no document holds even the others together, none holds them with a neighbour.
        if candidates and company and (len(company) < 2 or self._together(company)):
            for near in candidates:
                if (meant := self._all([near.word])) and self._together([*meant, *company]):
                    return Change((word,), (near.word,))
        if not candidates or (others and len(word) < _TELLING):
            return None
        return Change((word,), (candidates[0].word,))

    def _split(self, word: str) -> Change | None:
        """Two words written as one, if they stand side by side somewhere."""
        best, found = None, 0
        for at in range(2, len(word) - 1):
            left, right = word[:at], word[at:]
            if self._documents(left) and self._documents(right):
                phrase = self._matcher.phrase([left, right])
                together = self._together([(Occur.Must, phrase)])
                if together > found:
                    best, found = Change((word,), (left, right)), together
        return best

    def _joined(self, words: Sequence[str]) -> list[Change]:
        """Words written as two that the index holds as one, and not as they were written."""
        held = self._documents
        return [
            Change((left, right), (left + right,))
            for left, right in pairwise(words)
            if held(left + right) and not (held(left) and held(right))
        ]

    def _all(self, words: Sequence[str]) -> list[Clause]:
        """What documents must hold for each of the words; nothing if one is in no document."""
        clauses = [self._matcher.any_of("text", self._matcher.forms(word)) for word in words]
        return [(Occur.Must, clause) for (clause,) in clauses] if all(clauses) else []

    def _together(self, clauses: Sequence[Clause]) -> int:
        """Documents that hold all of it."""
        if not clauses:
            return 0
        asked = tantivy.Query.boolean_query([*clauses, *self._without])
        return count_of(self._searcher.search(asked, 1))


def changed(words: Sequence[str], changes: Sequence[Change]) -> tuple[str, ...]:
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


def changed_text(text: str, changes: Sequence[Change], words_of: Callable[[str], list[str]]) -> str:
    """The text as it was written, quotes, exclusions and all, with the changes made."""
    for change in changes:
        found = [(match.span(), words_of(match[0])) for match in _WORD.finditer(text)]
        width = len(change.before)
        for place in range(len(found) - width, -1, -1):
            run = found[place : place + width]
            if [word for _, words in run for word in words] == list(change.before):
                start, end = run[0][0][0], run[-1][0][1]
                text = text[:start] + " ".join(change.after) + text[end:]
    return text
