"""One portion of the change log, from the store into an engine."""

from app.changes import head
from app.published import changes
from app.runtime import Runtime
from app.search.protocol import Document, Engine, Key
from app.worker.reading import AT_ONCE, states

_MOST_CHARACTERS = 5_000_000
"""Of one portion: it is in memory as a whole, and is sent so to a server."""


def follow(runtime: Runtime, engine: Engine) -> bool:
    """Catch up by one portion; false when there was nothing to do.

    A server does much at once nearly as fast as little, so it is given what several reads give;
    of a thing that is named again, the later state counts.
    """
    start = after = changes.sequence_of(engine.cursor() or "")
    changed: dict[Key, Document | None] = {}
    cursor, size = "", 0
    while after - start < engine.portion and size < _MOST_CHARACTERS:
        with runtime.database.reading() as tx:
            log = head(tx)
            looked, last = changes.subjects_after(tx, after, min(AT_ONCE, engine.portion))
            if last == after:
                break
            upserts, deletes = states(runtime, tx, log, looked)
            cursor = changes.cursor_at(tx, last)
        changed |= {made.key: made for made in upserts} | dict.fromkeys(deletes)
        size += sum(len(made.title) + len(made.summary) + len(made.body) for made in upserts)
        after = last
    if after == start:
        return False
    there = [made for made in changed.values() if made is not None]
    engine.apply(there, [key for key, made in changed.items() if made is None], cursor)
    runtime.search.wrote()
    return True
