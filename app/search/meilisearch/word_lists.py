"""Ranks the documents of a whole question, whose weightiest words are parameters one by one.

The server finds for a question the documents that hold its rarest word, and ranks them by how many
of the other words they hold, whatever each is worth. Here some words have lists of their own, all
in one request. The texts of the listed documents come with them, and decide: a document counts for
the words of the question in its text, by their rarity, how often they are there, and more in the
title. No word must be present. The server has no stems, so a word is sought by its beginning.

The lists are few and short, because each costs the server a third of what its own answer to the
whole question costs: what a long list adds, the texts make up for.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import log
from statistics import fmean
from typing import Any

from app.search import snippets
from app.search.meilisearch.documents import SHOWN
from app.search.meilisearch.queries import ServerQuery, SingleWord
from app.search.meilisearch.transport import KeptConnections

_LISTS_AT_ONCE = 4
"""Words of a question that are parameters in one request. If no document has one of them, so many
more are."""
_LONGEST_LIST = 20
"""Documents of a word. Of a more frequent word, those with it in the title come first."""
_FEWEST = 10
"""Where the lists have fewer documents, the next words are parameters too."""
_READ = 2_000
"""Characters of a text that count, because a story begins with its subject."""
_TITLE = 0.6
"""What a word in the title adds to its worth."""
_AGAIN, _LENGTH = 0.9, 0.4
"""How much more a word can count for being repeated, and how much the length of a text matters."""
_UNLISTED = 0.5
"""The worth of a word without a list, as a share of what the others are worth in the mean."""
_COMMON = 2
"""The archive counts as so many times the documents of the commonest of the words."""


@dataclass(frozen=True, slots=True)
class ListedHit:
    """A hit of the server, and its score for the whole question, up to 1."""

    hit: Mapping[str, Any]
    score: float


class _Lists:
    """The documents in the lists by id, the words in whose lists each is, and how many documents
    hold each of the words that were parameters."""

    def __init__(self) -> None:
        self.hits: dict[str, Mapping[str, Any]] = {}
        self.words: defaultdict[str, set[SingleWord]] = defaultdict(set)
        self.holding: dict[SingleWord, int] = {}

    @property
    def are_enough(self) -> bool:
        """Whether no further words are parameters: one that no document has does not count."""
        found = sum(map(bool, self.holding.values()))
        return found >= _LISTS_AT_ONCE and len(self.hits) >= _FEWEST

    def add(self, word: SingleWord, hits: Sequence[Mapping[str, Any]], holding: int) -> None:
        self.holding[word] = holding
        for hit in hits:
            self.hits.setdefault(hit["id"], hit)
            self.words[hit["id"]].add(word)


def rank_by_words(
    reader: KeptConnections,
    uid: str,
    question: ServerQuery,
    parameters: Mapping[str, Any],
    is_ours: Callable[[Mapping[str, Any]], bool],
) -> list[ListedHit]:
    """The documents in the lists of the question's words, best first. `parameters` are the filter
    and the attributes of the search, among them the texts that are shown."""
    each = {**parameters, "indexUid": uid, "limit": _LONGEST_LIST, "matchingStrategy": "all"}
    words = question.single_words
    lists = _Lists()
    for start in range(0, len(words), _LISTS_AT_ONCE):
        these = words[start : start + _LISTS_AT_ONCE]
        answers = reader.search_several([each | {"q": word.text} for word in these])
        for word, answer in zip(these, answers, strict=True):
            hits = list(filter(is_ours, answer["hits"]))
            lists.add(word, hits, int(answer["estimatedTotalHits"]))
        if lists.are_enough:
            break
    return _rank_by_texts(lists, _weigh_words(words, lists.holding))


def _rank_by_texts(lists: _Lists, worth: Mapping[SingleWord, float]) -> list[ListedHit]:
    texts = {key: _spread_text(hit) for key, hit in lists.hits.items()}
    usual_length = fmean(map(len, texts.values())) if texts else 0.0
    words = [(word, word.needle, value) for word, value in worth.items()]
    best = (1 + _TITLE) * (1 + _AGAIN) * sum(worth.values())
    scores: dict[str, float] = {}
    for key, text in texts.items():
        title = text[: len(lists.hits[key]["title"]) + 2]  # the text begins with it
        needed = _AGAIN * (1 - _LENGTH + _LENGTH * len(text) / usual_length)
        scores[key] = _weigh_text(title, text, words, lists.words[key], needed) / best
    # The sort is stable, and each list has the newer ones first among equals.
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    return [ListedHit(lists.hits[key], scores[key]) for key in ranked]


def _spread_text(hit: Mapping[str, Any]) -> str:
    return snippets.spread_words(" ".join(hit[name][:_READ] for name in SHOWN))


def _weigh_text(
    title: str,
    text: str,
    words: Sequence[tuple[SingleWord, str, float]],
    found_words: Set[SingleWord],
    needed: float,
) -> float:
    """The worth of the words in a text, as BM25 weighs them: a word that is there `needed` times
    has half of what it can have. One that only the server found, in a tag's name or misspelt,
    counts as if it were there once."""
    total = 0.0
    for word, needle, value in words:
        if count := text.count(needle) or word in found_words:
            share = (1 + _AGAIN) * count / (count + needed)
            total += value * share * (1 + _TITLE * (needle in title))
    return total


def _weigh_words(
    words: Sequence[SingleWord], holding: Mapping[SingleWord, int]
) -> dict[SingleWord, float]:
    """What each word is worth, and more if it was written more than once."""
    archive = _COMMON * max(holding.values())
    rarity = {word: _rarity(documents, archive) for word, documents in holding.items()}
    unlisted = _UNLISTED * fmean(rarity.values())
    return {word: word.count * rarity.get(word, unlisted) for word in words}


def _rarity(holding: int, documents: int) -> float:
    """The worth of a word that so many of the documents hold, as BM25 weighs it."""
    return log(1 + (documents - holding + 0.5) / (holding + 0.5))
