"""The queue: a write is only accepted, and done (or not) when its turn comes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from tests.search.double.errors import Refusal, not_doubled

Work = Callable[[dict[str, Any]], None]
"""Does the task and completes its `details`; raises `Refusal` when it fails."""

_LIST = {"limit", "reverse", "uids", "types", "statuses", "indexUids"}


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "000Z")


@dataclass
class Queue:
    tasks: list[dict[str, Any]] = field(default_factory=list)
    pending_task: list[tuple[float, dict[str, Any], Work]] = field(default_factory=list)
    delay: float = 0.0
    paused: bool = False
    full: bool = False
    """The disk has no room: a task is neither done nor failed, but begun again each time."""
    fail_next: list[Refusal] = field(default_factory=list)
    cancel_next: int = 0
    clock: Callable[[], float] = monotonic

    def add(
        self, kind: str, uid: str | None, details: dict[str, Any], work: Work, about: str | None
    ) -> dict[str, Any]:
        task: dict[str, Any] = {
            "uid": len(self.tasks),
            "batchUid": None,
            "indexUid": uid,
            "status": "enqueued",
            "type": kind,
            "canceledBy": None,
            "details": details,
            "error": None,
            "duration": None,
            "enqueuedAt": now(),
            "startedAt": None,
            "finishedAt": None,
        }
        if about is not None:
            task["customMetadata"] = about
        self.tasks.append(task)
        self.pending_task.append((self.clock() + self.delay, task, work))
        answer = {
            "taskUid": task["uid"],
            **{name: task[name] for name in ("indexUid", "status", "type", "enqueuedAt")},
        }
        return answer | ({"customMetadata": about} if about is not None else {})

    def work(self) -> None:
        """Do what is due, in order."""
        while self.pending_task and not self.paused and self.pending_task[0][0] <= self.clock():
            if self.full:
                self.pending_task[0][1].update(status="processing", startedAt=now())
                return
            _, task, work = self.pending_task.pop(0)
            task |= {"batchUid": task["uid"], "startedAt": now(), "duration": "PT0.001S"}
            try:
                if self.cancel_next:
                    self.cancel_next -= 1
                    task["status"] = "canceled"
                    continue
                if self.fail_next:
                    raise self.fail_next.pop(0)
                work(task)
                task["status"] = "succeeded"
            except Refusal as refusal:
                task["status"], task["error"] = "failed", refusal.body
                for name in ("indexedDocuments", "deletedDocuments"):
                    if name in task["details"]:
                        task["details"][name] = 0
            finally:
                task["finishedAt"] = now()

    def cancel(self) -> int:
        """Take out of the queue whatever waits; how much that was."""
        waiting, self.pending_task = self.pending_task, []
        for _, task, _ in waiting:
            task |= {"status": "canceled", "finishedAt": now()}
        return len(waiting)

    def found(self, given: str, seen: Callable[[str | None], bool]) -> dict[str, Any]:
        if not given.isdecimal():
            raise Refusal(400, "invalid_task_uids", f"Task uid `{given}` is invalid.")
        for task in self.tasks:
            if str(task["uid"]) == given and seen(task["indexUid"]):
                return task
        raise Refusal(404, "task_not_found", f"Task `{given}` not found.")

    def listed(self, asked: dict[str, str], seen: Callable[[str | None], bool]) -> dict[str, Any]:
        if set(asked) - _LIST:
            raise not_doubled(f"tasks by {set(asked) - _LIST}")
        chosen = [
            task
            for task in reversed(self.tasks)
            if all(
                name not in asked or str(task[part]) in asked[name].split(",")
                for name, part in (
                    ("uids", "uid"),
                    ("indexUids", "indexUid"),
                    ("statuses", "status"),
                    ("types", "type"),
                )
            )
        ]
        total, limit = len(chosen), int(asked.get("limit", 20))
        if asked.get("reverse") == "true":
            chosen.reverse()
        page, rest = chosen[:limit], chosen[limit:]
        page = [task for task in page if seen(task["indexUid"])]
        return {
            "results": page,
            "total": total,
            "limit": limit,
            "from": page[0]["uid"] if page else None,
            "next": rest[0]["uid"] if rest else None,
        }
