"""Waiting for what was accepted to be done: a 202 promises nothing but an attempt."""

from collections.abc import Callable, Mapping
from threading import Event
from time import monotonic
from typing import Any

from meilisearch import Client

from app.search.meilisearch.failures import ServerAway, TaskFailed, short, spoken

PATIENCE = 600.0
"""Seconds that a task may wait and run; the server takes minutes when others fill its queue."""
_FIRST, _LONGEST = 0.01, 0.5
_UNFINISHED = "enqueued,processing"

Accepted = Mapping[str, Any]
"""What the server answers to a write: `taskUid`, `enqueuedAt`, perhaps `customMetadata`."""


class Tasks:
    """Follows the tasks of one writer; `beat` is called while it waits, to keep its lease."""

    def __init__(self, client: Callable[[], Client], beat: Callable[[], object]) -> None:
        self._client = client
        self._beat = beat
        self._stopped = Event()
        self.patience = PATIENCE

    def finished(self, accepted: Accepted, index: str) -> Mapping[str, Any]:
        """The task once it has succeeded.

        Raises `TaskFailed` when it failed or was canceled, and `ServerAway` when the server does
        not know it any more: it has lost what it held, and counts its tasks from 0 again.
        """
        uid, until, pause = accepted["taskUid"], monotonic() + self.patience, _FIRST
        while True:
            with spoken("tasks.get", index):
                task = self._found(uid)
            if task is None or task["enqueuedAt"] != accepted["enqueuedAt"]:
                raise ServerAway(
                    "search_task_lost", "The search server does not know what it accepted."
                )
            match task["status"]:
                case "succeeded":
                    return task
                case "failed":
                    error = task["error"] or {}
                    raise TaskFailed(
                        "search_task_failed",
                        f"The search server could not do it: {short(str(error.get('message')))}",
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
            self._wait(pause, until)
            pause = min(_LONGEST, pause * 1.5)

    def stop(self) -> None:
        """Whoever waits gives up, now and from now on."""
        self._stopped.set()

    def settle(self, index: str) -> None:
        """Wait until nothing that anybody wrote to this index is under way."""
        until, pause = monotonic() + self.patience, _FIRST
        path = f"tasks?indexUids={index}&statuses={_UNFINISHED}&limit=1"
        while True:
            with spoken("tasks.get", index):
                left = self._client().http.get(path)
            if not left["results"]:
                return
            self._wait(pause, until)
            pause = min(_LONGEST, pause * 1.5)

    def _found(self, uid: int) -> Mapping[str, Any] | None:
        answer: dict[str, Any] = self._client().http.get(f"tasks?uids={uid}&limit=1")
        return next(iter(answer["results"]), None)

    def _wait(self, pause: float, until: float) -> None:
        if monotonic() > until:
            raise ServerAway(
                "search_task_late", "The search server has not done it yet; it is asked again."
            )
        if self._stopped.wait(pause):
            raise ServerAway("search_interrupted", "This process ends; another goes on.")
        self._beat()
