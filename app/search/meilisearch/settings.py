"""The settings of the index: for an archive in several languages, with little weight on recency.

They are compared at each start and after each sign that the server has lost them. Only differences
are written.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.search.meilisearch.documents import SHOWN
from app.search.meilisearch.marking import MOST_IN_A_NAME
from app.search.protocol import DEEPEST, FACET_VALUES

PRIMARY_KEY = "id"
_SPARE = 100
MOST_TAGS = 5_000
"""Tags whose names are used."""

EQUAL = (
    *("kind", "key", "article_kind", "lang", "also_in", "tags", "authors", "syndicatable"),
    "year",
)
COMPARED = ("published_at", "updated_at")
_LEFT_ALONE: dict[str, Any] = {
    **{"stopWords": [], "separatorTokens": [], "nonSeparatorTokens": [], "dictionary": []},
    **{"distinctAttribute": None},
    **{"proximityPrecision": "byWord", "embedders": {}, "localizedAttributes": None},
    **{"facetSearch": True, "prefixSearch": "indexingTime"},
}
"""The server's defaults. If others change them, searches find less, or nothing."""
_TYPOS: dict[str, Any] = {
    "enabled": True,
    "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
    "disableOnWords": [],
    "disableOnAttributes": [],
}
_UNORDERED = ("sortableAttributes", "displayedAttributes")


def wanted_settings(synonyms: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """All settings that we set, as the server shows them."""
    return {
        # The order is that of weight. A document's date comes first only if a search asks for it.
        "searchableAttributes": ["title", "names", "summary", "labels", "body"],
        "displayedAttributes": [
            *("id", "kind", "version", "title", "summary", "body", "lang", "published_at", "year"),
            *("cursor", "parked", *(f"shown_{name}" for name in SHOWN)),
        ],
        "filterableAttributes": [
            _filterable_attribute(EQUAL, equality=True, comparison=False),
            _filterable_attribute(COMPARED, equality=False, comparison=True),
        ],
        "sortableAttributes": ["published_at"],
        "rankingRules": [
            *("sort", "words", "typo", "proximity", "attributeRank"),
            *("recency:desc", "wordPosition", "exactness", "published_at:desc"),
        ],
        "typoTolerance": {"disableOnNumbers": True},
        "faceting": {"maxValuesPerFacet": FACET_VALUES + 1, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": DEEPEST + _SPARE},
        "synonyms": {word: sorted(others) for word, others in sorted(synonyms.items())},
        "searchCutoffMs": 1_000,
    }


def settings_to_change(
    wanted_values: Mapping[str, Any], current: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings to write so that the index is as wanted; empty if it is."""
    return {
        name: value
        for name, value in wanted_values.items()
        if not _is_set(name, value, current.get(name))
    }


def settings_to_reset(current: Mapping[str, Any]) -> dict[str, Any]:
    """The settings to write so that the others have their defaults. A server does not show a
    setting that it does not know."""
    wrong: dict[str, Any] = {
        name: None for name, value in _LEFT_ALONE.items() if current.get(name, value) != value
    }
    typos = current.get("typoTolerance") or {}
    if any(typos.get(name, value) != value for name, value in _TYPOS.items()):
        wrong["typoTolerance"] = {**_TYPOS, "disableOnNumbers": True}
    return wrong


def tag_synonyms(tags: Iterable[Any]) -> dict[str, list[str]]:
    """Each tag's names by language, as synonyms of one another."""
    others: dict[str, set[str]] = {}
    for count, names in enumerate(tags):
        if count >= MOST_TAGS:
            break
        texts = names.values() if isinstance(names, Mapping) else ()  # others may write there too
        folded_names = {
            name.casefold() for name in texts if isinstance(name, str) and _is_short(name)
        }
        for name in folded_names:
            others.setdefault(name, set()).update(folded_names - {name})
    return {name: sorted(group) for name, group in others.items() if group}


def _filterable_attribute(
    names: Sequence[str], *, equality: bool, comparison: bool
) -> dict[str, Any]:
    features = {
        "facetSearch": False,
        "filter": {"equality": equality, "comparison": comparison},
    }
    return {"attributePatterns": list(names), "features": features}


def _is_set(name: str, expected: Any, current: Any) -> bool:
    if name in _UNORDERED and isinstance(current, list):
        return sorted(expected) == sorted(current)
    if isinstance(expected, Mapping) and isinstance(current, Mapping) and name != "synonyms":
        # The server fills in the parts that were not given.
        return all(_is_set("", value, current.get(part)) for part, value in expected.items())
    return bool(expected == current)


def _is_short(name: str) -> bool:
    return 0 < len(name.split()) <= MOST_IN_A_NAME
