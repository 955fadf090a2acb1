"""A run of an import of the desk: its files are put together, the run is made, its report kept."""

import logging
from collections import Counter
from typing import Any, Final

from app.editorial import import_jobs, import_runs
from app.editorial.import_jobs import JobState
from app.editorial.import_runs import ImportRun
from app.errors import Unavailable, WillayError
from app.importers.folder.entries import FolderImport
from app.importers.ghost.entries import GhostImport
from app.importers.job_files import ImportFiles, collect_files, discard_files
from app.importers.job_progress import ImportStopped, JobProgress
from app.importers.job_report import shorten_report
from app.importers.options import read_choices
from app.importers.source_import import SourceImport
from app.importers.source_run import (
    ImportOutcome,
    RunMode,
    run_records,
    run_source,
)
from app.importers.wordpress.entries import WordPressImport
from app.interchange.completion import complete_job
from app.interchange.undo import undo_batch
from app.kit.temporary_folders import temporary_folder
from app.runtime import Runtime

_OPENERS: Final[dict[str, type[SourceImport]]] = {
    "wordpress": WordPressImport,
    "ghost": GhostImport,
    "folder": FolderImport,
}

_LOG = logging.getLogger("willay.worker")


def run_job(runtime: Runtime, run: ImportRun) -> None:
    """Make a run that was asked for, and record its end. `Unavailable` when the store or the
    storage is away: then it may be made again."""
    try:
        if run.state == "undoing":
            _undo(runtime, run)
        else:
            _import(runtime, run)
    except ImportStopped:
        _stop(runtime, run)
    except Unavailable:
        raise
    except WillayError as error:
        _fail(runtime, run, error.code, error.message)
    except Exception:
        _LOG.exception("an import of the desk failed")
        _fail(runtime, run, "import_failed", "The import failed; the worker's log says where.")


def _import(runtime: Runtime, run: ImportRun) -> None:
    is_quiet = not run.options.get("announce")
    mode = RunMode(dry_run=run.state == "checking", quiet=is_quiet, job_id=run.id)
    with temporary_folder(runtime.settings.data_dir) as folder:
        files = collect_files(runtime, run.id, folder)
        outcome = _run(runtime, run, files, mode)
    report = shorten_report(outcome.as_json())
    with runtime.database.writing() as tx:
        now = runtime.clock()
        if mode.dry_run:
            import_runs.complete(tx, run.id, "checked", now, "check_report", report)
        else:
            import_runs.complete(tx, run.id, "imported", now, "import_report", report)
    if not mode.dry_run:
        discard_files(runtime, run.id)


def _run(runtime: Runtime, run: ImportRun, files: ImportFiles, mode: RunMode) -> ImportOutcome:
    progress = JobProgress(runtime, run.id)
    if run.source == "jsonl":
        return run_records(runtime, files.exports, progress.show, mode)
    options = read_choices(runtime.settings, run.options, files.media)
    opener = _OPENERS[run.source]
    return run_source(runtime, opener, files.exports, options, progress.show, mode)


def _undo(runtime: Runtime, run: ImportRun) -> None:
    with runtime.database.reading() as tx:
        batches = import_jobs.list_batches(tx, run.id)
        articles = import_runs.count_articles(tx, run.id)
    undone, kept = Counter[str](), Counter[str]()
    with JobProgress(runtime, run.id, stoppable=False).show("Undoing", articles) as advance:
        for batch_id in batches:
            report = undo_batch(runtime, batch_id, advance)
            undone.update(report.undone)
            kept.update(report.kept)
    counts: dict[str, Any] = {"undone": dict(undone), "kept": dict(kept)}
    with runtime.database.writing() as tx:
        import_runs.complete(tx, run.id, "undone", runtime.clock(), "undo_report", counts)
    discard_files(runtime, run.id)


def _stop(runtime: Runtime, run: ImportRun) -> None:
    """What came in before the stop is told to webhooks and caches now."""
    complete_job(runtime, run.id)
    with runtime.database.writing() as tx:
        state: JobState = "open" if run.state == "checking" else "stopped"
        import_runs.complete(tx, run.id, state, runtime.clock())


def _fail(runtime: Runtime, run: ImportRun, code: str, message: str) -> None:
    complete_job(runtime, run.id)
    with runtime.database.writing() as tx:
        import_runs.fail(tx, run.id, code, message, runtime.clock())
