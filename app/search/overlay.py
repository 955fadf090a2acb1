"""Replaces what an index is late of by the store's present state.

The index is asked to leave out the things that it is late of. So no hit, count or correction
reveals a text that was withdrawn or corrected. The visible ones among them are searched in a small
index made from the store, and come first.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast
from uuid import UUID

from app.changes import head
from app.database import Database
from app.kit.calendar import Calendar
from app.kit.clock import Clock
from app.public.vocabulary import ContentKind
from app.published import index_lag as published
from app.published.cache import ReadCache
from app.search.documents import to_document
from app.search.embedded import memory_index
from app.search.protocol import (
    DEEPEST,
    FACET_VALUES,
    Document,
    FacetName,
    Hit,
    Key,
    Keys,
    Query,
    SearchResult,
    Suggestion,
)


@dataclass(frozen=True, slots=True)
class Overlay:
    """The things that an index is late of, and the present documents of those that are visible. If
    its lateness is unknown, none of its counts can be trusted."""

    keys: Keys = ()
    documents: tuple[Document, ...] = ()
    is_known: bool = True


def thing_of(hit: Hit | Suggestion) -> tuple[str, UUID, int]:
    """The identity of a result: its kind, its id and its version."""
    return hit.key.kind, hit.key.id, hit.version


Ask = Callable[[Query], SearchResult]


def load_overlay(
    database: Database,
    memory: ReadCache,
    clock: Clock,
    calendar: Calendar,
    cursor: str | None,
    parked: Sequence[Key],
) -> Overlay:
    """The overlay of an index at a cursor that could not hold the parked things."""
    with database.reading() as tx:
        log, now = head(tx), clock()
        things = [(key.kind, key.id) for key in parked]
        tags = partial(memory.tags, tx, log)
        lag = published.find_index_lag(tx, tags, log, cursor, things, now, calendar.name)
    if lag is None:
        return Overlay(is_known=False)
    keys = tuple(Key(cast(ContentKind, kind), key) for kind, key in lag.things)
    return Overlay(keys, tuple(to_document(thing, calendar) for thing in lag.present))


def search_with_overlay(
    late: Overlay, languages: tuple[str, ...], query: Query, ask: Ask
) -> SearchResult:
    """The index's answer, with the present state of the things that it is late of."""
    if not late.is_known:
        return _within_depth(query, ask(query))
    if not late.keys:
        return ask(query)
    narrowed = replace(query, filter=replace(query.filter, without=late.keys))
    if not late.documents:
        return ask(narrowed)
    # The newer hits come first and move all others, so the page is cut after both are joined.
    last = query.page * query.limit
    result = ask(replace(narrowed, page=1, limit=min(last, DEEPEST)))
    present = memory_index.cached_index(late.documents, languages)
    newer = present.search(query)
    if not newer.total and result.corrected is not None:
        newer = present.search(replace(query, text=result.corrected))
    best = max((hit.score for hit in result.hits), default=0.0)
    hits = (*(replace(hit, score=max(hit.score, best)) for hit in newer.hits), *result.hits)
    start = last - query.limit
    return replace(
        result,
        hits=hits[start : last + query.extra],
        total=result.total + newer.total,
        facets={name: _sum_facet(name, result, newer) for name in query.facets},
        did_you_mean=None if newer.total else result.did_you_mean,
    )


def suggest_with_overlay(
    late: Overlay,
    languages: tuple[str, ...],
    text: str,
    site_languages: Sequence[str],
    limit: int,
    ask: Callable[[Keys], list[Suggestion]],
) -> list[Suggestion]:
    """The index's completions, with the present state of the things that it is late of."""
    newer: list[Suggestion] = []
    if late.documents:
        newer = memory_index.cached_index(late.documents, languages).suggest(
            text, site_languages, limit
        )
    return [*newer, *ask(late.keys)][:limit]


def _within_depth(query: Query, result: SearchResult) -> SearchResult:
    """The hits that can be looked up, with no count of those that cannot."""
    total = (
        min(result.total, (query.page - 1) * query.limit + len(result.hits)) if result.hits else 0
    )
    return SearchResult(
        result.hits, total, total_is_exact=False, facets=dict.fromkeys(query.facets, ())
    )


def _sum_facet(
    name: FacetName, left: SearchResult, other: SearchResult
) -> tuple[tuple[str, int], ...]:
    counts = Counter(dict(left.facets.get(name, ())))
    counts.update(dict(other.facets.get(name, ())))
    values = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(values[:FACET_VALUES])
