"""Waits until accepted tasks are done: a 202 only promises an attempt.

A server with a full disk fails no task: it tries the same one for ever. So a long wait is logged
once, and once more if it ends well.
"""

import logging
from collections.abc import Callable
from threading import Event
from time import monotonic

from meilisearch import Client
from meilisearch.models.task import TaskInfo

from app.search.meilisearch.failures import ServerAway, TaskFailed, shorten, translate_errors

PATIENCE = 600.0
"""Seconds that a task may wait and run; the server takes minutes when its queue is full."""
LONG = 30.0
"""A wait of this many seconds is logged."""
_FIRST, _LONGEST = 0.01, 0.5
UNFINISHED = "enqueued,processing"

_LOG = logging.getLogger("willay.search")


class Tasks:
    """Follows the tasks of one writer; calls `beat` while it waits, to keep its lease."""

    def __init__(self, client: Callable[[], Client], beat: Callable[[], object]) -> None:
        self._client = client
        self._beat = beat
        self._stopped = Event()
        self.patience = PATIENCE
        self.long = LONG

    def wait_for(self, accepted: TaskInfo, index: str) -> None:
        """Wait until the task has succeeded.

        Raises `TaskFailed` if it failed or was canceled, and `ServerAway` if the server no longer
        knows it: then the server has lost its data, and counts its tasks from 0 again.
        """
        uid, wait = accepted.task_uid, _Wait(self.patience, self.long)
        while True:
            with translate_errors("tasks.get", index):
                known_items = self._client().get_tasks({"uids": uid, "limit": 1}).results
            if not known_items or known_items[0].enqueued_at != accepted.enqueued_at:
                raise ServerAway(
                    "search_task_lost", "The search server does not know what it accepted."
                )
            match known_items[0].status:
                case "succeeded":
                    wait.note_end(uid)
                    return
                case "failed":
                    error = known_items[0].error or {}
                    raise TaskFailed(
                        "search_task_failed",
                        f"The search server could not do it: {shorten(str(error.get('message')))}",
                        str(error.get("code", "")),
                    )
                case "canceled":
                    raise TaskFailed(
                        "search_task_canceled",
                        "Somebody canceled it; it is done again.",
                        "canceled",
                    )
                case _:  # enqueued, processing
                    pass
            self._wait(wait, uid)

    def stop(self) -> None:
        """Make all waits give up, now and in future."""
        self._stopped.set()

    def wait_until_idle(self, index: str) -> None:
        """Wait until no task for this index is under way, whoever sent it."""
        wait = _Wait(self.patience, self.long)
        while True:
            with translate_errors("tasks.get", index):
                requested = {"indexUids": index, "statuses": UNFINISHED, "limit": 1}
                left = self._client().get_tasks(requested).results
            if not left:
                return
            self._wait(wait, left[0].uid)

    def _wait(self, wait: "_Wait", task: int) -> None:
        if not wait.goes_on(task):
            raise ServerAway(
                "search_task_late", "The search server has not done it yet; it is asked again."
            )
        if self._stopped.wait(wait.pause):
            raise ServerAway("search_interrupted", "This process ends; another goes on.")
        self._beat()


class _Wait:
    """The duration and the limit of one wait."""

    def __init__(self, patience: float, long: float) -> None:
        self.pause = _FIRST
        self._began = monotonic()
        self._patience, self._long = patience, long
        self._is_told = False

    def goes_on(self, task: int) -> bool:
        """Whether to wait longer; a long wait is logged once."""
        waited = monotonic() - self._began
        self.pause = min(_LONGEST, self.pause * 1.5)
        if waited > self._long and not self._is_told:
            self._is_told = True
            _LOG.warning(
                "the search server has been at task %d for %.0f s: look at its disk and its log",
                *(task, waited),
            )
        return waited <= self._patience

    def note_end(self, task: int) -> None:
        """Log the end of the wait, if it was logged as long."""
        if self._is_told:
            waited = monotonic() - self._began
            _LOG.info("the search server has done task %d, after %.0f s", task, waited)
