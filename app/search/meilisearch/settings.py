"""How the index is kept: for an archive in several languages, where what is new weighs a little.

The settings are compared at each start and after each sign that the server has lost them, and only
what differs is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.search.meilisearch.documents import SHOWN
from app.search.meilisearch.marking import MOST_IN_A_NAME
from app.search.protocol import DEEPEST, FACET_VALUES

PRIMARY_KEY = "id"
_SPARE = 100
MOST_TAGS = 5_000
"""Tags whose names are looked at."""

_SEPARATORS = "$<=>^|~¢£¤¥¦¨©¬®¯°´¸€"
"""Signs that part words in `queries.words` and that the server would take for letters."""

EQUAL = (
    *("kind", "key", "article_kind", "lang", "also_in", "tags", "authors", "syndicatable"),
    "year",
)
COMPARED = ("published_at", "updated_at")
_LEFT_ALONE: dict[str, Any] = {
    **{"stopWords": [], "nonSeparatorTokens": [], "dictionary": [], "distinctAttribute": None},
    **{"proximityPrecision": "byWord", "embedders": {}, "localizedAttributes": None},
    **{"facetSearch": True, "prefixSearch": "indexingTime"},
}
"""As the server has them by itself. Where others set them, searches find less, or nothing."""
_TYPOS: dict[str, Any] = {
    "enabled": True,
    "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
    "disableOnWords": [],
    "disableOnAttributes": [],
}
_UNORDERED = ("sortableAttributes", "separatorTokens", "displayedAttributes")


def wanted(synonyms: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """All settings that we care about, as the server shows them."""
    return {
        # The order is that of worth. A date of its own comes first only where it is asked for.
        "searchableAttributes": ["title", "names", "summary", "labels", "body"],
        "displayedAttributes": [
            *("id", "kind", "version", "title", "summary", "body", "lang", "published_at", "year"),
            *("cursor", "parked", *(f"shown_{name}" for name in SHOWN)),
        ],
        "filterableAttributes": [
            _filterable(EQUAL, equality=True, comparison=False),
            _filterable(COMPARED, equality=False, comparison=True),
        ],
        "sortableAttributes": ["published_at"],
        "rankingRules": [
            *("sort", "words", "typo", "proximity", "attributeRank"),
            *("recency:desc", "wordPosition", "exactness", "published_at:desc"),
        ],
        "separatorTokens": list(_SEPARATORS),
        "typoTolerance": {"disableOnNumbers": True},
        "faceting": {"maxValuesPerFacet": FACET_VALUES + 1, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": DEEPEST + _SPARE},
        "synonyms": {word: sorted(others) for word, others in sorted(synonyms.items())},
        "searchCutoffMs": 1_000,
    }


def differences(asked: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be written so that the index is kept as asked; empty when it is."""
    return {
        name: value for name, value in asked.items() if not _holds(name, value, found.get(name))
    }


def foreign(found: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be written so that nothing is set that we leave alone. A server that does not
    know a setting does not show it."""
    wrong: dict[str, Any] = {
        name: None for name, value in _LEFT_ALONE.items() if found.get(name, value) != value
    }
    typos = found.get("typoTolerance") or {}
    if any(typos.get(name, value) != value for name, value in _TYPOS.items()):
        wrong["typoTolerance"] = {**_TYPOS, "disableOnNumbers": True}
    return wrong


def synonyms(tags: Iterable[Any]) -> dict[str, list[str]]:
    """Each tag's names by language, as words that stand for one another."""
    others: dict[str, set[str]] = {}
    for count, names in enumerate(tags):
        if count >= MOST_TAGS:
            break
        said = names.values() if isinstance(names, Mapping) else ()  # others may write there too
        spoken = {name.casefold() for name in said if isinstance(name, str) and _is_short(name)}
        for name in spoken:
            others.setdefault(name, set()).update(spoken - {name})
    return {name: sorted(group) for name, group in others.items() if group}


def _filterable(names: Sequence[str], *, equality: bool, comparison: bool) -> dict[str, Any]:
    features = {
        "facetSearch": False,
        "filter": {"equality": equality, "comparison": comparison},
    }
    return {"attributePatterns": list(names), "features": features}


def _holds(name: str, asked: Any, found: Any) -> bool:
    if name in _UNORDERED and isinstance(found, list):
        return sorted(asked) == sorted(found)
    if isinstance(asked, Mapping) and isinstance(found, Mapping) and name != "synonyms":
        # The server fills in what was not said.
        return all(_holds("", value, found.get(part)) for part, value in asked.items())
    return bool(asked == found)


def _is_short(name: str) -> bool:
    return 0 < len(name.split()) <= MOST_IN_A_NAME
