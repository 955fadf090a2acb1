"""An index made anew: in place where that leaves no gap, else beside the one that answers."""

import logging
from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic
from typing import Final, TypeVar

from app import checks
from app.changes import head
from app.errors import Unavailable
from app.logs import Pace
from app.published import changes
from app.runtime import Runtime
from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Document, Engine, IndexBusy, Key, Replacement
from app.worker.following import follow
from app.worker.proving import Advance, compare, mend
from app.worker.reading import everything, size

_TOLD_EVERY: Final = 10.0
"""Seconds after which it is written down again that a build goes on."""

_PATIENCE: Final = 30.0
"""Seconds for which a command waits for another process to finish its portion."""
_LOOK_AGAIN: Final = 0.5
"""Seconds between two looks whether another process has built the index."""

_LOG = logging.getLogger("willay.search")

Done = TypeVar("Done")


def rebuild(
    runtime: Runtime, engine: Engine, advance: Advance | None = None, *, patience: float = _PATIENCE
) -> None:
    """Write every document anew and drop what no longer is; readers never see a gap.

    The cursor is set last, to where the log was at the start, so that what happened meanwhile is
    followed afterwards. `advance` is told how many things are done; without it, the log is. While
    another process builds, this waits for `patience` seconds and then raises `IndexBusy`.
    """
    advance = advance or Pace(f"Building the index of {engine.name}", size(runtime))
    replacement = _patiently(engine.beside, patience)
    advance = _telling(runtime, engine, advance)
    if replacement is None:
        there = _filled(runtime, engine, advance)
        engine.release()
    else:
        with replacement:
            there = _filled(runtime, replacement, advance)
            _replace(runtime, replacement)
        while follow(runtime, engine):
            pass
    with runtime.database.writing() as tx:
        checks.building(tx, engine.index, None)
    runtime.search.wrote()
    _LOG.info("%s was rebuilt: %d documents", engine.name, there)


def rewrite(runtime: Runtime, engine: Engine, advance: Advance = lambda _done: None) -> None:
    """Write the whole index anew, so that nothing of what was deleted stays in its files."""
    with runtime.database.reading() as tx:
        cursor = changes.cursor_at(tx, head(tx).sequence, runtime.settings.timezone)

    def portions() -> Iterator[list[Document]]:
        for portion in everything(runtime):
            yield portion
            advance(len(portion))

    _patiently(lambda: engine.rewrite(portions(), cursor))
    runtime.search.wrote()


def ensure(runtime: Runtime) -> None:
    """Build what there is no index of this version of, so that nobody searches an empty one.

    Where another process builds it, wait for that one, or go on with it when that one dies. An
    engine on another machine is left to the worker when another can answer meanwhile, or when it
    cannot be reached.
    """
    search = runtime.search
    if complaint := search.get().complaint():
        _LOG.warning("%s: %s", search.main.name, complaint)
    held = search.standby or search.main
    is_told, pause = False, Event()
    try:
        while (engine := held.to_write()).cursor() is None:
            try:
                # Without patience: once the other is ready, there is nothing left to build.
                rebuild(runtime, engine, patience=0.0)
            except IndexBusy:
                if not is_told:
                    _LOG.info("waiting for another process, which builds the search index")
                is_told = True
                pause.wait(_LOOK_AGAIN)
    except Unavailable as error:
        if held.name == EmbeddedEngine.name:
            raise
        _LOG.warning("%s is not built yet: %s", held.name, error.message)


def restore(engine: Engine) -> bool:
    """Put the index that was replaced last back into its place; false when none was kept."""
    return _patiently(engine.restore)


def _telling(runtime: Runtime, engine: Engine, advance: Advance) -> Advance:
    """Writes down from time to time that the build goes on."""
    told = monotonic() - _TOLD_EVERY

    def tell(done: int) -> None:
        nonlocal told
        if monotonic() - told >= _TOLD_EVERY:
            told = monotonic()
            with runtime.database.writing() as tx:
                checks.building(tx, engine.index, runtime.clock())
        advance(done)

    return tell


def _filled(runtime: Runtime, engine: Engine, advance: Advance) -> int:
    with runtime.database.reading() as tx:
        cursor = changes.cursor_at(tx, head(tx).sequence, runtime.settings.timezone)
    there: set[Key] = set()
    for portion in everything(runtime):
        _patiently(lambda portion=portion: engine.apply(portion, []))  # type: ignore[misc]  # bound at once
        there |= {made.key for made in portion}
        advance(len(portion))
    gone = [key for key, _ in engine.marks() if key not in there]
    _patiently(lambda: engine.apply([], gone, cursor))
    return len(there)


def _replace(runtime: Runtime, replacement: Replacement) -> None:
    """Replay what happened meanwhile, prove the new index, and let it take over."""
    while follow(runtime, replacement):
        pass
    found = compare(runtime, replacement)
    if not found.agrees:
        mend(runtime, replacement)
        found = compare(runtime, replacement)
    parked = {one.key for one in found.parked}
    wrong = [*found.surplus, *(key for key in found.missing if key not in parked)]
    if wrong and not found.behind:
        raise Unavailable(
            "search_rebuild_differs",
            f"The new index differs from the store in {len(wrong)} things.",
        )
    _patiently(replacement.take_over)


def _patiently(act: Callable[[], Done], patience: float = _PATIENCE) -> Done:
    """Act as soon as no other process writes."""
    until = monotonic() + patience
    pause = Event()
    while True:
        try:
            return act()
        except IndexBusy:
            if monotonic() > until:
                raise
            pause.wait(0.05)
