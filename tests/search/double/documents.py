"""Documents: read, replaced, merged, deleted."""

import json
from typing import TYPE_CHECKING, Any

from tests.search.double.errors import Refusal, no_index, unknown_field
from tests.search.double.indexes import Index
from tests.search.double.tasks import now

if TYPE_CHECKING:
    from tests.search.double.routes import Answer, Routes

_ADD = ("primaryKey", "csvDelimiter", "customMetadata", "skipCreation")
_TYPES = ("application/json", "application/x-ndjson", "text/csv")
_ACCEPTED = ", ".join(f"`{one}`" for one in _TYPES)
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
                return 200, self._page(uid, self.routes._json())
            case "GET", [key]:
                held = self.routes._held("documents.get", uid).documents
                if key not in held:
                    raise Refusal(404, "document_not_found", f"Document `{key}` not found.")
                fields = self.routes.query.get("fields")
                return 200, _fields(held[key], fields.split(",") if fields else None)
            case "POST" | "PUT", []:
                return self._add(uid, merge=method == "PUT")
            case "DELETE", [key]:
                return self._delete(uid, [key])
            case "POST", ["delete-batch"]:
                return self._delete(uid, self.routes._json())
            case "POST", ["delete"]:
                return self._delete_by_filter(uid, self.routes._json()["filter"])
        raise Refusal(405, "", "")

    def _page(self, uid: str, asked: dict[str, Any]) -> dict[str, Any]:
        index = self.routes._held("documents.get", uid)
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
        for name in query:
            if name not in _ADD:
                raise unknown_field(name, _ADD, "parameter")
        given = self._payload()
        key, creates = query.get("primaryKey"), query.get("skipCreation") != "true"

        def work(task: dict[str, Any]) -> None:
            index = self.state.indexes.get(uid) or Index(uid, key, now())
            if key is not None and index.primary_key not in (None, key):
                raise Refusal(
                    400,
                    "index_primary_key_already_exists",
                    f"Index already has a primary key: `{index.primary_key}`.",
                )
            primary = index.primary_key or key or "id"
            ids = [_id_of(document, primary) for document in given]
            poison = self.state.poison
            if poison is not None and any(poison in json.dumps(document) for document in given):
                raise Refusal(500, "internal", "An internal error has occurred.", "internal")
            index.primary_key = primary
            self.state.indexes[uid] = index
            for name, document in zip(ids, given, strict=True):
                before = index.documents.get(name)
                if before is None and not creates:
                    continue
                index.documents[name] = (before or {}) | document if merge else document
            task["details"]["indexedDocuments"] = len(given)

        details = {"receivedDocuments": len(given), "indexedDocuments": 0}
        return self.routes._accepted("documentAdditionOrUpdate", uid, details, work)

    def _payload(self) -> list[dict[str, Any]]:
        kind = self.routes.headers.get("content-type")
        if kind is None:
            raise Refusal(
                415,
                "missing_content_type",
                "A Content-Type header is missing. Accepted values for the Content-Type header "
                f"are: {_ACCEPTED}",
            )
        kind = kind.partition(";")[0]
        if kind not in _TYPES:
            raise Refusal(
                415,
                "invalid_content_type",
                f"The Content-Type `{kind}` is invalid. Accepted values for the Content-Type "
                f"header are: {_ACCEPTED}",
            )
        if not self.routes.raw:
            raise Refusal(400, "missing_payload", "A json payload is missing.")
        if kind.endswith("ndjson"):
            return [json.loads(line) for line in self.routes.raw.splitlines() if line]
        found = self.routes._json()
        if isinstance(found, dict):
            found = [found]
        if not isinstance(found, list):
            raise Refusal(
                400,
                "malformed_payload",
                "The `json` payload provided is malformed. `Couldn't serialize document value: "
                "data are neither an object nor a list of objects`.",
            )
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
        return self.routes._accepted("documentDeletion", uid, details, work)

    def _delete_by_filter(self, uid: str, given: Any) -> "Answer":
        self.state.keys.allow(self.routes.bearer, "documents.delete", uid)
        if given in ("", [], None):
            raise Refusal(400, "invalid_document_filter", "Sending an empty filter is forbidden.")

        def work(task: dict[str, Any]) -> None:
            index = self.state.indexes[uid]
            try:
                chosen = index.tests(given)
            except Refusal as refusal:
                raise Refusal(400, "invalid_document_filter", refusal.message) from refusal
            gone = [key for key, document in index.documents.items() if chosen(document)]
            for key in gone:
                del index.documents[key]
            task["details"]["deletedDocuments"] = len(gone)

        details = {
            "providedIds": 0,
            "deletedDocuments": 0,
            "originalFilter": json.dumps(given),
        }
        return self.routes._accepted("documentDeletion", uid, details, work)


def _id_of(document: dict[str, Any], primary: str) -> str:
    if primary not in document:
        shown = json.dumps(document, separators=(",", ":"))
        raise Refusal(
            400, "missing_document_id", f"Document doesn't have a `{primary}` attribute: `{shown}`."
        )
    name = document[primary]
    text = str(name)
    if not isinstance(name, (int, str)) or not 0 < len(text) <= 511 or set(text) - _LETTERS:
        shown = json.dumps(name, ensure_ascii=False)
        raise Refusal(
            400,
            "invalid_document_id",
            f"Document identifier `{shown}` is invalid. A document identifier can be of type "
            "integer or string, only composed of alphanumeric characters (a-z A-Z 0-9), hyphens "
            "(-) and underscores (_), and can not be more than 511 bytes.",
        )
    return text


def _fields(document: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    return document if names is None else {n: v for n, v in document.items() if n in names}
