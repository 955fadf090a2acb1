"""Documents: read, replaced, merged, deleted."""

import json
from typing import TYPE_CHECKING, Any

from tests.search.double.errors import Refusal, no_index, not_doubled
from tests.search.double.indexes import Index
from tests.search.double.tasks import now

if TYPE_CHECKING:
    from tests.search.double.routes import Answer, Routes

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class Documents:
    def __init__(self, routes: "Routes") -> None:
        self.routes, self.state = routes, routes.state

    def answer(self, method: str, uid: str, rest: list[str]) -> "Answer":
        match method, rest:
            case "GET", []:
                asked: dict[str, Any] = dict(self.routes.query)
                if "fields" in asked:
                    asked["fields"] = asked["fields"].split(",")
                return 200, self._page(uid, asked)
            case "POST", ["fetch"]:
                return 200, self._page(uid, self.routes.json())
            case "POST" | "PUT", []:
                return self._add(uid, merge=method == "PUT")
            case "DELETE", [key]:
                return self._delete(uid, [key])
            case "POST", ["delete-batch"]:
                return self._delete(uid, self.routes.json())
            case "POST", ["delete"]:  # by a filter; Willay only asks whether it might
                self.state.keys.allow(self.routes.bearer, "documents.delete", uid)
                if not self.routes.json()["filter"]:
                    raise Refusal(400, "invalid_document_filter")
        raise not_doubled(f"{method} documents {rest}")

    def _page(self, uid: str, asked: dict[str, Any]) -> dict[str, Any]:
        index = self.routes.held("documents.get", uid)
        allowed = index.tests(asked.get("filter"))
        ids = asked.get("ids")
        found = [
            document
            for key, document in index.documents.items()
            if allowed(document) and (ids is None or key in ids)
        ]
        offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 20))
        page = [_fields(one, asked.get("fields")) for one in found[offset : offset + limit]]
        return {"results": page, "offset": offset, "limit": limit, "total": len(found)}

    def _add(self, uid: str, *, merge: bool) -> "Answer":
        self.state.keys.allow(self.routes.bearer, "documents.add", uid)
        query = self.routes.query
        if "skipCreation" in query:
            raise not_doubled("skipCreation")
        if set(query) - {"primaryKey", "customMetadata"}:
            raise Refusal(400, "bad_request", f"Unknown parameter in {set(query)}")
        given = self._payload()
        key = query.get("primaryKey")

        def work(task: dict[str, Any]) -> None:
            index = self.state.indexes.get(uid) or Index(uid, key, now())
            primary = index.primary_key or key or "id"
            ids = [_id_of(document, primary) for document in given]
            poison = self.state.poison
            if poison is not None and any(poison in json.dumps(document) for document in given):
                raise Refusal(500, "internal", "An internal error has occurred.", "internal")
            index.primary_key = primary
            self.state.indexes[uid] = index
            for name, document in zip(ids, given, strict=True):
                before = index.documents.get(name, {}) if merge else {}
                index.documents[name] = before | document
            task["details"]["indexedDocuments"] = len(given)

        details = {"receivedDocuments": len(given), "indexedDocuments": 0}
        return self.routes.accepted("documentAdditionOrUpdate", uid, details, work)

    def _payload(self) -> list[dict[str, Any]]:
        kind = self.routes.headers.get("content-type")
        if kind is None:
            raise Refusal(415, "missing_content_type")
        if kind.partition(";")[0] != "application/json" or not self.routes.raw:
            raise not_doubled(f"{kind} of {len(self.routes.raw)} bytes")
        found: list[dict[str, Any]] = self.routes.json()
        return found

    def _delete(self, uid: str, ids: list[str]) -> "Answer":
        self.state.keys.allow(self.routes.bearer, "documents.delete", uid)

        def work(task: dict[str, Any]) -> None:
            if uid not in self.state.indexes:
                raise no_index(uid)
            held = self.state.indexes[uid].documents
            gone = [key for key in ids if held.pop(str(key), None) is not None]
            task["details"]["deletedDocuments"] = len(gone)

        details = {"providedIds": len(ids), "deletedDocuments": 0, "originalFilter": None}
        return self.routes.accepted("documentDeletion", uid, details, work)


def _id_of(document: dict[str, Any], primary: str) -> str:
    if primary not in document:
        raise Refusal(400, "missing_document_id")
    text = str(document[primary])
    if not 0 < len(text) <= 511 or set(text) - _LETTERS:
        raise Refusal(400, "invalid_document_id", f"Document identifier `{text}` is invalid.")
    return text


def _fields(document: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    return document if names is None else {n: v for n, v in document.items() if n in names}
