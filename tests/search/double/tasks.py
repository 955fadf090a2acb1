"""The queue: a write is only accepted, and done (or not) when its turn comes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from tests.search.double.errors import Refusal, unknown_field

Work = Callable[[dict[str, Any]], None]
"""Does the task and completes its `details`; raises `Refusal` when it fails."""

_LIST = (
    *("limit", "from", "reverse", "batchUids", "uids", "canceledBy", "types", "statuses"),
    *("indexUids", "afterEnqueuedAt", "beforeEnqueuedAt", "afterStartedAt", "beforeStartedAt"),
    *("afterFinishedAt", "beforeFinishedAt"),
)


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "000Z")


@dataclass
class Queue:
    tasks: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[tuple[float, dict[str, Any], Work]] = field(default_factory=list)
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
        self.waiting.append((self.clock() + self.delay, task, work))
        answer = {
            "taskUid": task["uid"],
            **{name: task[name] for name in ("indexUid", "status", "type", "enqueuedAt")},
        }
        return answer | ({"customMetadata": about} if about is not None else {})

    def work(self) -> None:
        """Do what is due, in order."""
        while self.waiting and not self.paused and self.waiting[0][0] <= self.clock():
            if self.full:
                self.waiting[0][1].update(status="processing", startedAt=now())
                return
            _, task, work = self.waiting.pop(0)
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

    def cancel(self, uids: set[int] | None, statuses: set[str]) -> int:
        """Take out of the queue what has not begun."""
        chosen = [
            entry
            for entry in self.waiting
            if (uids is None or entry[1]["uid"] in uids) and "enqueued" in statuses
        ]
        for entry in chosen:
            self.waiting.remove(entry)
            entry[1] |= {"status": "canceled", "finishedAt": now()}
        return len(chosen)

    def found(self, given: str, seen: Callable[[str | None], bool]) -> dict[str, Any]:
        if not re.fullmatch(r"\d+", given):
            raise Refusal(
                400,
                "invalid_task_uids",
                f"Task uid `{given}` is invalid. It should only contain numeric characters.",
            )
        for task in self.tasks:
            if task["uid"] == int(given) and seen(task["indexUid"]):
                return task
        raise Refusal(404, "task_not_found", f"Task `{given}` not found.")

    def listed(self, asked: dict[str, str], seen: Callable[[str | None], bool]) -> dict[str, Any]:
        for name in asked:
            if name not in _LIST:
                raise unknown_field(name, _LIST, "parameter")
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
        backwards = asked.get("reverse") == "true"
        if backwards:
            chosen.reverse()
        if "from" in asked:
            start = int(asked["from"])
            chosen = [t for t in chosen if (t["uid"] >= start if backwards else t["uid"] <= start)]
        page, rest = chosen[:limit], chosen[limit:]
        page = [task for task in page if seen(task["indexUid"])]
        return {
            "results": page,
            "total": total,
            "limit": limit,
            "from": page[0]["uid"] if page else None,
            "next": rest[0]["uid"] if rest else None,
        }
