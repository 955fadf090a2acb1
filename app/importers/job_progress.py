"""How far a run of the desk's import is, for those who watch it; and whether they want it stopped.

An import reports each entry from within its transaction, where nothing else can be written. So a
thread of its own writes the counts, and the entries learn from it that they should stop.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, cast
from uuid import UUID

from typing_extensions import override

from app.editorial import import_runs
from app.editorial.import_jobs import Phase
from app.errors import Unavailable
from app.interchange.batch_import import Advance
from app.runtime import Runtime

_EVERY: Final = 1.0


class ImportStopped(Exception):
    """Somebody wants the import stopped."""


class JobProgress:
    """Writes the progress of one run."""

    def __init__(self, runtime: Runtime, job_id: UUID, *, stoppable: bool = True) -> None:
        self._runtime, self._job_id, self._stoppable = runtime, job_id, stoppable
        self._parent = os.getppid()

    @contextmanager
    def show(self, label: str, total: int) -> Iterator[Advance]:
        """See `source_run.Progress`. What it yields raises `ImportStopped` when the import is to
        stop."""
        phase = cast(Phase, label.lower())
        with self._runtime.database.writing() as tx:
            import_runs.begin_phase(tx, self._job_id, phase, total, self._runtime.clock())
        thread = _ProgressThread(self._runtime, self._job_id, self._parent)
        thread.start()
        try:
            yield thread.advance if self._stoppable else thread.count
        finally:
            thread.stop()


class _ProgressThread(Thread):
    def __init__(self, runtime: Runtime, job_id: UUID, parent: int) -> None:
        super().__init__(name="import-progress", daemon=True)
        self._runtime, self._job_id, self._parent = runtime, job_id, parent
        self._done = 0
        self._is_over, self._is_stop_wanted = Event(), Event()

    def count(self, size: int) -> None:
        self._done += size

    def advance(self, size: int) -> None:
        self.count(size)
        if self._is_stop_wanted.is_set():
            raise ImportStopped

    def stop(self) -> None:
        self._is_over.set()
        self.join()

    @override
    def run(self) -> None:
        while not self._is_over.wait(_EVERY):
            try:
                self._write()
            except Unavailable:
                continue  # the store tells its outages itself, and the count comes later

    def _write(self) -> None:
        if os.getppid() != self._parent:  # the worker was killed; the next one goes on
            os._exit(1)
        with self._runtime.database.writing() as tx:
            if import_runs.record_progress(tx, self._job_id, self._done):
                self._is_stop_wanted.set()
