"""A process that makes one run of the desk's import, and then ends.

An import takes all of a core and much memory for minutes. In a process of its own it slows no
reader, what it took goes back to the system, and if the system kills it, the service goes on.
"""

import logging
import signal
import sys
from typing import Final
from uuid import UUID

from app import logs
from app.editorial import import_runs
from app.errors import Unavailable
from app.runtime import open_runtime
from app.settings import Settings

AWAY: Final = 75
"""The exit code when the store or the storage is away: the run may be made again."""

_LOG = logging.getLogger("willay.worker")


def run_in_process(settings: Settings, job_id: UUID) -> None:
    """Make the run of an import; the process ends with `AWAY` when it should be made again."""
    # The worker imports this module too, and has no need of the importers.
    from app.importers.job_run import run_job

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the worker, which ends its runs
    logs.configure(settings.log_level, settings.log_format)
    try:
        with open_runtime(settings) as runtime:
            with runtime.database.reading() as tx:
                run = import_runs.get_run(tx, job_id)
            if run is not None:
                run_job(runtime, run)
    except Unavailable as error:
        _LOG.warning("an import of the desk waits: %s", error.explanation)
        sys.exit(AWAY)
