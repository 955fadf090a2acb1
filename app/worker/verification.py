"""Compares an index with the store in both directions, and mends the differences.

Every document's mark is compared each time, which is cheap. But a mark only says what its writer
meant to write, so the contents are compared as well: of all documents, or of one share, with the
next share at the next turn. The log goes on meanwhile, so every suspect is read once more before it
counts as different.
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
from app.worker.index_documents import AT_ONCE, all_documents, documents_of
from app.worker.mark_list import MarkList

Advance = Callable[[int], None]

SHARE: Final = 2_000
"""Documents whose contents one turn compares; a hundredth of all if that is more."""
_TURNS: Final = 100
_NAMED: Final = 5

_LOG = logging.getLogger("willay.search")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between an index and the store, both ways; empty if they agree."""

    engine: str
    documents: int
    missing: list[Key]
    outdated: list[Key]
    surplus: list[Key]
    settings: tuple[str, ...]
    """The names of engine settings that are not as they should be."""
    parked: tuple[Parked, ...]
    """Documents that the engine could not take; these are missing or outdated as well."""
    behind: int
    """Entries of the log that search has not followed yet."""
    altered: list[Key] = field(default_factory=list)
    """Documents with the right mark but other content."""
    strangers: tuple[str, ...] = ()
    """Names in the index that are not ours."""

    @property
    def agrees(self) -> bool:
        """Whether index and store hold the same documents, and the settings are right."""
        return not (self.differing or self.settings)

    @property
    def differing(self) -> list[str]:
        """The names of all things that differ."""
        keys = (*self.missing, *self.outdated, *self.altered, *self.surplus)
        return [*(f"{key.kind} {key.id}" for key in keys), *self.strangers]


def compare(
    runtime: Runtime,
    engine: Engine,
    advance: Advance = lambda _count: None,
    *,
    turn: int | None = None,
    since: int | None = None,
) -> Comparison:
    """Compare every document's mark, and the contents of one share of documents (of all without a
    `turn`). Entries of the log after `since` (by default its head at the start) are no differences:
    a follower will still write them."""
    with runtime.database.reading() as tx:
        since = head(tx).sequence if since is None else since
    settings, strangers = tuple(engine.differing_settings()), tuple(engine.strangers())
    marks = MarkList(engine.marks())
    suspects: dict[Key, Mark | None] = {}
    documents = len(marks)
    shares = 1 if turn is None else min(_TURNS, max(1, ceil(documents / SHARE)))
    for portion in all_documents(runtime):
        looked = []
        for new_document in portion:
            borne = marks.take(new_document.key)
            if borne != new_document.mark:
                suspects[new_document.key] = borne
            elif new_document.key.id.int % shares == (turn or 0) % shares:
                looked.append(new_document)
        suspects |= {
            new_document.key: new_document.mark for new_document in _held_otherwise(engine, looked)
        }
        advance(len(portion))
    suspects |= marks.left()
    differences = _judge_suspects(runtime, engine, suspects, since)
    cursor, parked = engine.cursor(), tuple(engine.parked())
    with runtime.database.reading() as tx:
        behind, _ = changes.lag_of(tx, head(tx), cursor, runtime.clock())
    return Comparison(
        *(engine.name, documents, differences.missing, differences.outdated, differences.surplus),
        *(settings, parked, behind, differences.altered, strangers),
    )


def repair(
    runtime: Runtime,
    engine: Engine,
    *,
    turn: int | None = None,
    advance: Advance = lambda _count: None,
) -> Comparison:
    """Compare, write the differences again, and return the comparison."""
    since = changes.sequence_of(engine.cursor() or "")
    comparison = compare(runtime, engine, advance, turn=turn, since=since)
    wrong = [*comparison.missing, *comparison.outdated, *comparison.altered, *comparison.surplus]
    for keys in _split_portions(wrong):
        looked = _by_kind(keys)
        with runtime.database.reading() as tx:
            upserts, deletes = documents_of(runtime, tx, head(tx), looked)
        engine.apply(upserts, deletes)
    engine.delete_strangers(comparison.strangers)
    if comparison.settings:
        engine.repair_settings()
    parked = {thing.key for thing in comparison.parked}
    if comparison.settings or comparison.strangers or set(wrong) - parked:
        names = comparison.differing
        _LOG.warning(
            "%s differed from the store and was mended: %d missing, %d outdated, %d altered, "
            "%d surplus, %d strange, settings %s%s",
            *(
                comparison.engine,
                len(comparison.missing),
                len(comparison.outdated),
                len(comparison.altered),
            ),
            *(
                len(comparison.surplus),
                len(comparison.strangers),
                ", ".join(comparison.settings) or "right",
            ),
            "".join(f"; {name}" for name in names[:_NAMED]) + (" …" if names[_NAMED:] else ""),
        )
    return comparison


@dataclass(frozen=True, slots=True)
class _Differences:
    missing: list[Key] = field(default_factory=list)
    outdated: list[Key] = field(default_factory=list)
    altered: list[Key] = field(default_factory=list)
    surplus: list[Key] = field(default_factory=list)


def _judge_suspects(
    runtime: Runtime, engine: Engine, suspects: dict[Key, Mark | None], since: int
) -> _Differences:
    """The suspects that still differ after a second look, by kind of difference."""
    differences = _Differences()
    for keys in _split_portions(list(suspects)):
        seals = engine.seals(keys)
        with runtime.database.reading() as tx:
            # This is read after the index, so the log shows what was written there meanwhile.
            moving = changes.subjects_since(tx, since)
            left = [key for key in keys if (key.kind, key.id) not in moving]
            upserts, absent = documents_of(runtime, tx, head(tx), _by_kind(left))
        for document in upserts:
            if document.key not in seals:
                differences.missing.append(document.key)
            elif seals[document.key] != engine.seal(document):
                is_marked_so = suspects[document.key] == document.mark
                (differences.altered if is_marked_so else differences.outdated).append(document.key)
        differences.surplus.extend(key for key in absent if key in seals)
    return differences


def _held_otherwise(engine: Engine, documents: Sequence[Document]) -> Iterator[Document]:
    seals = engine.seals([document.key for document in documents]) if documents else {}
    return (document for document in documents if seals.get(document.key) != engine.seal(document))


def _by_kind(keys: Sequence[Key]) -> dict[str, list[UUID]]:
    return {kind: [key.id for key in keys if key.kind == kind] for kind in {k.kind for k in keys}}


def _split_portions(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
