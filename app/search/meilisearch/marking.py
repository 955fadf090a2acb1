"""Finds the words that the server matched in the texts of an answer.

The server could mark them itself, but that takes longer than the search, because it splits every
text of the page again. Its matches are known: the words, the completions of an unfinished word, the
tags' names that are synonyms, words written apart, and misspelt words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.search import snippets
from app.search.meilisearch.queries import ServerQuery, split_words
from app.search.snippets import Spans
from app.search.stopwords import is_stop_word

_ONE_TYPO, _TWO_TYPOS = 5, 9
"""The lengths from which the server allows one and two typos in a word."""
MOST_IN_A_NAME = 3
"""The most words that a tag's name may have to count as a synonym."""
_SHORTEST_HALF, _LONGEST = 3, 60
"""The length of the shortest half of a word, as shorter ones would be marked everywhere, and of the
longest word that may be misspelt or split."""

RelatedWords = Mapping[tuple[str, ...], frozenset[str]]
"""The words of a name, and the words of its synonyms."""


def related_words(synonyms: Mapping[str, Iterable[str]], languages: Sequence[str]) -> RelatedWords:
    """Related words from the setting of the index, without these languages' function words."""
    return {
        tuple(split_words(name)): frozenset(
            word for name in same for word in split_words(name) if not is_stop_word(word, languages)
        )
        for name, same in synonyms.items()
    }


def build_marker(texts: Iterable[str], question: ServerQuery, related_words: RelatedWords) -> Spans:
    """A function that finds the meant words in each of these texts."""
    vocabulary: set[str] = set()
    for text in texts:
        vocabulary.update(snippets.split_words(text))
    meant = _meant_words(vocabulary, question, related_words)
    beginnings = snippets.shortest_prefixes(meant)
    return lambda text: snippets.find_spans(snippets.fold(text), beginnings, meant.__contains__)


def _meant_words(
    vocabulary: set[str], question: ServerQuery, related_words: RelatedWords
) -> set[str]:
    """The words of the vocabulary that the question means."""
    meant = vocabulary.intersection(_word_forms(question, related_words))
    if question.is_question:
        wholes = {single.beginning for single in question.single_words if single.is_whole}
        beginnings = tuple(
            single.beginning for single in question.single_words if not single.is_whole
        )
        meant.update(word for word in vocabulary if word in wholes or word.startswith(beginnings))
    alike = _by_letter(vocabulary, {word[0] for word in question.words})
    if question.unfinished:
        meant.update(_completions(question, alike[question.unfinished[0]]))
    if not question.exact:
        for word in question.words:
            meant.update(_near_words(word, alike[word[0]]))
            if word not in vocabulary:
                meant.update(_split_word(word, vocabulary))
    return meant


def _by_letter(current: Iterable[str], letters: Iterable[str]) -> dict[str, list[str]]:
    """Words by their first letter, which is rarely wrong: the server counts it twice, too."""
    alike: dict[str, list[str]] = {letter: [] for letter in letters}
    for word in current:
        if (group := alike.get(word[0])) is not None:
            group.append(word)
    return alike


def _word_forms(question: ServerQuery, related_words: RelatedWords) -> Iterator[str]:
    """The words themselves, pairs of them joined, and their synonyms."""
    words = question.words
    for run in (words, *question.phrases):
        yield from run
    yield from (left + right for left, right in pairwise(words))
    for length in range(1, MOST_IN_A_NAME + 1):
        for at in range(len(words) - length + 1):
            yield from related_words.get(words[at : at + length], ())


def _completions(question: ServerQuery, alike: Sequence[str]) -> Iterator[str]:
    """The words that begin like the last one, which may already hold a typo."""
    last = question.unfinished
    beginnings = {last}
    if not question.exact and (allowed := _allowed_typos(last)):
        for length in range(len(last) - allowed, len(last) + allowed + 1):
            beginnings.update(_near_words(last, [word[:length] for word in alike]))
    return (word for word in alike if word.startswith(tuple(beginnings)))


def _split_word(word: str, vocabulary: set[str]) -> Iterator[str]:
    """The two words that were written as one."""
    last = len(word) - _SHORTEST_HALF if len(word) <= _LONGEST else 0
    for at in range(_SHORTEST_HALF, last + 1):
        halves = {word[:at], word[at:]}
        if halves <= vocabulary:
            yield from halves


def _near_words(word: str, alike: Sequence[str]) -> list[str]:
    """The words within the number of typos that the server allows."""
    if not (allowed := _allowed_typos(word)):
        return []
    near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    return [other for other, _, _ in near]


def _allowed_typos(word: str) -> int:
    """The number of typos that the word may hold; a number is right as it is."""
    if not word.isalpha() or len(word) > _LONGEST:
        return 0
    return (len(word) >= _ONE_TYPO) + (len(word) >= _TWO_TYPOS)
