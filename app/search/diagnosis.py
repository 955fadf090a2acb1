"""Says what is wrong with search and how to mend it, for an operator; changes nothing."""

from collections.abc import Iterator
from typing import Final

from app.search.failover import TASK_LATE, SearchService
from app.search.lateness import NEAR_ENGINE_LATE
from app.search.protocol import Engine

_LATE_SECONDS: Final = 60.0


def diagnose(search: SearchService) -> tuple[str, str]:
    """The state of search, and the remedy for its worst problem; "" if all is well."""
    search.make_read_only()
    engine = search.get()
    if complaint := engine.server_problem():
        return f"{engine.name} cannot be used", complaint
    if lacks := engine.missing_actions():
        return (
            f"the key of {engine.name} may not do {', '.join(lacks)}",
            "Give it these actions, or set WILLAY_MEILISEARCH_KEY to one that has them.",
        )
    behind, seconds = search.behind(engine.cursor())
    state = f"{engine.name}, {engine.count()} documents, {behind} changes behind"
    if (near := search.near_behind()) and near[0]:
        state += f", the index on this machine {near[0]}"
    if search.model:
        state += f"; English questions are ranked by meaning too (model {search.model})"
    return state, next(_iter_remedies(search, engine, seconds), "")


def _iter_remedies(search: SearchService, engine: Engine, seconds: float) -> Iterator[str]:
    """The remedies, for the worst problem first."""
    waiting, standing, parked = engine.pending_task(), search.status(), engine.parked()
    if waiting is not None and min(waiting.seconds, seconds) > TASK_LATE:
        yield (
            f"The search server has been at task {waiting.task} for {waiting.seconds:.0f} s: "
            "look at its disk and at its log."
        )
    if standing.trouble == NEAR_ENGINE_LATE:
        yield (
            "The index on this machine is late. `willay serve` and `willay worker` follow it: see "
            "the log of the one that runs here, and look at the disk."
        )
    if standing.trouble in ("search_not_built", "search_index_absent"):
        yield "The index is not there yet; `willay serve` or `willay worker` makes it."
    if standing.degraded:
        message = f"Searches are refused or fail ({standing.trouble})"
        if standing.engine != engine.name:
            message += f"; {standing.engine} answers in its place"
        if wrong := engine.differing_settings():
            message += f"; its settings are wrong ({', '.join(wrong)}), which a worker puts right"
        yield f"{message}: see the log."
    if seconds > _LATE_SECONDS:
        yield (
            f"It is {seconds:.0f} s late; run `willay serve` or `willay worker`. Where one runs, "
            "its log says what it waits for: look at the disk of the index too."
        )
    if parked:
        first = f"{parked[0].key.kind} {parked[0].key.id}: {parked[0].reason}"
        yield f"It cannot hold {len(parked)} things; mend them, as this one: {first}"
