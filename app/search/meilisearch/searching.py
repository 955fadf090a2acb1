"""One search: the question put to the server, and its answer in our words."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meilisearch import Client

from app.search.meilisearch.documents import (
    ANY_LANGUAGE,
    CLOSE,
    OPEN,
    STATE,
    State,
    key_of,
)
from app.search.meilisearch.filters import conditions, quoted
from app.search.meilisearch.queries import Asked, asked, words
from app.search.protocol import (
    DEEPEST,
    FACET_VALUES,
    FacetName,
    Filter,
    Found,
    Highlights,
    Hit,
    Query,
    Suggestion,
)

_PASSAGE = 35
"""Words of the passage shown of a body."""
_MARKED = {"highlightPreTag": OPEN, "highlightPostTag": CLOSE, "cropMarker": "…"}
_CUT = re.compile(f"{CLOSE}((?:[^\\W_]|[\u0300-\u036f])+)")
"""The end of a mark within a word: of one that is still being typed, the server marks what is."""
_MOST_TYPED = 12
"""Words of something typed that a completion looks at."""


def search(client: Client, uid: str, query: Query, languages: tuple[str, ...]) -> Found:
    """Raises ValueError for a page beyond `DEEPEST`, and what the client raises."""
    if query.limit < 1 or query.page < 1 or query.limit * query.page > DEEPEST:
        raise ValueError(f"pages go from 1 to {DEEPEST} hits")
    question = asked(query, languages)
    if question.text is None:
        return Found((), 0, facets=dict.fromkeys(query.facets, ()))
    answer: Mapping[str, Any] = {}
    for strategy in _strategies(query, question):
        parameters = _parameters(query, question) | {"matchingStrategy": strategy}
        answer = client.index(uid).search(question.text, parameters)
        if answer["estimatedTotalHits"]:
            break
    ranked = query.order == "relevance" and not question.is_blank
    return Found(
        tuple(_hit(hit, ranked=ranked, marked=query.highlight) for hit in answer["hits"]),
        answer["estimatedTotalHits"],
        facets=_facets(query.facets, answer.get("facetDistribution") or {}),
    )


def suggest(
    client: Client, uid: str, text: str, languages: Sequence[str], limit: int
) -> list[Suggestion]:
    """Names that hold all that was typed, the last word perhaps unfinished."""
    typed = words(text)[:_MOST_TYPED]
    if not typed or limit < 1:
        return []
    answer = client.index(uid).search(
        " ".join(typed),
        {
            "limit": limit,
            "filter": conditions(Filter(languages=tuple(languages))),
            "matchingStrategy": "all",
            "attributesToSearchOn": ["title", "names"],
            "attributesToRetrieve": ["id", "title"],
            "attributesToHighlight": ["title"],
            **_MARKED,
        },
    )
    return [
        Suggestion(key_of(hit["id"]), hit["title"], _safe(hit["_formatted"]["title"]))
        for hit in answer["hits"]
    ]


def progress(client: Client, uid: str) -> State:
    """What the index says of itself, found as a search finds things."""
    answer = client.index(uid).search(
        "",
        {
            "filter": [f"kind = {quoted(STATE)}"],
            "attributesToRetrieve": ["cursor", "parked"],
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
        "attributesToRetrieve": ["id", "version"],
        "showRankingScore": True,
    }
    if query.order != "relevance" or question.is_blank:
        way = "asc" if query.order == "oldest" else "desc"
        made["sort"] = [f"published_at:{way}"]
    if query.facets:
        made["facets"] = list(query.facets)
    if query.highlight:
        made["attributesToHighlight"] = ["title", "summary", "body"]
        made["attributesToCrop"] = [f"body:{_PASSAGE}"]
        made |= _MARKED
    return made


def _hit(hit: Mapping[str, Any], *, ranked: bool, marked: bool) -> Hit:
    shown = None
    if marked:
        formatted = hit["_formatted"]
        shown = Highlights(*(_safe(formatted[name]) for name in ("title", "summary", "body")))
    score = float(hit["_rankingScore"]) if ranked else 0.0
    return Hit(key_of(hit["id"]), int(hit["version"]), score, shown)


def _safe(text: str) -> str:
    """Whole words marked, everything escaped, then our marks made the only element there is."""
    return (
        html.escape(_CUT.sub(rf"\1{CLOSE}", text)).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")
    )


def _facets(
    names: Iterable[FacetName], counted: Mapping[str, Mapping[str, int]]
) -> dict[FacetName, tuple[tuple[str, int], ...]]:
    found: dict[FacetName, tuple[tuple[str, int], ...]] = {}
    for name in names:
        values = [item for item in counted.get(name, {}).items() if item[0] != ANY_LANGUAGE]
        values.sort(key=lambda item: (-item[1], item[0]))
        found[name] = tuple(values[:FACET_VALUES])
    return found
