"""Is an index true to the store: every document held against it, and put right where it is not."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.changes import head
from app.published import changes
from app.runtime import Runtime
from app.search.protocol import Engine, Key, Mark, Parked
from app.worker.reading import AT_ONCE, everything, states

Advance = Callable[[int], None]

_LOG = logging.getLogger("willay.search")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an index differs from the store, both ways; empty when it is true."""

    engine: str
    documents: int
    missing: list[Key]
    outdated: list[Key]
    surplus: list[Key]
    settings: tuple[str, ...]
    """Names of settings of the engine that are not as they should be."""
    parked: tuple[Parked, ...]
    """What it could not take in; these are missing or outdated as well."""
    behind: int
    """Entries of the log that search has not followed yet."""

    @property
    def agrees(self) -> bool:
        """Every document is there, as it should be, and nothing else, and so are the settings."""
        return not (self.missing or self.outdated or self.surplus or self.settings)


def compare(runtime: Runtime, engine: Engine, advance: Advance = lambda _done: None) -> Comparison:
    """Hold every document against the store, by version and digest."""
    settings = tuple(engine.differing())
    held: dict[Key, Mark] = dict(engine.marks())
    documents = len(held)
    missing: list[Key] = []
    outdated: list[Key] = []
    for portion in everything(runtime):
        for made in portion:
            mark = held.pop(made.key, None)
            if mark is None:
                missing.append(made.key)
            elif mark != made.mark:
                outdated.append(made.key)
        advance(len(portion))
    cursor, parked = engine.cursor(), tuple(engine.parked())
    with runtime.database.reading() as tx:
        behind, _ = changes.behind(tx, head(tx), cursor, runtime.clock())
    return Comparison(
        engine.name, documents, missing, outdated, list(held), settings, parked, behind
    )


def mend(runtime: Runtime, engine: Engine) -> Comparison:
    """Compare, and write again what differs; what was found is returned."""
    found = compare(runtime, engine)
    for keys in _portions([*found.missing, *found.outdated, *found.surplus]):
        looked = {kind: [key.id for key in keys if key.kind == kind] for kind in _kinds(keys)}
        with runtime.database.reading() as tx:
            upserts, deletes = states(runtime, tx, head(tx), looked)
        engine.apply(upserts, deletes)
    if found.settings and (cursor := engine.cursor()) is not None:
        engine.apply([], [], cursor)  # looks at the settings first
    if not found.agrees:
        _LOG.warning(
            "%s differed from the store and was mended: %d missing, %d outdated, %d surplus, "
            "settings %s",
            *(found.engine, len(found.missing), len(found.outdated), len(found.surplus)),
            ", ".join(found.settings) or "right",
        )
    return found


def _kinds(keys: Sequence[Key]) -> set[str]:
    return {key.kind for key in keys}


def _portions(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
