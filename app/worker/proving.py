"""Is an index true to the store: held against it, both ways, and put right where it is not.

Every document's mark is compared each time, which is cheap; but a mark says only what whoever wrote
it wanted. So the contents are compared too, as the index holds them: of all documents, or of one
share of them, the next share at each turn. Whatever looks wrong is looked at once more before it is
called so, since the log goes on meanwhile.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final
from uuid import UUID

from app.changes import head
from app.published import changes
from app.runtime import Runtime
from app.search.protocol import Document, Engine, Key, Mark, Parked
from app.worker.reading import AT_ONCE, everything, states

Advance = Callable[[int], None]

SHARE: Final = 2_000
"""Documents whose contents are compared at one turn; a hundredth of all where that is more."""
_TURNS: Final = 100
_NAMED: Final = 5

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
    altered: list[Key] = field(default_factory=list)
    """Marked as they should be, and other things are in them."""
    strangers: tuple[str, ...] = ()
    """What is in the index by names that are none of ours."""

    @property
    def agrees(self) -> bool:
        """Every document is there, as it should be, and nothing else, and so are the settings."""
        return not (self.differing or self.settings)

    @property
    def differing(self) -> list[str]:
        """All things that differ, by name."""
        keys = (*self.missing, *self.outdated, *self.altered, *self.surplus)
        return [*(f"{key.kind} {key.id}" for key in keys), *self.strangers]


def compare(
    runtime: Runtime,
    engine: Engine,
    advance: Advance = lambda _done: None,
    *,
    turn: int | None = None,
    since: int | None = None,
) -> Comparison:
    """Hold every document against the store, and the contents of one share of them; of all without
    a `turn`. What the log names after `since` (its head at the start) is no difference: whoever
    follows it will write that."""
    with runtime.database.reading() as tx:
        since = head(tx).sequence if since is None else since
    settings, strangers = tuple(engine.differing()), tuple(engine.strangers())
    held: dict[Key, Mark] = {}
    suspects: dict[Key, Mark | None] = {}
    for key, mark in engine.marks():
        if key in held:
            suspects[key] = None  # twice
        held[key] = mark
    documents = len(held)
    shares = 1 if turn is None else min(_TURNS, max(1, ceil(documents / SHARE)))
    for portion in everything(runtime):
        looked = []
        for made in portion:
            borne = held.pop(made.key, None)
            if borne != made.mark:
                suspects[made.key] = borne
            elif made.key.id.int % shares == (turn or 0) % shares:
                looked.append(made)
        suspects |= {made.key: made.mark for made in _held_otherwise(engine, looked)}
        advance(len(portion))
    suspects |= held
    found = _judged(runtime, engine, suspects, since)
    cursor, parked = engine.cursor(), tuple(engine.parked())
    with runtime.database.reading() as tx:
        behind, _ = changes.behind(tx, head(tx), cursor, runtime.clock())
    return Comparison(
        *(engine.name, documents, found.missing, found.outdated, found.surplus),
        *(settings, parked, behind, found.altered, strangers),
    )


def mend(runtime: Runtime, engine: Engine, *, turn: int | None = None) -> Comparison:
    """Compare, and write again what differs; what was found is returned."""
    since = changes.sequence_of(engine.cursor() or "")
    found = compare(runtime, engine, turn=turn, since=since)
    wrong = [*found.missing, *found.outdated, *found.altered, *found.surplus]
    for keys in _portions(wrong):
        looked = _by_kind(keys)
        with runtime.database.reading() as tx:
            upserts, deletes = states(runtime, tx, head(tx), looked)
        engine.apply(upserts, deletes)
    engine.expel(found.strangers)
    if found.settings:
        engine.tend()
    parked = {one.key for one in found.parked}
    if found.settings or found.strangers or set(wrong) - parked:
        names = found.differing
        _LOG.warning(
            "%s differed from the store and was mended: %d missing, %d outdated, %d altered, "
            "%d surplus, %d strange, settings %s%s",
            *(found.engine, len(found.missing), len(found.outdated), len(found.altered)),
            *(len(found.surplus), len(found.strangers), ", ".join(found.settings) or "right"),
            "".join(f"; {name}" for name in names[:_NAMED]) + (" …" if names[_NAMED:] else ""),
        )
    return found


@dataclass(frozen=True, slots=True)
class _Verdict:
    missing: list[Key] = field(default_factory=list)
    outdated: list[Key] = field(default_factory=list)
    altered: list[Key] = field(default_factory=list)
    surplus: list[Key] = field(default_factory=list)


def _judged(
    runtime: Runtime, engine: Engine, suspects: dict[Key, Mark | None], since: int
) -> _Verdict:
    """How those differ that do, now that they are looked at once more."""
    found = _Verdict()
    for keys in _portions(list(suspects)):
        seals = engine.seals(keys)
        with runtime.database.reading() as tx:
            # After the index was read: what was written there meanwhile is in the log by now.
            moving = changes.subjects_since(tx, since)
            left = [key for key in keys if (key.kind, key.id) not in moving]
            upserts, gone = states(runtime, tx, head(tx), _by_kind(left))
        for made in upserts:
            if made.key not in seals:
                found.missing.append(made.key)
            elif seals[made.key] != engine.seal(made):
                is_marked_so = suspects[made.key] == made.mark
                (found.altered if is_marked_so else found.outdated).append(made.key)
        found.surplus.extend(key for key in gone if key in seals)
    return found


def _held_otherwise(engine: Engine, documents: Sequence[Document]) -> Iterator[Document]:
    seals = engine.seals([made.key for made in documents]) if documents else {}
    return (made for made in documents if seals.get(made.key) != engine.seal(made))


def _by_kind(keys: Sequence[Key]) -> dict[str, list[UUID]]:
    return {kind: [key.id for key in keys if key.kind == kind] for kind in {k.kind for k in keys}}


def _portions(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
