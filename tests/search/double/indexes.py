"""One index: its documents, its settings, and what a search on them answers."""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.search.double import filters, formatting, matching
from tests.search.double.errors import Refusal, unknown_field, wrong_type

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
_RULES = {*DEFAULTS["rankingRules"], "attribute"}
_SEARCH = (
    *("q", "offset", "limit", "page", "hitsPerPage", "attributesToRetrieve", "attributesToCrop"),
    *("cropLength", "cropMarker", "attributesToHighlight", "highlightPreTag", "highlightPostTag"),
    *("showMatchesPosition", "filter", "sort", "distinct", "facets", "matchingStrategy"),
    *("attributesToSearchOn", "rankingScoreThreshold", "locales", "hybrid", "vector"),
    *("retrieveVectors", "media", "personalize", "useNetwork", "showRankingScore"),
    *("showRankingScoreDetails", "showPerformanceDetails"),
)
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
        window, about = _window(asked, len(order))
        hits = [self._hit(self.documents[key], question, asked) for key in order[:most][window]]
        answer = {"hits": hits, "query": asked.get("q") or "", "processingTimeMs": 0, **about}
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
                known = ", ".join(sorted(names))
                raise Refusal(
                    400,
                    "invalid_search_attributes_to_search_on",
                    f"Index `{self.uid}`: Attribute `{name}` is not searchable. "
                    f"Available searchable attributes are: `{known}`.",
                )
        return names if only is None else [name for name in names if name in only]

    def _sort(self, asked: Mapping[str, Any]) -> list[tuple[str, int]]:
        found = []
        for one in asked.get("sort") or ():
            name, _, way = one.rpartition(":")
            if way not in ("asc", "desc") or not name:
                raise Refusal(
                    400,
                    "invalid_search_sort",
                    "Invalid syntax for the sort parameter: expected expression ending by `:asc` "
                    f"or `:desc`, found `{one}`.",
                )
            if name not in self.settings["sortableAttributes"]:
                known = ", ".join(sorted(self.settings["sortableAttributes"]))
                raise Refusal(
                    400,
                    "invalid_search_sort",
                    f"Index `{self.uid}`: Attribute `{name}` is not sortable. "
                    f"Available sortable attributes are: `{known}`.",
                )
            found.append((name, 1 if way == "asc" else -1))
        return found

    def _ordered(
        self, found: Mapping[str, tuple[float, ...]], sort: list[tuple[str, int]]
    ) -> list[str]:
        """A rule of its own (`field:desc`) settles what the others leave equal."""
        rules: list[str] = self.settings["rankingRules"]
        own = [rule.rpartition(":") for rule in rules if ":" in rule]
        last = [(name, 1 if way == "asc" else -1) for name, _, way in own]
        is_first = rules[:1] == ["sort"]

        def by(key: str, fields: list[tuple[str, int]]) -> tuple[float, ...]:
            held = (self.documents[key].get(name) for name, _ in fields)
            return tuple(
                (way * float(value) if isinstance(value, (int, float)) else float("inf"))
                for value, (_, way) in zip(held, fields, strict=True)
            )

        places = {key: place for place, key in enumerate(self.documents)}

        def rank(key: str) -> tuple[tuple[float, ...], ...]:
            chosen, words = by(key, sort), found[key]
            first, second = (chosen, words) if is_first else (words, chosen)
            return first, second, by(key, last), (places[key],)

        return sorted(found, key=rank)

    def _hit(
        self, document: dict[str, Any], question: matching.Question, asked: Mapping[str, Any]
    ) -> dict[str, Any]:
        displayed = self.settings["displayedAttributes"]
        seen = {k: v for k, v in document.items() if "*" in displayed or k in displayed}
        wanted = asked.get("attributesToRetrieve") or ["*"]
        hit = {k: v for k, v in seen.items() if "*" in wanted or k in wanted}
        if asked.get("attributesToHighlight") or asked.get("attributesToCrop"):
            hit["_formatted"] = formatting.formatted(seen, question, asked, self.numbers)
        if asked.get("showRankingScore"):
            hit["_rankingScore"] = 1.0
        return hit

    def _facets(self, names: list[str], found: list[str]) -> dict[str, dict[str, int]]:
        known = sorted(self.filterable)
        for name in names:
            if name != "*" and name not in known:
                raise Refusal(
                    400,
                    "invalid_search_facets",
                    f"Invalid facet distribution: Pattern `{name}` is not filterable. "
                    f"Available filterable attributes patterns are: `{', '.join(known)}`.",
                )
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


def checked_settings(given: object) -> dict[str, Any]:
    """Raises for what the real server refuses at once."""
    if not isinstance(given, dict):
        raise wrong_type("", "bad_request", "an object", given)
    for name, value in given.items():
        if name not in DEFAULTS:
            raise unknown_field(name, tuple(DEFAULTS))
        code = f"invalid_settings_{_SNAKE.sub('_', name).lower()}"
        if isinstance(DEFAULTS[name], list) and not isinstance(value, (list, type(None))):
            raise wrong_type(name, code, "an array", value)
        if name == "pagination" and value and value.get("maxTotalHits") == 0:
            raise Refusal(400, "invalid_settings_pagination", "a non-zero integer value")
        if name == "rankingRules" and value:
            parts = {"attributeRank", "wordPosition"} & set(value)
            if [rule for rule in value if rule not in _RULES and ":" not in rule] or (
                "attribute" in value and parts
            ):
                raise Refusal(400, code, "ranking rule is invalid")
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
    for name, value in asked.items():
        code = f"invalid_search_{_SNAKE.sub('_', name).lower()}"
        if name not in _SEARCH:
            raise unknown_field(name, _SEARCH)
        if name == "q" and not isinstance(value, (str, type(None))):
            raise wrong_type(name, code, "a string", value)
        if name in ("limit", "offset", "page", "hitsPerPage") and (
            not isinstance(value, int) or value < 0
        ):
            raise wrong_type(name, code, "a positive integer", value)
        if name == "matchingStrategy" and value not in ("last", "all", "frequency"):
            raise Refusal(
                400,
                code,
                f"Unknown value `{value}` at `.{name}`: expected one of `last`, `all`, `frequency`",
            )


def _window(asked: Mapping[str, Any], total: int) -> tuple[slice, dict[str, int]]:
    if asked.get("page") is not None or asked.get("hitsPerPage") is not None:
        page, size = asked.get("page", 1), asked.get("hitsPerPage", 20)
        pages = -(-total // size) if size else 0
        start = (page - 1) * size if page else 0
        about = {"hitsPerPage": size, "page": page, "totalPages": pages, "totalHits": total}
        return slice(start, start + size if page else start), about
    offset, limit = asked.get("offset", 0), asked.get("limit", 20)
    about = {"limit": limit, "offset": offset, "estimatedTotalHits": total}
    return slice(offset, offset + limit), about
