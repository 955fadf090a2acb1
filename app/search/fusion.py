"""Two rankings of one query made into one, as was measured to be best (`make relevance`).

The engine on this machine says what matches: it knows stems and synonyms, corrects, and weighs
words by their rarity, so it is the better judge of questions. The search server is the better
judge of a few words, misspelt or not, that stand close together or in a title: of those, it has a
say in the order of the first hits. What matches, how many, facets and later pages stay as they
are, so that turning pages neither repeats a hit nor leaves one out.
"""

from dataclasses import replace

from app.search.grammar import parse_text
from app.search.protocol import Hit, Query, SearchResult

NOTHING = SearchResult((), 0)
"""What a server that cannot be asked says."""
WINDOW = 20
"""Hits from the first on, whose order both engines decide."""
LONG = 5
"""From so many words on a query is a question, which the near engine judges alone."""

_SHARE, _SHARPNESS = 0.3, 8
_SHARE_OF_CORRECTED, _SHARPNESS_OF_CORRECTED = 2.0, 1


def is_for_both(query: Query) -> bool:
    """A few words by relevance, and a page within the window."""
    if query.order != "relevance" or (query.page - 1) * query.limit >= WINDOW:
        return False
    parsed = parse_text(query.text, str.split)
    return 0 < len(parsed.words) + sum(map(len, parsed.phrases)) < LONG


def for_near(query: Query) -> Query:
    """What the near engine is asked: all from the first hit to the end of the page."""
    last = query.page * query.limit + query.extra
    return replace(query, page=1, limit=max(WINDOW, last), extra=0)


def for_far(query: Query) -> Query:
    """What the search server is asked: its order, and nothing else."""
    return replace(query, page=1, limit=WINDOW, extra=0, facets=(), highlight=False)


def fuse(query: Query, near: SearchResult, far: SearchResult) -> SearchResult:
    """The page asked for, of what the near engine found."""
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
    # A stable order: where the server has nothing to say, the near engine's holds.
    return tuple(sorted(weighed, key=lambda hit: -hit.score))


def _server_scores(query: Query, near: SearchResult, far: SearchResult) -> dict[object, float]:
    """What the server's opinion adds to each document; the near engine's best has 1."""
    if parse_text(query.text, str.split).phrases:
        # All hold the phrase already; what is left is how near the other words are: its own craft,
        # and its scores, which leave out how new a thing is, tell less of it than its order.
        return {hit.key: float(WINDOW - at) for at, hit in enumerate(far.hits)}
    share, sharpness = _SHARE, _SHARPNESS
    if near.corrected is not None:
        share, sharpness = _SHARE_OF_CORRECTED, _SHARPNESS_OF_CORRECTED
    return {hit.key: share * hit.score**sharpness for hit in far.hits}
