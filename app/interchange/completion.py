"""The end of an import: webhooks hear of it, and caches forget everything if it was a quiet one.

An import that was cut off says nothing at its end. Then the next import of its source does, or the
worker, once the import has given no sign of life for some minutes.
"""

from collections.abc import Mapping
from uuid import UUID

from app import desk_events
from app.changes import PublishTx
from app.editorial import import_batches
from app.interchange.report import ImportReport
from app.runtime import Runtime


def complete_import(runtime: Runtime, report: ImportReport, source: str, *, quiet: bool) -> None:
    """Tell of an import that came to its end, and of those of its source that did not."""
    counts = {"read": report.read, "refused": len(report.refused)}
    data: dict[str, object] = {**counts, "outcomes": dict(report.outcomes)}
    with runtime.publishing() as tx:
        if report.batch_id is not None:
            import_batches.complete(tx, report.batch_id, runtime.clock())
        _complete_interrupted(runtime, tx, source)
        _tell(runtime, tx, report.batch_id, data, is_quiet=quiet)


def complete_job(runtime: Runtime, job_id: UUID) -> None:
    """Tell of what an import of the desk brought before it was stopped, or failed."""
    with runtime.publishing() as tx:
        for batch in import_batches.list_incomplete(tx, job_id):
            _complete_batch(runtime, tx, batch.id, is_quiet=batch.is_quiet)


def complete_interrupted(runtime: Runtime) -> bool:
    """Tell of the imports that were cut off; false when there are none."""
    now = runtime.clock()
    with runtime.database.reading() as read:
        if not import_batches.list_interrupted(read, now):
            return False
    with runtime.publishing() as tx:
        _complete_interrupted(runtime, tx, None)
    return True


def _complete_interrupted(runtime: Runtime, tx: PublishTx, source: str | None) -> None:
    for batch in import_batches.list_interrupted(tx, runtime.clock(), source):
        _complete_batch(runtime, tx, batch.id, is_quiet=batch.is_quiet)


def _complete_batch(runtime: Runtime, tx: PublishTx, batch_id: UUID, *, is_quiet: bool) -> None:
    import_batches.complete(tx, batch_id, runtime.clock())
    _tell(runtime, tx, batch_id, {"interrupted": True}, is_quiet=is_quiet)


def _tell(
    runtime: Runtime,
    tx: PublishTx,
    batch_id: UUID | None,
    data: Mapping[str, object],
    *,
    is_quiet: bool,
) -> None:
    """A quiet import that changed something is told to everybody, and every cache forgets all."""
    is_for_all = is_quiet and batch_id is not None
    if batch_id is not None:
        data = {**data, "batch_id": str(batch_id)}
        if is_quiet:
            tx.append("import", batch_id, "completed")
    desk_events.record(tx, "import.completed", runtime.clock(), data, to_all=is_for_all)
