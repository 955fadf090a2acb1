"""The state of search as gauges. Each configured engine has its own label, whichever is in use."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from app import checks
from app.changes import head
from app.errors import Unavailable
from app.published import changes
from app.runtime import Runtime

_TOLD = (
    ("behind_changes", "Changes that search has not followed."),
    ("behind_seconds", "Since the oldest of them."),
    ("degraded", "1 while this engine cannot be asked, or is late."),
    ("parked", "Things that the engine could not take in."),
    ("resting", "1 while the server, which did not answer, is left alone by this process."),
    ("task_seconds", "Since the server was given the oldest task that it has not done."),
    ("last_check_timestamp_seconds", "When all was last held against the store; 0 for never."),
    ("last_check_differences", "Things that differed then."),
    ("building", "1 while the index is built anew."),
)


def search_metrics(runtime: Runtime) -> Iterator[Metric]:
    """The metrics. They ask the search server, as `/readyz` does, and leave out unknown values."""
    families = {
        name: GaugeMetricFamily(f"willay_search_{name}", meaning, labels=["engine"])
        for name, meaning in _TOLD
    }
    mended = CounterMetricFamily(
        "willay_search_mended", "Things that differed and were written again.", labels=["engine"]
    )
    for engine, values in _values(runtime):
        mended.add_metric([engine], values.pop("mended"))
        for name, value in values.items():
            families[name].add_metric([engine], value)
    yield from families.values()
    yield mended


def _values(runtime: Runtime) -> Iterator[tuple[str, dict[str, float]]]:
    for handle, fact in runtime.search.engine_statuses():
        engine, now = handle.get(), runtime.clock()
        with runtime.database.reading() as tx:
            log, check = head(tx), checks.last_check(tx, engine.index, now)
            behind = changes.lag_of(tx, log, fact.cursor, log.moment(now))
        values = {
            "degraded": fact.degraded,
            "resting": handle.is_resting,
            "last_check_timestamp_seconds": check.checked_at.timestamp() if check.checked_at else 0,
            "last_check_differences": check.differing,
            "building": check.is_building,
            "mended": check.mended,
        }
        if fact.is_known:
            values |= {"behind_changes": behind[0], "behind_seconds": behind[1]}
        if not fact.degraded:
            values |= {"parked": len(fact.parked)}
            with suppress(Unavailable):
                waiting = engine.pending_task()
                values |= {"task_seconds": max(0.0, waiting.seconds) if waiting else 0.0}
        yield fact.engine, {name: float(value) for name, value in values.items()}
