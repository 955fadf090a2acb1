"""One index: its documents, its settings, and what a search on them answers."""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.search.double import filters, formatting, matching
from tests.search.double.errors import Refusal, not_doubled

DEFAULTS: dict[str, Any] = {
    "displayedAttributes": ["*"],
    "searchableAttributes": ["*"],
    "filterableAttributes": [],
    "sortableAttributes": [],
    "rankingRules": [
        *("words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"),
    ],
    "stopWords": [],
    "nonSeparatorTokens": [],
    "separatorTokens": [],
    "dictionary": [],
    "synonyms": {},
    "distinctAttribute": None,
    "proximityPrecision": "byWord",
    "typoTolerance": {
        "enabled": True,
        "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
        "disableOnWords": [],
        "disableOnAttributes": [],
        "disableOnNumbers": False,
    },
    "faceting": {"maxValuesPerFacet": 100, "sortFacetValuesBy": {"*": "alpha"}},
    "pagination": {"maxTotalHits": 1000},
    "embedders": {},
    "searchCutoffMs": None,
    "localizedAttributes": None,
    "facetSearch": True,
    "prefixSearch": "indexingTime",
}
_MERGED = ("typoTolerance", "faceting", "pagination")
_SEARCH = {
    *("q", "offset", "limit", "attributesToRetrieve", "attributesToHighlight", "highlightPreTag"),
    *("highlightPostTag", "filter", "sort", "facets", "matchingStrategy", "attributesToSearchOn"),
    "showRankingScore",
}
_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass
class Index:
    uid: str
    primary_key: str | None = None
    created: str = ""
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=lambda: deepcopy(DEFAULTS))

    @property
    def filterable(self) -> dict[str, tuple[bool, bool]]:
        allowed: dict[str, tuple[bool, bool]] = {}
        for rule in self.settings["filterableAttributes"]:
            if isinstance(rule, str):
                allowed.setdefault(rule, (True, True))
                continue
            may = rule["features"]["filter"]
            for name in rule["attributePatterns"]:
                allowed.setdefault(name, (may["equality"], may["comparison"]))
        return allowed

    @property
    def numbers(self) -> bool:
        """Numbers may have slips."""
        return not self.settings["typoTolerance"]["disableOnNumbers"]

    def tests(self, given: object) -> filters.Test:
        return filters.compiled(given, self.filterable, self.uid)

    def search(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        _checked(asked)
        allowed = self.tests(asked.get("filter"))
        pool = {key: doc for key, doc in self.documents.items() if allowed(doc)}
        question = matching.parse(asked.get("q") or "", self.settings["synonyms"])
        strategy = asked.get("matchingStrategy", "last")
        found = matching.ranked(question, pool, self._searched(asked), strategy, self.numbers)
        order = self._ordered(found, self._sort(asked))
        most = self.settings["pagination"]["maxTotalHits"]
        offset, limit = asked.get("offset", 0), asked.get("limit", 20)
        page = order[:most][offset : offset + limit]
        answer = {
            "hits": [self._hit(self.documents[key], question, asked) for key in page],
            "query": asked.get("q") or "",
            "processingTimeMs": 0,
            "limit": limit,
            "offset": offset,
            "estimatedTotalHits": len(order),
        }
        if asked.get("facets") is not None:
            answer["facetDistribution"] = self._facets(asked["facets"], order)
            answer["facetStats"] = {}
        return answer | {"requestUid": "00000000-0000-7000-8000-000000000000"}

    def _searched(self, asked: Mapping[str, Any]) -> list[str]:
        names: list[str] = self.settings["searchableAttributes"]
        if names == ["*"]:
            names = list(dict.fromkeys(name for doc in self.documents.values() for name in doc))
        only = asked.get("attributesToSearchOn")
        for name in only or ():
            if name not in names:
                raise Refusal(400, "invalid_search_attributes_to_search_on", f"`{name}`")
        return names if only is None else [name for name in names if name in only]

    def _sort(self, asked: Mapping[str, Any]) -> list[tuple[str, int]]:
        found = []
        for one in asked.get("sort") or ():
            name, _, way = one.rpartition(":")
            if way not in ("asc", "desc") or name not in self.settings["sortableAttributes"]:
                raise Refusal(400, "invalid_search_sort", f"`{one}`")
            found.append((name, 1 if way == "asc" else -1))
        return found

    def _ordered(
        self, found: Mapping[str, tuple[float, ...]], sort: list[tuple[str, int]]
    ) -> list[str]:
        """In the order of the rules; what they leave equal stays as it came."""

        def by_fields(key: str, fields: list[tuple[str, int]]) -> tuple[float, ...]:
            held = (self.documents[key].get(name) for name, _ in fields)
            return tuple(
                (way * float(value) if isinstance(value, (int, float)) else float("inf"))
                for value, (_, way) in zip(held, fields, strict=True)
            )

        def judge(key: str, rule: str) -> tuple[float, ...]:
            name, _, way = rule.rpartition(":")
            if name:
                return by_fields(key, [(name, 1 if way == "asc" else -1)])
            if rule == "sort":
                return by_fields(key, sort)
            is_judged = rule in matching.RULES and found[key]
            return (found[key][matching.RULES.index(rule)],) if is_judged else ()

        rules: list[str] = self.settings["rankingRules"]
        places = {key: place for place, key in enumerate(self.documents)}

        def rank(key: str) -> tuple[tuple[float, ...], ...]:
            return (*(judge(key, rule) for rule in rules), (places[key],))

        return sorted(found, key=rank)

    def _hit(
        self, document: dict[str, Any], question: matching.Question, asked: Mapping[str, Any]
    ) -> dict[str, Any]:
        displayed = self.settings["displayedAttributes"]
        seen = {k: v for k, v in document.items() if "*" in displayed or k in displayed}
        wanted = asked.get("attributesToRetrieve") or ["*"]
        hit = {k: v for k, v in seen.items() if "*" in wanted or k in wanted}
        if asked.get("attributesToHighlight"):
            hit["_formatted"] = formatting.formatted(seen, question, asked, self.numbers)
        if asked.get("showRankingScore"):
            hit["_rankingScore"] = 1.0
        return hit

    def _facets(self, names: list[str], found: list[str]) -> dict[str, dict[str, int]]:
        known = sorted(self.filterable)
        for name in names:
            if name != "*" and name not in known:
                raise Refusal(400, "invalid_search_facets", f"`{name}` is not filterable.")
        how = self.settings["faceting"]
        counted = {}
        for name in known if "*" in names else sorted(names):
            counts: dict[str, int] = {}
            for key in found:
                held = self.documents[key].get(name)
                for value in held if isinstance(held, list) else [] if held is None else [held]:
                    counts[str(value)] = counts.get(str(value), 0) + 1
            by_count = how["sortFacetValuesBy"].get(name, how["sortFacetValuesBy"]["*"]) == "count"
            order = sorted(counts.items(), key=lambda i: (-i[1], i[0]) if by_count else i)
            counted[name] = dict(order[: how["maxValuesPerFacet"]])
        return counted


def checked_settings(given: dict[str, Any]) -> dict[str, Any]:
    """Raises for what the real server refuses at once."""
    if set(given) - set(DEFAULTS):
        raise Refusal(400, "bad_request", f"Unknown field in {set(given)}")
    if (given.get("pagination") or {}).get("maxTotalHits") == 0:
        raise Refusal(400, "invalid_settings_pagination")
    rules = set(given.get("rankingRules") or ())
    if {rule for rule in rules if ":" not in rule} - set(DEFAULTS["rankingRules"]):
        raise Refusal(400, "invalid_settings_ranking_rules")
    for name, value in given.items():
        if isinstance(DEFAULTS[name], list) and not isinstance(value, (list, type(None))):
            raise Refusal(400, f"invalid_settings_{_SNAKE.sub('_', name).lower()}")
    return given


def with_settings(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Absent is untouched, null resets."""
    after = deepcopy(dict(before))
    for name, value in given.items():
        if value is None:
            after[name] = deepcopy(DEFAULTS[name])
        elif name in _MERGED:
            after[name] = after[name] | value
            if name == "faceting" and "sortFacetValuesBy" in value:
                after[name]["sortFacetValuesBy"] = {"*": "alpha"} | value["sortFacetValuesBy"]
        else:
            after[name] = value
    return after


def _checked(asked: Mapping[str, Any]) -> None:
    if set(asked) - _SEARCH:
        raise not_doubled(f"a search by {set(asked) - _SEARCH}")
    if asked.get("matchingStrategy", "last") not in ("last", "all", "frequency"):
        raise Refusal(400, "invalid_search_matching_strategy")
    for name in ("limit", "offset"):
        value = asked.get(name, 0)
        if not isinstance(value, int) or value < 0:
            raise Refusal(400, f"invalid_search_{name}", f"`{value}`")
