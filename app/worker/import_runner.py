"""A follower that runs the imports that administrators ask for in the desk, one at a time."""

import logging
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Event
from time import monotonic
from typing import Final

from app.editorial import import_runs
from app.editorial.import_runs import ATTEMPTS, ImportRun
from app.importers.job_files import discard_abandoned_files
from app.importers.job_process import AWAY, run_in_process
from app.leases import StoreLease
from app.runtime import Runtime

_TIDIED_EVERY: Final = timedelta(hours=1)
_LEASE_KEPT_EVERY: Final = 5.0
_LOOKS_EVERY: Final = 0.25
_ENDS_WITHIN: Final = 2.0
_AWAY_SECONDS: Final = 5.0
"""The pause after a run that found the store or the storage away."""

_LOG = logging.getLogger("willay.worker")


class ImportRunner:
    """Each run has a process of its own, which is ended when this worker ends, or another one has
    the lease. The next worker makes the run again; what came in already stays as it is."""

    name = "imports"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lease = StoreLease(runtime.database, "imports", runtime.clock)
        self._interrupted = Event()
        self._tidied_at: datetime | None = None

    def step(self) -> bool:
        """See `Follower.step`."""
        self._tidy()
        if self._next_run() is None or self._lease.take() is None:
            return False
        try:
            run = self._next_run()
            if run is None or self._interrupted.is_set():
                return False
            self._make(run)
            return True
        finally:
            self._lease.give_back()

    def interrupt(self) -> None:
        """End the present run and begin no other."""
        self._interrupted.set()

    def close(self) -> None:
        """Nothing to release."""

    def _tidy(self) -> None:
        now = self._runtime.clock()
        if self._tidied_at is None or now >= self._tidied_at + _TIDIED_EVERY:
            discard_abandoned_files(self._runtime)
            self._tidied_at = now

    def _next_run(self) -> ImportRun | None:
        with self._runtime.database.reading() as tx:
            return import_runs.next_run(tx)

    def _make(self, run: ImportRun) -> None:
        if run.attempts >= ATTEMPTS:
            self._give_up(run)
            return
        with self._runtime.database.writing() as tx:
            import_runs.count_attempt(tx, run.id)
        process = get_context("spawn").Process(
            target=run_in_process, args=(self._runtime.settings, run.id), name="willay-import"
        )
        process.start()
        try:
            self._wait(process)
        finally:
            is_blameless = self._end(process)
        if is_blameless:
            with self._runtime.database.writing() as tx:
                import_runs.count_attempt(tx, run.id, -1)
            self._interrupted.wait(_AWAY_SECONDS)
        elif process.exitcode:
            _LOG.error("the process of an import ended with %s", process.exitcode)

    def _wait(self, process: BaseProcess) -> None:
        """Wait for the end of a process, or for a reason to end it."""
        due = monotonic() + _LEASE_KEPT_EVERY
        while process.is_alive() and not self._interrupted.is_set():
            process.join(_LOOKS_EVERY)
            if monotonic() >= due:
                if not self._lease.keep():
                    return
                due = monotonic() + _LEASE_KEPT_EVERY

    def _end(self, process: BaseProcess) -> bool:
        """End a process that still runs. True when the run should be made again, which is nobody's
        fault."""
        if process.is_alive():
            process.terminate()
            process.join(_ENDS_WITHIN)
            if process.is_alive():
                process.kill()
                process.join()
            return True
        return process.exitcode == AWAY

    def _give_up(self, run: ImportRun) -> None:
        message = (
            f"The process of this import was ended {ATTEMPTS} times, perhaps for want of memory. "
            "The log of the worker or of the machine says why; import at the command line."
        )
        with self._runtime.database.writing() as tx:
            import_runs.fail(tx, run.id, "import_killed", message, self._runtime.clock())
