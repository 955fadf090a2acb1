"""One search: our question for the server, and its answer in our types."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from app.kit.languages import normalise_code
from app.search import snippets
from app.search.meilisearch import marking, settings
from app.search.meilisearch.documents import (
    SHOWN,
    STATE,
    IndexState,
    display_text,
    is_id,
    key_of,
)
from app.search.meilisearch.filters import filter_conditions, one_of_keys, quote
from app.search.meilisearch.marking import RelatedWords
from app.search.meilisearch.queries import ServerQuery, to_prefix_query, to_server_query
from app.search.meilisearch.transport import KeptConnections
from app.search.meilisearch.word_lists import rank_by_words
from app.search.protocol import (
    DEEPEST,
    DOCUMENT_KINDS,
    FACET_NAMES,
    FACET_VALUES,
    FacetName,
    Filter,
    Hit,
    HitHighlights,
    Query,
    SearchResult,
    Suggestion,
)

_SHOWN = (*SHOWN, *(f"shown_{name}" for name in SHOWN))
_FACET_VALUE: dict[FacetName, re.Pattern[str]] = {
    "tags": re.compile("[0-9a-f]{32}"),
    "lang": re.compile("[A-Za-z0-9][A-Za-z0-9_-]*"),
    "year": re.compile("[0-9]{1,4}"),
    "kind": re.compile("|".join(DOCUMENT_KINDS)),
}
"""Other values of a facet are not ours: the token of no language, or a stranger's."""


def search(
    reader: KeptConnections,
    uid: str,
    query: Query,
    languages: tuple[str, ...],
    related_words: Callable[[], RelatedWords],
) -> SearchResult:
    """The page of hits; raises ValueError beyond `DEEPEST`, and what the client raises.
    `related_words` are the index's synonyms."""
    if query.limit < 1 or query.page < 1 or query.limit * query.page > DEEPEST:
        raise ValueError(f"pages go from 1 to {DEEPEST} hits")
    question = to_server_query(query, languages)
    if question.text is None:
        return SearchResult((), 0, facets=dict.fromkeys(query.facets, ()))
    if query.order == "relevance" and question.is_question:
        return _search_by_words(reader, uid, query, question, related_words)
    answer: Mapping[str, Any] = {}
    for strategy in _matching_strategies(query, question):
        parameters = _parameters(query, question) | {"matchingStrategy": strategy}
        answer = reader.search(uid, question.text, parameters)
        if answer["estimatedTotalHits"]:
            return _to_result(query, question, answer, related_words)
    if question.is_strict:
        return _search_by_words(reader, uid, query, question, related_words)
    return _to_result(query, question, answer, related_words)


def _to_result(
    query: Query,
    question: ServerQuery,
    answer: Mapping[str, Any],
    related_words: Callable[[], RelatedWords],
) -> SearchResult:
    ranked = query.order == "relevance" and not question.is_blank
    hits = [hit for hit in answer["hits"] if _is_ours(hit, SHOWN if query.highlight else ())]
    marked = (
        _highlight_hits(hits, question, related_words) if query.highlight else [None] * len(hits)
    )
    return SearchResult(
        tuple(
            _hit(hit, float(hit["_rankingScore"]) if ranked else 0.0, marks)
            for hit, marks in zip(hits, marked, strict=True)
        ),
        answer["estimatedTotalHits"],
        facets=_facets(query.facets, answer.get("facetDistribution") or {}),
    )


def _search_by_words(
    reader: KeptConnections,
    uid: str,
    query: Query,
    question: ServerQuery,
    related_words: Callable[[], RelatedWords],
) -> SearchResult:
    """The page of a question whose words are searched one by one."""
    conditions = filter_conditions(query.filter)
    shown = _SHOWN if query.highlight else SHOWN
    # No other document than ours has words, and each condition costs time in each list.
    needed = conditions if query.filter.kinds else conditions[1:]
    searched = {"filter": needed, "attributesToRetrieve": ["id", "version", *shown]}
    ranked = rank_by_words(reader, uid, question, searched, lambda hit: _is_ours(hit, SHOWN))

    def conditions_of_ranked() -> list[str]:
        return [*conditions, one_of_keys(key_of(listed.hit["id"]).id for listed in ranked)]

    if query.order != "relevance":
        parameters = _parameters(query, question) | {"filter": conditions_of_ranked()}
        answer = reader.search(uid, "", parameters)
        return _to_result(query, question, answer, related_words)
    start = (query.page - 1) * query.limit
    page = ranked[start : start + query.limit + query.extra]
    hits = [listed.hit for listed in page]
    marked = (
        _highlight_hits(hits, question, related_words) if query.highlight else [None] * len(hits)
    )
    facets: dict[FacetName, tuple[tuple[str, int], ...]] = dict.fromkeys(query.facets, ())
    if ranked and query.facets:
        counted = {"facets": list(query.facets), "filter": conditions_of_ranked(), "limit": 0}
        answer = reader.search(uid, "", counted)
        facets = _facets(query.facets, answer.get("facetDistribution") or {})
    return SearchResult(
        tuple(
            _hit(listed.hit, listed.score, marks)
            for listed, marks in zip(page, marked, strict=True)
        ),
        len(ranked),
        facets=facets,
    )


