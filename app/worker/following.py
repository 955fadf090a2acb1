"""One portion of the change log, from the store into an engine."""

from app.changes import head
from app.published import changes
from app.runtime import Runtime
from app.search.protocol import Engine
from app.worker.reading import AT_ONCE, states


def follow(runtime: Runtime, engine: Engine) -> bool:
    """Catch up by one portion; false when there was nothing to do."""
    after = changes.sequence_of(engine.cursor() or "")
    with runtime.database.reading() as tx:
        log = head(tx)
        looked, last = changes.subjects_after(tx, after, AT_ONCE)
        if last == after:
            return False
        upserts, deletes = states(runtime, tx, log, looked)
        cursor = changes.cursor_at(tx, last, runtime.settings.timezone)
    engine.apply(upserts, deletes, cursor)
    runtime.search.wrote()
    return True
