"""Which words of the texts found are those that the server found.

It could mark them itself, and would take longer for that than for the search: it takes every text
of the page apart again. What it matches is known: the words, what begins with an unfinished one,
the tags' names that stand for one another, words written apart, and what is misspelt.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.search import snippets
from app.search.meilisearch.queries import Asked, is_stop_word, words
from app.search.snippets import Spans

_ONE_TYPO, _TWO_TYPOS = 5, 9
"""Letters from which on the server lets a word hold so many."""
MOST_IN_A_NAME = 3
"""Words of a tag's name that stands for its names in other languages."""
_SHORTEST_HALF, _LONGEST = 3, 60
"""Letters of a part of a word, of which less would be marked everywhere, and of a word that may be
misspelt or of two parts."""

Others = Mapping[tuple[str, ...], frozenset[str]]
"""The words of a name, and those of the names that stand for it."""


def others(synonyms: Mapping[str, Iterable[str]], languages: Sequence[str]) -> Others:
    """From the setting of the index; function words of these languages tell nothing."""
    return {
        tuple(words(name)): frozenset(
            word for one in same for word in words(one) if not is_stop_word(word, languages)
        )
        for name, same in synonyms.items()
    }


def marker(texts: Iterable[str], question: Asked, known: Others) -> Spans:
    """What tells, for each of these texts, where the words are that were meant."""
    held: set[str] = set()
    for text in texts:
        held.update(snippets.words(text))
    meant = _meant(held, question, known)
    beginnings = snippets.least(meant)
    return lambda text: snippets.found(snippets.folded(text), beginnings, meant.__contains__)


def _meant(held: set[str], question: Asked, known: Others) -> set[str]:
    """Those of the words held that the question means."""
    meant = held.intersection(_written(question, known))
    alike = _by_letter(held, {word[0] for word in question.words})
    if question.unfinished:
        meant.update(_begun(question, alike[question.unfinished[0]]))
    if not question.exact:
        for word in question.words:
            meant.update(_misspelt(word, alike[word[0]]))
            if word not in held:
                meant.update(_apart(word, held))
    return meant


def _by_letter(held: Iterable[str], letters: Iterable[str]) -> dict[str, list[str]]:
    """Words by their first, where mistakes are rare: the server, too, counts them twice."""
    alike: dict[str, list[str]] = {letter: [] for letter in letters}
    for word in held:
        if (kept := alike.get(word[0])) is not None:
            kept.append(word)
    return alike


def _written(question: Asked, known: Others) -> Iterator[str]:
    """The words themselves, two of them joined, and the names that stand for them."""
    asked = question.words
    for run in (asked, *question.phrases):
        yield from run
    yield from (left + right for left, right in pairwise(asked))
    for length in range(1, MOST_IN_A_NAME + 1):
        for at in range(len(asked) - length + 1):
            yield from known.get(asked[at : at + length], ())


def _begun(question: Asked, alike: Sequence[str]) -> Iterator[str]:
    """What begins as the last word does, which may hold a mistake already."""
    last = question.unfinished
    beginnings = {last}
    if not question.exact and (allowed := _typos(last)):
        for length in range(len(last) - allowed, len(last) + allowed + 1):
            beginnings.update(_misspelt(last, [word[:length] for word in alike]))
    return (word for word in alike if word.startswith(tuple(beginnings)))


def _apart(word: str, held: set[str]) -> Iterator[str]:
    """Two words that were written as one."""
    last = len(word) - _SHORTEST_HALF if len(word) <= _LONGEST else 0
    for at in range(_SHORTEST_HALF, last + 1):
        halves = {word[:at], word[at:]}
        if halves <= held:
            yield from halves


def _misspelt(word: str, alike: Sequence[str]) -> list[str]:
    """Those that are as near to the word as the server lets them be."""
    if not (allowed := _typos(word)):
        return []
    near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    return [other for other, _, _ in near]


def _typos(word: str) -> int:
    """How many mistakes the word may hold; a number is right as it is."""
    if not word.isalpha() or len(word) > _LONGEST:
        return 0
    return (len(word) >= _ONE_TYPO) + (len(word) >= _TWO_TYPOS)
