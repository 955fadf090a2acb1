"""Routes, and what the writes among them do when their turn comes."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode

from tests.search.double.errors import Refusal, no_index, unknown_field
from tests.search.double.indexes import Index, checked_settings, with_settings
from tests.search.double.keys import Keys, matches
from tests.search.double.tasks import Queue, now

_UID = re.compile(r"[A-Za-z0-9_-]{1,512}")
_FILTERS = (
    "`uids`, `indexUids`, `statuses`, `types`, `canceledBy`, `beforeEnqueuedAt`, "
    "`afterEnqueuedAt`, `beforeStartedAt`, `afterStartedAt`, `beforeFinishedAt`, `afterFinishedAt`"
)
Answer = tuple[int, Any]


@dataclass
class State:
    """All that a server holds. `poison` is a text; documents that hold it fail their task."""

    master: str
    indexes: dict[str, Index] = field(default_factory=dict)
    queue: Queue = field(default_factory=Queue)
    poison: str | None = None
    version: str = "1.50.0"

    def __post_init__(self) -> None:
        self.keys = Keys(self.master)


class Routes:
    """One request's answer."""

    def __init__(self, state: State, bearer: str | None) -> None:
        self.state, self.bearer = state, bearer

    def answer(self, method: str, url: SplitResult, headers: dict[str, str], raw: bytes) -> Answer:
        self.headers, self.raw = headers, raw
        self.query = dict(parse_qsl(url.query, keep_blank_values=True))
        match method, [unquote(part) for part in url.path.strip("/").split("/")]:
            case "GET", ["health"]:
                return 200, {"status": "available"}
            case "GET", ["version"]:
                self.state.keys.indexes(self.bearer, "version")
                return 200, {"commitSha": "?", "commitDate": "?", "pkgVersion": self.state.version}
            case _, ["keys", *rest]:
                return self._keys(method, rest)
            case _, ["tasks", *rest]:
                return self._tasks(method, rest)
            case "POST", ["swap-indexes"]:
                return self._swap(self._json())
            case _, ["indexes"]:
                return self._indexes(method)
            case _, ["indexes", uid]:
                return self._index(method, uid)
            case _, ["indexes", uid, "settings"]:
                return self._settings(method, uid)
            case "GET", ["indexes", uid, "stats"]:
                held = self._held("stats.get", uid).documents
                return 200, {"numberOfDocuments": len(held), "isIndexing": False}
            case "POST" | "GET", ["indexes", uid, "search"]:
                asked = self._json("The json payload") if method == "POST" else self._from_query()
                return 200, self._held("search", uid).search(asked)
            case _, ["indexes", uid, "documents", *rest]:
                return self._documents(method, uid, rest)
        raise Refusal(404 if url.path != "/version" else 405, "", "")

    def _keys(self, method: str, rest: list[str]) -> Answer:
        keys = self.state.keys
        match method, rest:
            case "POST", []:
                keys.indexes(self.bearer, "keys.create")
                return 201, keys.made(self._json(), now())
            case "GET", []:
                keys.indexes(self.bearer, "keys.get")
                held = list(keys.held.values())
                about = {"offset": 0, "limit": len(held), "total": len(held)}
                return 200, {"results": held, **about}
            case "GET", [name]:
                keys.indexes(self.bearer, "keys.get")
                return 200, keys.found(name)
            case "DELETE", [name]:
                keys.indexes(self.bearer, "keys.delete")
                del keys.held[keys.found(name)["uid"]]
                return 204, None
            case "PATCH", [_]:
                name = next(n for n in self._json() if n not in ("name", "description"))
                raise Refusal(
                    400,
                    f"immutable_api_key_{name}",
                    f"Immutable field `{name}`: expected one of `description`, `name`",
                )
        raise Refusal(405, "", "")

    def _tasks(self, method: str, rest: list[str]) -> Answer:
        queue = self.state.queue
        match method, rest:
            case "GET", []:
                return 200, queue.listed(self.query, self._seen())
            case "GET", [uid]:
                return 200, queue.found(uid, self._seen())
        what = "delete" if method == "DELETE" else "cancel"
        if not self.query:
            raise Refusal(
                400,
                "missing_task_filters",
                f"Query parameters to filter the tasks to {what} are missing. Available query "
                f"parameters are: {_FILTERS}.",
            )
        uids = {int(u) for u in self.query["uids"].split(",")} if "uids" in self.query else None
        statuses = set(self.query.get("statuses", "enqueued,processing").split(","))
        details = {
            "matchedTasks": 0,
            "canceledTasks": 0,
            "originalFilter": f"?{urlencode(self.query, safe=',')}",
        }
        count = queue.cancel(uids, statuses)
        done = lambda task: task["details"].update(matchedTasks=count, canceledTasks=count)  # noqa: E731
        return 200, queue.add("taskCancelation", None, details, done, None)

    def _seen(self) -> Any:
        patterns = self.state.keys.indexes(self.bearer, "tasks.get")
        return lambda uid: (
            "*" in patterns
            or (uid is not None and any(matches(uid, pattern) for pattern in patterns))
        )

    def _swap(self, pairs: list[dict[str, Any]]) -> Answer:
        named: list[str] = []
        for pair in pairs:
            for uid in pair["indexes"]:
                self.state.keys.allow(self.bearer, "indexes.swap", uid)
            if len(pair["indexes"]) != 2:
                shown = json.dumps(pair["indexes"])
                raise Refusal(
                    400,
                    "invalid_swap_indexes",
                    f"Two indexes must be given for each swap. The list `{shown}` contains "
                    f"{len(pair['indexes'])} indexes.",
                )
            named += pair["indexes"]
        for uid in named:
            if named.count(uid) > 1:
                raise Refusal(
                    400,
                    "invalid_swap_duplicate_index_found",
                    "Indexes must be declared only once during a swap. "
                    f"`{uid}` was specified several times.",
                )
        swaps = [{"rename": False} | pair for pair in pairs]

        def work(_task: dict[str, Any]) -> None:
            held = self.state.indexes
            for pair in swaps:
                one, other = pair["indexes"]
                for uid in [one] if pair["rename"] else [one, other]:
                    if uid not in held:
                        raise no_index(uid)
                if pair["rename"] and other in held:
                    raise Refusal(
                        400,
                        "index_already_exists",
                        f"Cannot rename `{one}` to `{other}` as the index already exists. Hint: "
                        f"You can remove `{other}` first and then do your remove.",
                    )
            for pair in swaps:
                one, other = pair["indexes"]
                held[other], moved = held.pop(one), held.pop(other, None)
                held[other].uid = other
                if moved is not None:
                    held[one], moved.uid = moved, one
                for task in self.state.queue.tasks:
                    if task["indexUid"] in (one, other) and task["status"] != "enqueued":
                        task["indexUid"] = other if task["indexUid"] == one else one

        return self._accepted("indexSwap", None, {"swaps": swaps}, work)

    def _indexes(self, method: str) -> Answer:
        if method == "GET":
            patterns = self.state.keys.indexes(self.bearer, "indexes.get")
            found = [
                _shown(index)
                for index in self.state.indexes.values()
                if any(matches(index.uid, pattern) for pattern in patterns)
            ]
            limit, offset = int(self.query.get("limit", 20)), int(self.query.get("offset", 0))
            about = {"offset": offset, "limit": limit, "total": len(found)}
            return 200, {"results": found[offset : offset + limit], **about}
        self.state.keys.indexes(self.bearer, "indexes.create")
        asked = self._json()
        for name in asked:
            if name not in ("uid", "primaryKey"):
                raise unknown_field(name, ("uid", "primaryKey"))
        if "uid" not in asked:
            raise Refusal(400, "missing_index_uid", "Missing field `uid`")
        uid, key = asked["uid"], asked.get("primaryKey")
        if not _UID.fullmatch(uid):
            raise Refusal(
                400,
                "invalid_index_uid",
                f"Invalid value at `.uid`: `{uid}` is not a valid index uid. Index uid can be an "
                "integer or a string containing only alphanumeric characters, hyphens (-) and "
                "underscores (_), and can not be more than 512 bytes.",
            )
        self.state.keys.allow(self.bearer, "indexes.create", uid)

        def work(_task: dict[str, Any]) -> None:
            if uid in self.state.indexes:
                raise Refusal(400, "index_already_exists", f"Index `{uid}` already exists.")
            self.state.indexes[uid] = Index(uid, key, now())

        return self._accepted("indexCreation", uid, {"primaryKey": key}, work)

    def _index(self, method: str, uid: str) -> Answer:
        if method == "DELETE" and not _UID.fullmatch(uid):
            self.state.keys.allow(self.bearer, "indexes.delete", uid)
            raise Refusal(400, "invalid_index_uid", f"`{uid}` is not a valid index uid.")
        if method == "GET":
            return 200, _shown(self._held("indexes.get", uid))
        if method == "PATCH":
            new = self._json()["uid"]
            self.state.keys.allow(self.bearer, "indexes.update", uid)
            details = {"primaryKey": None, "oldIndexUid": uid, "newIndexUid": new}

            def rename(_task: dict[str, Any]) -> None:
                index = self.state.indexes.pop(uid)
                index.uid = new
                self.state.indexes[new] = index

            return self._accepted("indexUpdate", uid, details, rename)
        self.state.keys.allow(self.bearer, "indexes.delete", uid)

        def delete(task: dict[str, Any]) -> None:
            if uid not in self.state.indexes:
                raise no_index(uid)
            task["details"]["deletedDocuments"] = len(self.state.indexes.pop(uid).documents)

        return self._accepted("indexDeletion", uid, {"deletedDocuments": 0}, delete)

    def _settings(self, method: str, uid: str) -> Answer:
        if method == "GET":
            return 200, self._held("settings.get", uid).settings
        self.state.keys.allow(self.bearer, "settings.update", uid)
        given = checked_settings(self._json())

        def work(_task: dict[str, Any]) -> None:
            index = self.state.indexes.setdefault(uid, Index(uid, None, now()))
            index.settings = with_settings(index.settings, given)

        return self._accepted("settingsUpdate", uid, given, work)

    def _held(self, action: str, uid: str) -> Index:
        self.state.keys.allow(self.bearer, action, uid)
        if uid not in self.state.indexes:
            raise no_index(uid)
        return self.state.indexes[uid]

    def _accepted(self, kind: str, uid: str | None, details: dict[str, Any], work: Any) -> Answer:
        about = self.query.get("customMetadata")
        return 202, self.state.queue.add(kind, uid, details, work, about)

    def _from_query(self) -> dict[str, Any]:
        numbers = ("limit", "offset", "page", "hitsPerPage")
        return {
            name: int(value)
            if name in numbers
            else value.split(",")
            if name.startswith("attributes")
            else value
            for name, value in self.query.items()
        }

    def _json(self, what: str = "The `json` payload") -> Any:
        try:
            return json.loads(self.raw)
        except ValueError as error:
            raise Refusal(
                400, "malformed_payload", f"{what} provided is malformed. `{error}`."
            ) from error

    def _documents(self, method: str, uid: str, rest: list[str]) -> Answer:
        from tests.search.double.documents import Documents

        return Documents(self).answer(method, uid, rest)


def _shown(index: Index) -> dict[str, Any]:
    return {
        "uid": index.uid,
        "createdAt": index.created,
        "updatedAt": index.created,
        "primaryKey": index.primary_key,
    }
