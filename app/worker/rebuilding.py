"""Rebuilds an index: in place if that leaves no gap, else beside the one that answers."""

import logging
from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic
from typing import Final, TypeVar

from app import checks
from app.changes import head
from app.errors import Unavailable
from app.logs import ProgressLog
from app.published import changes
from app.runtime import Runtime
from app.search.protocol import Document, Engine, IndexBusy, Replacement
from app.worker.catch_up import catch_up
from app.worker.index_documents import all_documents, count_documents
from app.worker.verification import Advance, compare, repair

_TOLD_EVERY: Final = 10.0
"""Seconds until a running build is recorded again."""

_PATIENCE: Final = 30.0
"""Seconds that a command waits for another process to finish its portion."""

_LOG = logging.getLogger("willay.search")

Done = TypeVar("Done")


def rebuild(
    runtime: Runtime, engine: Engine, advance: Advance | None = None, *, patience: float = _PATIENCE
) -> None:
    """Write every document anew and drop the surplus; readers never see a gap.

    The cursor is set last, to the log's position at the start, so changes made meanwhile are
    followed afterwards. `advance` gets the number of finished documents; without it, progress is
    logged. If another process builds, this waits `patience` seconds and then raises `IndexBusy`.
    """
    advance = advance or progress_log(runtime, engine)
    replacement = _retry_while_busy(engine.new_replacement, patience)
    advance = _with_build_mark(runtime, engine, advance)
    if replacement is None:
        rewrite(runtime, engine, advance, patience=patience)
        engine.release()
    else:
        with replacement:
            _fill_replacement(runtime, replacement, advance)
            _take_over(runtime, engine, replacement)
        while catch_up(runtime, engine):
            pass
    with runtime.database.writing() as tx:
        checks.mark_build(tx, engine.index, None)
    runtime.search.note_write()
    _LOG.info("%s was rebuilt: %d documents", engine.name, engine.count())


def progress_log(runtime: Runtime, engine: Engine, also: Advance = lambda _count: None) -> Advance:
    """An `advance` that logs how far the build is, and calls `also` with each step."""
    log = ProgressLog(f"Building the index of {engine.name}", count_documents(runtime))

    def advance(count: int) -> None:
        also(count)
        log(count)

    return advance


def rewrite(
    runtime: Runtime,
    engine: Engine,
    advance: Advance = lambda _count: None,
    *,
    patience: float = _PATIENCE,
) -> None:
    """Write the whole index anew, so that no deleted text stays in its files."""
    cursor = _current_cursor(runtime)

    def portions() -> Iterator[list[Document]]:
        for portion in all_documents(runtime):
            yield portion
            advance(len(portion))

    _retry_while_busy(lambda: engine.rewrite(portions(), cursor), patience)
    runtime.search.note_write()


def restore_previous(engine: Engine) -> bool:
    """Restore the index that the last rebuild replaced; false if none was kept."""
    return _retry_while_busy(engine.restore)


def _with_build_mark(runtime: Runtime, engine: Engine, advance: Advance) -> Advance:
    """An `advance` that also records from time to time that the build goes on."""
    marked_at = monotonic() - _TOLD_EVERY

    def advance_and_mark(count: int) -> None:
        nonlocal marked_at
        if monotonic() - marked_at >= _TOLD_EVERY:
            marked_at = monotonic()
            with runtime.database.writing() as tx:
                checks.mark_build(tx, engine.index, runtime.clock())
        advance(count)

    return advance_and_mark


def _current_cursor(runtime: Runtime) -> str:
    with runtime.database.reading() as tx:
        return changes.cursor_at(tx, head(tx).sequence, runtime.settings.timezone)


def _fill_replacement(runtime: Runtime, engine: Replacement, advance: Advance) -> None:
    """Write everything into an empty index."""
    cursor = _current_cursor(runtime)
    for portion in all_documents(runtime):
        _retry_while_busy(lambda portion=portion: engine.apply(portion, []))  # type: ignore[misc]  # bound at once
        advance(len(portion))
    _retry_while_busy(lambda: engine.apply([], [], cursor))


def _take_over(runtime: Runtime, engine: Engine, replacement: Replacement) -> None:
    """Replay later changes, verify the new index, and let it take over."""
    while catch_up(runtime, replacement):
        pass
    progress = ProgressLog(f"Checking the new index of {engine.name}", count_documents(runtime))
    advance = _with_build_mark(runtime, engine, progress)
    comparison = compare(runtime, replacement, advance)
    if not comparison.agrees:
        repair(runtime, replacement)
        comparison = compare(runtime, replacement)
    parked = {thing.key for thing in comparison.parked}
    wrong = [*comparison.surplus, *(key for key in comparison.missing if key not in parked)]
    if wrong and not comparison.behind:
        raise Unavailable(
            "search_rebuild_differs",
            f"The new index differs from the store in {len(wrong)} things.",
        )
    _retry_while_busy(replacement.take_over)


def _retry_while_busy(act: Callable[[], Done], patience: float = _PATIENCE) -> Done:
    """Act as soon as no other process writes; `IndexBusy` after `patience` seconds."""
    until = monotonic() + patience
    pause = Event()
    while True:
        try:
            return act()
        except IndexBusy:
            if monotonic() > until:
                raise
            pause.wait(0.05)
