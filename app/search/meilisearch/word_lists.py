"""Ranks the documents of a whole question, whose words are searched one by one in one request.

The server finds for a question the documents that hold its rarest word, and ranks them by how many
of the other words they hold, whatever each is worth. Here each word has its own list. A document
counts by the rarity of the words in whose lists it is, and more if they are in its title. No word
must be present. The server has no stems, so a word is sought by its beginning. The lists are short,
so the server's own list for the whole question is added: in a large archive, only that one knows
which documents hold many common words.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from app.search.meilisearch.queries import ServerQuery, split_words
from app.search.meilisearch.transport import KeptConnections

LONGEST_LIST = 30
"""Documents of a word. Of a more frequent word, those with it in the title come first."""
_TITLE = 0.6
"""What a word in the title adds to its worth."""
_WHOLE, _HALF = 0.15, 5
"""What the first place in the server's own list adds, as a share of the worth of all words, and the
place that adds half of it."""
_COMMON = 2
"""The archive counts as so many times the documents of the commonest of the words."""


@dataclass(frozen=True, slots=True)
class ListedHit:
    """A hit of the server, and its score for the whole question, up to 1."""

    hit: Mapping[str, Any]
    score: float


def rank_by_words(
    reader: KeptConnections,
    uid: str,
    question: ServerQuery,
    conditions: Sequence[str],
    is_ours: Callable[[Mapping[str, Any]], bool],
) -> list[ListedHit]:
    """The documents in the lists of the question's words, best first."""
    searched = {
        "indexUid": uid,
        "filter": list(conditions),
        "limit": LONGEST_LIST,
        "matchingStrategy": "all",
        "attributesToRetrieve": ["id", "version", "title"],
    }
    words = question.single_words
    whole, *answers = reader.search_several(
        [
            searched | {"q": question.text, "matchingStrategy": "frequency"},
            *(searched | {"q": word.text} for word in words),
        ]
    )
    holding = [int(answer["estimatedTotalHits"]) for answer in answers]
    archive = _COMMON * max(holding)
    hits: dict[str, Mapping[str, Any]] = {}
    titles: dict[str, list[str]] = {}
    scores: defaultdict[str, float] = defaultdict(float)
    total = 0.0
    for place in sorted(range(len(words)), key=holding.__getitem__):
        worth = words[place].count * _rarity(holding[place], archive)
        total += worth
        for hit in filter(is_ours, answers[place]["hits"]):
            key = hit["id"]
            if key not in hits:
                hits[key], titles[key] = hit, split_words(hit["title"])
            scores[key] += worth * (1 + _TITLE * any(map(words[place].matches, titles[key])))
    for at, hit in enumerate(filter(is_ours, whole["hits"])):
        hits.setdefault(hit["id"], hit)
        scores[hit["id"]] += _WHOLE * total / (1 + at / _HALF)
    # The sort is stable: the list of the rarest word has the newer ones first among equals.
    ranked = sorted(hits, key=scores.__getitem__, reverse=True)
    best = total * (1 + _TITLE + _WHOLE)
    return [ListedHit(hits[key], scores[key] / best) for key in ranked]


def _rarity(holding: int, documents: int) -> float:
    """The worth of a word that so many of the documents hold, as BM25 weighs it."""
    return log(1 + (documents - holding + 0.5) / (holding + 0.5))