def suggest(
    reader: KeptConnections,
    uid: str,
    text: str,
    filters: Filter,
    limit: int,
    related_words: Callable[[], RelatedWords],
) -> list[Suggestion]:
    """The names that hold all typed words; the last word may be unfinished."""
    question = to_prefix_query(text)
    if question.text is None or limit < 1:
        return []
    answer = reader.search(
        uid,
        question.text,
        {
            "limit": limit,
            "filter": filter_conditions(filters),
            "matchingStrategy": "all",
            "attributesToSearchOn": ["title", "names"],
            "attributesToRetrieve": ["id", "version", "title", "shown_title"],
        },
    )
    hits = [hit for hit in answer["hits"] if _is_ours(hit, ("title",))]
    titles = [display_text(hit, "title") for hit in hits]
    spans = marking.build_marker(titles, question, related_words())
    return [
        Suggestion(key_of(hit["id"]), int(hit["version"]), title, snippets.mark_text(spans, title))
        for hit, title in zip(hits, titles, strict=True)
    ]


def read_state(reader: KeptConnections, uid: str) -> IndexState:
    """The index's own state. The search that finds it uses every attribute that a search may
    filter, count and sort by, so it is refused if any of these would be."""
    conditions = [f"{name} = {quote(STATE)}" for name in settings.EQUAL]
    compared = [f"{name} > 0" for name in settings.COMPARED]
    answer = reader.search(
        uid,
        "",
        {
            "filter": [f"kind = {quote(STATE)}", [*conditions, *compared]],
            "facets": list(FACET_NAMES),
            "sort": ["published_at:desc"],
            "attributesToRetrieve": ["cursor", "parked", "version"],
            "limit": 1,
        },
    )
    return IndexState.of(answer["hits"][0]) if answer["hits"] else IndexState()


def _matching_strategies(query: Query, question: ServerQuery) -> tuple[str, ...]:
    """By relevance the rarer words decide; by date all words must be present, if possible."""
    if question.terms < 2 or question.is_strict:
        return ("all",)
    # The rarer words may be nowhere at all; then the first ones decide.
    some = ("frequency", "last")
    return some if query.order == "relevance" else ("all", *some)


def _parameters(query: Query, question: ServerQuery) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "offset": (query.page - 1) * query.limit,
        "limit": query.limit + query.extra,
        "filter": filter_conditions(query.filter),
        "attributesToRetrieve": ["id", "version", *(_SHOWN if query.highlight else ())],
        "showRankingScore": True,
    }
    if query.order != "relevance" or question.is_blank:
        way = "asc" if query.order == "oldest" else "desc"
        parameters["sort"] = [f"published_at:{way}"]
    if query.facets:
        parameters["facets"] = list(query.facets)
    return parameters


def _is_ours(hit: Mapping[str, Any], texts: Iterable[str]) -> bool:
    """Whether a hit can be read as our document; others may have written something else there."""
    try:
        if not is_id(hit["id"]):
            return False
        int(hit["version"])
    except (KeyError, TypeError, ValueError):
        return False
    return all(isinstance(hit.get(name), str) for name in texts) and all(
        isinstance(hit.get(f"shown_{name}", ""), str) for name in texts
    )


def _hit(hit: Mapping[str, Any], score: float, marks: HitHighlights | None) -> Hit:
    return Hit(key_of(hit["id"]), int(hit["version"]), score, marks)


def _highlight_hits(
    hits: Sequence[Mapping[str, Any]],
    question: ServerQuery,
    related_words: Callable[[], RelatedWords],
) -> list[HitHighlights]:
    texts = [tuple(display_text(hit, name) for name in SHOWN) for hit in hits]
    related = {} if question.is_blank else related_words()
    spans = marking.build_marker(chain.from_iterable(texts), question, related)
    return [snippets.build_highlights(spans, *text) for text in texts]


def _facets(
    names: Iterable[FacetName], distribution: Mapping[str, Mapping[str, int]]
) -> dict[FacetName, tuple[tuple[str, int], ...]]:
    facets: dict[FacetName, tuple[tuple[str, int], ...]] = {}
    for name in names:
        counts = distribution.get(name, {}).items()
        values = [item for item in counts if _FACET_VALUE[name].fullmatch(item[0])]
        values.sort(key=lambda item: (-item[1], item[0]))
        written = normalise_code if name == "lang" else str
        facets[name] = tuple((str(written(value)), n) for value, n in values[:FACET_VALUES])
    return facets
