"""Which documents a query finds, and roughly in which order."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any
from unicodedata import category, normalize

from rapidfuzz.distance import DamerauLevenshtein

MOST_TERMS = 10
RULES = ("words", "typo", "proximity", "attributeRank", "wordPosition")
"""The rules that judge how a document holds the words."""
_DISTANCES = (0, 1, 4, 7, 11, 16, 24, 64, 256, 1_024)
"""Places of a word are equally far from its place in the query up to each of these."""
_TOKEN = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
_PIECE = re.compile(r'(?P<minus>(?:^|(?<=\s))-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\W_]+))')


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    plain = normalize("NFKD", word).lower()
    return "".join(letter for letter in plain if category(letter) != "Mn")


def tokens(text: str) -> list[tuple[int, int, str]]:
    """Start, end and folded form of each word."""
    return [(m.start(), m.end(), fold(m[0])) for m in _TOKEN.finditer(text)]


@dataclass(frozen=True)
class Term:
    """A word, or the words of a phrase, and its place in the query; synonyms are alternative runs
    of words."""

    words: tuple[str, ...]
    place: int
    exact: bool = False
    prefix: bool = False
    synonyms: tuple[tuple[str, ...], ...] = ()

    def typos(self, word: str, numbers: bool) -> int | None:
        """How many slips lead from the term to a word of a document; None for too many."""
        mine = self.words[0]
        if mine == word or (self.prefix and word.startswith(mine)):
            return 0
        if self.exact or (not numbers and mine.isdigit()):
            return None
        allowed = 0 if len(mine) < 5 else 1 if len(mine) < 9 else 2
        for part in (word, word[: len(mine)]) if self.prefix else (word,):
            away = DamerauLevenshtein.distance(mine, part, score_cutoff=allowed)
            if part[:1] != mine[:1]:
                away += 1  # a slip in the first letter counts twice
            if away <= allowed:
                return int(away)
        return None


@dataclass(frozen=True)
class Question:
    terms: tuple[Term, ...] = ()
    without: tuple[tuple[str, ...], ...] = ()


def parse(text: str, synonyms: Mapping[str, Sequence[str]]) -> Question:
    others = {
        tuple(t for _, _, t in tokens(word)): tuple(
            tuple(t for _, _, t in tokens(other)) for other in group
        )
        for word, group in synonyms.items()
    }
    terms: list[Term] = []
    without: list[tuple[str, ...]] = []
    place = 0
    for piece in _PIECE.finditer(text):
        words = tuple(t for _, _, t in tokens(piece["phrase"] or piece["word"] or ""))
        if not words:
            continue
        if piece["minus"]:
            without.append(words)
        elif piece["phrase"] is not None:
            terms.append(Term(words, place, exact=True))
        else:
            last = piece.end() == len(text)
            terms.append(Term(words[:1], place, prefix=last, synonyms=others.get(words, ())))
        place += len(words)
    return Question(tuple(terms[:MOST_TERMS]), tuple(without))


class Reader:
    """One document as words, by attribute."""

    def __init__(self, document: Mapping[str, Any], attributes: Sequence[str]) -> None:
        self.texts = [
            (place, [t for _, _, t in tokens(str(text))])
            for place, name in enumerate(attributes)
            for text in _texts(document.get(name))
        ]

    def has(self, words: tuple[str, ...]) -> int | None:
        """The first attribute in which these stand side by side."""
        for place, text in self.texts:
            for at in range(len(text) - len(words) + 1):
                if tuple(text[at : at + len(words)]) == words:
                    return place
        return None

    def match(self, term: Term, numbers: bool) -> tuple[int, int] | None:
        """(typos, attribute) of the best match."""
        if len(term.words) > 1 or term.exact:
            place = self.has(term.words)
            return None if place is None else (0, place)
        found = [
            (slips, place)
            for place, text in self.texts
            for word in text
            if (slips := term.typos(word, numbers)) is not None
        ]
        found += [(0, place) for other in term.synonyms if (place := self.has(other)) is not None]
        return min(found, default=None)

    def distance(self, term: Term, numbers: bool) -> int:
        """How far the term's first word is from its place in the query, in whatever attribute it is
        nearest. That may be another one than the best."""
        first = Term(term.words[:1], term.place, term.exact, term.prefix)
        other_words = {words[0] for words in term.synonyms}
        away = [
            abs(at - term.place)
            for _, text in self.texts
            for at, word in enumerate(text)
            if word in other_words or first.typos(word, numbers) is not None
        ]
        return bisect_left(_DISTANCES, min(away, default=_DISTANCES[-1] + 1))


def _texts(value: object) -> list[object]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else [value]


def ranked(
    question: Question,
    documents: Mapping[str, Mapping[str, Any]],
    attributes: Sequence[str],
    strategy: str,
    numbers: bool,
) -> dict[str, tuple[float, ...]]:
    """The documents found, each with a number by each of `RULES`, less for the better ones."""
    readers = {key: Reader(document, attributes) for key, document in documents.items()}
    kept = {
        key: reader
        for key, reader in readers.items()
        if all(reader.has(words) is None for words in question.without)
    }
    if not question.terms:
        return dict.fromkeys(kept, ())
    matches = {
        key: [reader.match(term, numbers) for term in question.terms]
        for key, reader in kept.items()
    }
    needed = _needed(question, matches, strategy)
    found = {}
    for key, match in matches.items():
        if not all(match[place] is not None for place in needed):
            continue
        held = [one for one in match if one is not None]
        found[key] = (
            -len(held),
            sum(slips for slips, _ in held),
            -_side_by_side(kept[key], question),
            sum(place for _, place in held) / len(held),
            float(sum(kept[key].distance(term, numbers) for term in question.terms)),
        )
    return found


def _side_by_side(reader: Reader, question: Question) -> int:
    """How many pairs of words stand in the document as they do in the query."""
    words = [term.words[0] for term in question.terms if len(term.words) == 1]
    return sum(reader.has(pair) is not None for pair in pairwise(words))


def _needed(question: Question, matches: Mapping[str, list[Any]], strategy: str) -> Sequence[int]:
    """The places of the terms that a document must hold. Phrases always are."""
    every = range(len(question.terms))
    must = [place for place in every if question.terms[place].exact]
    loose = [place for place in every if place not in must]
    if strategy == "all" or not loose:
        return list(every)
    if strategy == "last":
        return must or [loose[0]]
    often = {place: sum(match[place] is not None for match in matches.values()) for place in loose}
    rarest = min(loose, key=lambda place: often[place] or float("inf"))
    return must or [rarest]
