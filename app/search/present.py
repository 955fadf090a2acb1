"""What the store says now in place of what an index is late of.

The index is asked to leave out what it is late of: neither a hit, nor a count, nor a correction
then tells of a text that was withdrawn or corrected. What of it is visible is found in an index of
its own, made of the store's words, and comes first.
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
from app.published import late as published
from app.published.memory import Memory
from app.search.documents import document
from app.search.embedded import few
from app.search.protocol import (
    DEEPEST,
    FACET_VALUES,
    Document,
    FacetName,
    Found,
    Hit,
    Key,
    Keys,
    Query,
    Suggestion,
)


@dataclass(frozen=True, slots=True)
class Late:
    """What an index is late of, and the present state of that where there is one; nothing that the
    index counts is to be believed when it is not known how late it is."""

    keys: Keys = ()
    documents: tuple[Document, ...] = ()
    is_known: bool = True


def thing(found: Hit | Suggestion) -> tuple[str, UUID, int]:
    """What is found, by its kind, its id and the version of it."""
    return found.key.kind, found.key.id, found.version


Ask = Callable[[Query], Found]


def late(
    database: Database,
    memory: Memory,
    clock: Clock,
    calendar: Calendar,
    cursor: str | None,
    parked: Sequence[Key],
) -> Late:
    """What an index is late of that has come to a cursor and could not hold some things."""
    with database.reading() as tx:
        log, now = head(tx), clock()
        things = [(key.kind, key.id) for key in parked]
        tags = partial(memory.tags, tx, log)
        found = published.late(tx, tags, log, cursor, things, now, calendar.name)
    if found is None:
        return Late(is_known=False)
    keys = tuple(Key(cast(ContentKind, kind), key) for kind, key in found.things)
    return Late(keys, tuple(document(thing, calendar) for thing in found.present))


def search(late: Late, languages: tuple[str, ...], query: Query, ask: Ask) -> Found:
    """What an index answers, with the present state of what it is late of."""
    if not late.is_known:
        return _seen(query, ask(query))
    if not late.keys:
        return ask(query)
    asked = replace(query, filter=replace(query.filter, without=late.keys))
    if not late.documents:
        return ask(asked)
    # Those that come first move all others, so the page is cut when both are there.
    last = query.page * query.limit
    found = ask(replace(asked, page=1, limit=min(last, DEEPEST)))
    present = few.of(late.documents, languages)
    newer = present.search(query)
    if not newer.total and found.corrected is not None:
        newer = present.search(replace(query, text=found.corrected))
    best = max((hit.score for hit in found.hits), default=0.0)
    hits = (*(replace(hit, score=max(hit.score, best)) for hit in newer.hits), *found.hits)
    start = last - query.limit
    return replace(
        found,
        hits=hits[start : last + query.extra],
        total=found.total + newer.total,
        facets={name: _summed(name, found, newer) for name in query.facets},
        did_you_mean=None if newer.total else found.did_you_mean,
    )


def suggest(
    late: Late,
    languages: tuple[str, ...],
    text: str,
    spoken: Sequence[str],
    limit: int,
    ask: Callable[[Keys], list[Suggestion]],
) -> list[Suggestion]:
    """The same of completions."""
    newer: list[Suggestion] = []
    if late.documents:
        newer = few.of(late.documents, languages).suggest(text, spoken, limit)
    return [*newer, *ask(late.keys)][:limit]


def _seen(query: Query, found: Found) -> Found:
    """What can be looked up, and no count of what cannot."""
    total = min(found.total, (query.page - 1) * query.limit + len(found.hits)) if found.hits else 0
    return Found(found.hits, total, total_is_exact=False, facets=dict.fromkeys(query.facets, ()))


def _summed(name: FacetName, one: Found, other: Found) -> tuple[tuple[str, int], ...]:
    counted = Counter(dict(one.facets.get(name, ())))
    counted.update(dict(other.facets.get(name, ())))
    values = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(values[:FACET_VALUES])
