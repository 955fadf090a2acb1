"""Routes, and what the writes among them do when their turn comes."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode

from tests.search.double.errors import Refusal, no_index, not_doubled
from tests.search.double.indexes import Index, checked_settings, with_settings
from tests.search.double.keys import Keys, matches
from tests.search.double.tasks import Queue, now

_UID = re.compile(r"[A-Za-z0-9_-]{1,512}")
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
                return self._swap(self.json())
            case _, ["indexes"]:
                return self._indexes(method)
            case _, ["indexes", uid]:
                return self._index(method, uid)
            case _, ["indexes", uid, "settings"]:
                return self._settings(method, uid)
            case "POST", ["indexes", uid, "search"]:
                return 200, self.held("search", uid).search(self.json())
            case "POST", ["multi-search"]:
                return 200, {"results": self._several(self.json())}
            case _, ["indexes", uid, "documents", *rest]:
                from tests.search.double.documents import Documents

                return Documents(self).answer(method, uid, rest)
        raise not_doubled(f"{method} {url.path}")

    def _several(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        if set(body) != {"queries"}:
            raise not_doubled(f"several searches by {set(body)}")
        return [self._one_of_several(*asked) for asked in enumerate(body["queries"])]

    def _one_of_several(self, place: int, asked: dict[str, Any]) -> dict[str, Any]:
        if "indexUid" not in asked:
            message = f"Missing field `indexUid` inside `.queries[{place}]`"
            raise Refusal(400, "missing_index_uid", message)
        try:
            uid = asked.pop("indexUid")
            return {"indexUid": uid} | self.held("search", uid).search(asked)
        except Refusal as refusal:
            status = 400 if refusal.code == "index_not_found" else refusal.status
            message = f"Inside `.queries[{place}]`: {refusal.message}"
            raise Refusal(status, refusal.code, message, refusal.kind) from refusal

    def _keys(self, method: str, rest: list[str]) -> Answer:
        keys = self.state.keys
        match method, rest:
            case "POST", []:
                keys.indexes(self.bearer, "keys.create")
                return 201, keys.made(self.json(), now())
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
        raise not_doubled(f"{method} keys")

    def _tasks(self, method: str, rest: list[str]) -> Answer:
        queue = self.state.queue
        match method, rest:
            case "GET", []:
                return 200, queue.listed(self.query, self._seen())
            case "GET", [uid]:
                return 200, queue.found(uid, self._seen())
            case "POST", ["cancel"] if self.query:
                count, asked = queue.cancel(), f"?{urlencode(self.query)}"
                details = {"matchedTasks": count, "canceledTasks": count, "originalFilter": asked}
                return 200, queue.add("taskCancelation", None, details, lambda _task: None, None)
        raise not_doubled(f"{method} tasks")

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
            named += pair["indexes"]
        if len(named) % 2:
            raise Refusal(400, "invalid_swap_indexes")
        if len(named) > len(set(named)):
            raise Refusal(400, "invalid_swap_duplicate_index_found")
        swaps = [{"rename": False} | pair for pair in pairs]
        if any(pair["rename"] for pair in swaps):
            raise not_doubled("renaming by a swap")

        def work(_task: dict[str, Any]) -> None:
            held = self.state.indexes
            for pair in swaps:
                one, other = pair["indexes"]
                for uid in (one, other):
                    if uid not in held:
                        raise no_index(uid)
            for pair in swaps:
                one, other = pair["indexes"]
                held[one], held[other] = held[other], held[one]
                held[one].uid, held[other].uid = one, other
                for task in self.state.queue.tasks:
                    if task["indexUid"] in (one, other) and task["status"] != "enqueued":
                        task["indexUid"] = other if task["indexUid"] == one else one

        return self.accepted("indexSwap", None, {"swaps": swaps}, work)

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
        asked = self.json()
        if set(asked) - {"uid", "primaryKey"}:
            raise Refusal(400, "bad_request", f"Unknown field in {set(asked)}")
        if "uid" not in asked:
            raise Refusal(400, "missing_index_uid", "Missing field `uid`")
        uid, key = asked["uid"], asked.get("primaryKey")
        if not _UID.fullmatch(uid):
            raise Refusal(400, "invalid_index_uid", f"`{uid}` is not a valid index uid.")
        self.state.keys.allow(self.bearer, "indexes.create", uid)

        def work(_task: dict[str, Any]) -> None:
            if uid in self.state.indexes:
                raise Refusal(400, "index_already_exists", f"Index `{uid}` already exists.")
            self.state.indexes[uid] = Index(uid, key, now())

        return self.accepted("indexCreation", uid, {"primaryKey": key}, work)

    def _index(self, method: str, uid: str) -> Answer:
        if method == "DELETE" and not _UID.fullmatch(uid):
            self.state.keys.allow(self.bearer, "indexes.delete", uid)
            raise Refusal(400, "invalid_index_uid", f"`{uid}` is not a valid index uid.")
        if method == "GET":
            return 200, _shown(self.held("indexes.get", uid))
        if method != "DELETE":
            raise not_doubled(f"{method} of an index")
        self.state.keys.allow(self.bearer, "indexes.delete", uid)

        def delete(task: dict[str, Any]) -> None:
            if uid not in self.state.indexes:
                raise no_index(uid)
            task["details"]["deletedDocuments"] = len(self.state.indexes.pop(uid).documents)

        return self.accepted("indexDeletion", uid, {"deletedDocuments": 0}, delete)

    def _settings(self, method: str, uid: str) -> Answer:
        if method == "GET":
            return 200, self.held("settings.get", uid).settings
        self.state.keys.allow(self.bearer, "settings.update", uid)
        given = checked_settings(self.json())

        def work(_task: dict[str, Any]) -> None:
            index = self.state.indexes.setdefault(uid, Index(uid, None, now()))
            index.settings = with_settings(index.settings, given)

        return self.accepted("settingsUpdate", uid, given, work)

    def held(self, action: str, uid: str) -> Index:
        self.state.keys.allow(self.bearer, action, uid)
        if uid not in self.state.indexes:
            raise no_index(uid)
        return self.state.indexes[uid]

    def accepted(self, kind: str, uid: str | None, details: dict[str, Any], work: Any) -> Answer:
        about = self.query.get("customMetadata")
        return 202, self.state.queue.add(kind, uid, details, work, about)

    def json(self) -> Any:
        try:
            return json.loads(self.raw)
        except ValueError as error:
            raise Refusal(400, "malformed_payload", str(error)) from error


def _shown(index: Index) -> dict[str, Any]:
    return {
        "uid": index.uid,
        "createdAt": index.created,
        "updatedAt": index.created,
        "primaryKey": index.primary_key,
    }
