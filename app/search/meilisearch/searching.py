"""One search: the question put to the server, and its answer in our words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from app.kit.languages import normalised
from app.search import snippets
from app.search.meilisearch import marking, settings
from app.search.meilisearch.documents import SHOWN, STATE, State, key_of, shown
from app.search.meilisearch.filters import conditions, quoted
from app.search.meilisearch.marking import Others
from app.search.meilisearch.queries import Asked, asked, typed
from app.search.meilisearch.transport import KeptConnections
from app.search.protocol import (
    DEEPEST,
    DOCUMENT_KINDS,
    FACET_NAMES,
    FACET_VALUES,
    FacetName,
    Filter,
    Found,
    Highlights,
    Hit,
    Query,
    Suggestion,
)

_SHOWN = (*SHOWN, *(f"shown_{name}" for name in SHOWN))
_FACET_VALUE: dict[FacetName, re.Pattern[str]] = {
    "tags": re.compile("[0-9a-f]{32}"),
    "lang": re.compile("[A-Za-z0-9][A-Za-z0-9_-]*"),
    "year": re.compile("[0-9]{1,4}"),
    "kind": re.compile("|".join(DOCUMENT_KINDS)),
}
"""Whatever else a facet counts is not ours: the token of no language, or a stranger's."""


def search(
    reader: KeptConnections,
    uid: str,
    query: Query,
    languages: tuple[str, ...],
    others: Callable[[], Others],
) -> Found:
    """Raises ValueError for a page beyond `DEEPEST`, and what the client raises. `others` are
    the words that the index takes for one another."""
    if query.limit < 1 or query.page < 1 or query.limit * query.page > DEEPEST:
        raise ValueError(f"pages go from 1 to {DEEPEST} hits")
    question = asked(query, languages)
    if question.text is None:
        return Found((), 0, facets=dict.fromkeys(query.facets, ()))
    answer: Mapping[str, Any] = {}
    asks = [(question.text, strategy) for strategy in _strategies(query, question)]
    asks += [(text, "all") for text in question.fewer]
    for text, strategy in asks:
        parameters = _parameters(query, question) | {"matchingStrategy": strategy}
        answer = reader.search(uid, text, parameters)
        if answer["estimatedTotalHits"]:
            break
    ranked = query.order == "relevance" and not question.is_blank
    hits = [hit for hit in answer["hits"] if _is_ours(hit, SHOWN if query.highlight else ())]
    marked = _highlighted(hits, question, others) if query.highlight else [None] * len(hits)
    return Found(
        tuple(_hit(hit, marks, ranked=ranked) for hit, marks in zip(hits, marked, strict=True)),
        answer["estimatedTotalHits"],
        facets=_facets(query.facets, answer.get("facetDistribution") or {}),
    )


def suggest(
    reader: KeptConnections,
    uid: str,
    text: str,
    chosen: Filter,
    limit: int,
    others: Callable[[], Others],
) -> list[Suggestion]:
    """Names that hold all that was typed, the last word perhaps unfinished."""
    question = typed(text)
    if question.text is None or limit < 1:
        return []
    answer = reader.search(
        uid,
        question.text,
        {
            "limit": limit,
            "filter": conditions(chosen),
            "matchingStrategy": "all",
            "attributesToSearchOn": ["title", "names"],
            "attributesToRetrieve": ["id", "version", "title", "shown_title"],
        },
    )
    hits = [hit for hit in answer["hits"] if _is_ours(hit, ("title",))]
    titles = [shown(hit, "title") for hit in hits]
    spans = marking.marker(titles, question, others())
    return [
        Suggestion(key_of(hit["id"]), int(hit["version"]), title, snippets.whole(spans, title))
        for hit, title in zip(hits, titles, strict=True)
    ]


def progress(reader: KeptConnections, uid: str) -> State:
    """What the index says of itself, found by a search that names everything that a search may be
    filtered, counted and sorted by: it is refused when any of these would be."""
    named = [f"{name} = {quoted(STATE)}" for name in settings.EQUAL]
    compared = [f"{name} > 0" for name in settings.COMPARED]
    answer = reader.search(
        uid,
        "",
        {
            "filter": [f"kind = {quoted(STATE)}", [*named, *compared]],
            "facets": list(FACET_NAMES),
            "sort": ["published_at:desc"],
            "attributesToRetrieve": ["cursor", "parked", "version"],
            "limit": 1,
        },
    )
    return State.of(answer["hits"][0]) if answer["hits"] else State()


def _strategies(query: Query, question: Asked) -> tuple[str, ...]:
    """By relevance the rarer words decide; by date all words must be there, if they ever are."""
    if question.terms < 2:
        return ("all",)
    # The rarer ones may be nowhere at all; then those that come first do.
    some = ("frequency", "last")
    return some if query.order == "relevance" else ("all", *some)


def _parameters(query: Query, question: Asked) -> dict[str, Any]:
    made: dict[str, Any] = {
        "offset": (query.page - 1) * query.limit,
        "limit": query.limit + query.extra,
        "filter": conditions(query.filter),
        "attributesToRetrieve": ["id", "version", *(_SHOWN if query.highlight else ())],
        "showRankingScore": True,
    }
    if query.order != "relevance" or question.is_blank:
        way = "asc" if query.order == "oldest" else "desc"
        made["sort"] = [f"published_at:{way}"]
    if query.facets:
        made["facets"] = list(query.facets)
    return made


def _is_ours(hit: Mapping[str, Any], texts: Iterable[str]) -> bool:
    """It can be read as a document of ours; others may have written something else there."""
    try:
        key_of(hit["id"])
        int(hit["version"])
    except (KeyError, TypeError, ValueError):
        return False
    return all(isinstance(hit.get(name), str) for name in texts) and all(
        isinstance(hit.get(f"shown_{name}", ""), str) for name in texts
    )


def _hit(hit: Mapping[str, Any], marks: Highlights | None, *, ranked: bool) -> Hit:
    score = float(hit["_rankingScore"]) if ranked else 0.0
    return Hit(key_of(hit["id"]), int(hit["version"]), score, marks)


def _highlighted(
    hits: Sequence[Mapping[str, Any]], question: Asked, others: Callable[[], Others]
) -> list[Highlights]:
    texts = [tuple(shown(hit, name) for name in SHOWN) for hit in hits]
    known = {} if question.is_blank else others()
    spans = marking.marker(chain.from_iterable(texts), question, known)
    return [snippets.highlights(spans, *text) for text in texts]


def _facets(
    names: Iterable[FacetName], counted: Mapping[str, Mapping[str, int]]
) -> dict[FacetName, tuple[tuple[str, int], ...]]:
    found: dict[FacetName, tuple[tuple[str, int], ...]] = {}
    for name in names:
        counts = counted.get(name, {}).items()
        values = [item for item in counts if _FACET_VALUE[name].fullmatch(item[0])]
        values.sort(key=lambda item: (-item[1], item[0]))
        written = normalised if name == "lang" else str
        found[name] = tuple((str(written(value)), n) for value, n in values[:FACET_VALUES])
    return found
