"""Combines two rankings of one query into one, in the way that measured best (`make relevance`).

The engine on this machine decides what matches. It knows stems and synonyms, corrects words, and
weighs them by their rarity, so it is the better judge of questions. The search server is the better
judge of a few words, misspelt or not, that are close together or in a title. For these it
influences the order of the first hits. Matches, totals, facets and later pages stay unchanged, so
turning pages neither repeats a hit nor leaves one out.
"""

from dataclasses import replace

from app.search.grammar import parse_text
from app.search.protocol import Hit, Query, SearchResult

NOTHING = SearchResult((), 0)
"""The result of a server that cannot be asked."""
WINDOW = 20
"""The number of first hits whose order both engines decide."""
LONG = 5
"""A query of this many words is a question, which the near engine judges alone."""

_SHARE, _SHARPNESS = 0.3, 8
_SHARE_OF_CORRECTED, _SHARPNESS_OF_CORRECTED = 2.0, 1


def is_for_both(query: Query) -> bool:
    """Whether both engines are asked: for a few words by relevance, on a page within the window."""
    if query.order != "relevance" or (query.page - 1) * query.limit >= WINDOW:
        return False
    parsed = parse_text(query.text, str.split)
    return 0 < len(parsed.words) + sum(map(len, parsed.phrases)) < LONG


def for_near(query: Query) -> Query:
    """The query for the near engine: everything from the first hit to the end of the page."""
    last = query.page * query.limit + query.extra
    return replace(query, page=1, limit=max(WINDOW, last), extra=0)


def for_far(query: Query) -> Query:
    """The query for the search server: its order, and nothing else."""
    return replace(query, page=1, limit=WINDOW, extra=0, facets=(), highlight=False)


def fuse(query: Query, near: SearchResult, far: SearchResult) -> SearchResult:
    """The requested page of the near engine's hits, in the combined order."""
    hits = _order_hits(query, near, far)
    start = (query.page - 1) * query.limit
    return replace(near, hits=hits[start : start + query.limit + query.extra])


def _order_hits(query: Query, near: SearchResult, far: SearchResult) -> tuple[Hit, ...]:
    if not near.hits:
        return ()
    worth = _server_scores(query, near, far)
    best = near.hits[0].score or 1.0
    weighed = [
        replace(hit, score=hit.score / best + (worth.get(hit.key, 0.0) if at < WINDOW else 0.0))
        for at, hit in enumerate(near.hits)
    ]
    # The sort is stable: hits that the server does not rank keep the near engine's order.
    return tuple(sorted(weighed, key=lambda hit: -hit.score))


def _server_scores(query: Query, near: SearchResult, far: SearchResult) -> dict[object, float]:
    """The score that the server adds to each document; the near engine's best hit has 1."""
    if parse_text(query.text, str.split).phrases:
        # All hits hold the phrase, so only the closeness of the other words differs: the server
        # judges that well. Its scores ignore the date, so its order tells more than they do.
        return {hit.key: float(WINDOW - at) for at, hit in enumerate(far.hits)}
    share, sharpness = _SHARE, _SHARPNESS
    if near.corrected is not None:
        share, sharpness = _SHARE_OF_CORRECTED, _SHARPNESS_OF_CORRECTED
    return {hit.key: share * hit.score**sharpness for hit in far.hits}
