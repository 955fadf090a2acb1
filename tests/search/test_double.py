"""The double answers as a real server of version 1.50 did, and the official client accepts it."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError

from tests.search.double.indexes import Index
from tests.search.double.server import MASTER, Double, serving
from tests.search.recorded import RECORDED, exchanges

FILES = (
    *("01-basics-and-auth", "02-indexes", "03-settings", "04-documents", "05-tasks"),
    *("06-search", "07-filters", "08-multi-search-and-facet-search", "09-swap-and-rebuild"),
    "10-keys-and-tenant-tokens",
)
UNLIKE = {
    # What is answered unlike, and concerns nobody here.
    "default keys": "keys that a new server has",
    "another primary key": "one index has one key",
    "nested too deep": "no filter of ours is deep",
    "attributesToCrop": "where exactly a crop begins",
    "is not found by land": "it splits words at < and > in any case",
    "TENANT_TOKEN": "tenant tokens",
}
LEFT_BEHIND: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "delete": ("tmp_b", {}),
    "delete one": ("articles", {"n1": {"id": "n1"}}),
    "delete batch": ("articles", {"n2": {"id": "n2"}}),
}
"""What exchanges that are passed over had made: by the next one's note an index and documents."""
VOLATILE = {
    *("enqueuedAt", "startedAt", "finishedAt", "duration", "requestUid", "processingTimeMs"),
    *("createdAt", "updatedAt", "link", "commitSha", "commitDate", "facetStats", "uid", "taskUid"),
    *("swaps", "batchUid", "canceledBy", "_rankingScore", "from", "next", "key"),
}
KEYS = {"MASTER_KEY": MASTER, "OTHER_KEY": "another"}


def passed_over(exchange: dict[str, Any]) -> str | None:
    shown = json.dumps([exchange.get("note"), exchange["request"]], ensure_ascii=False)
    asked = f"{exchange['request']['method']} {exchange['request']['path']}"
    for mark, why in UNLIKE.items():
        if mark in shown or mark in asked:
            return why
    return None


def plain(value: Any) -> Any:
    """Without what changes from run to run, and without the order of hits."""
    if isinstance(value, dict):
        kept = {name: plain(inner) for name, inner in value.items() if name not in VOLATILE}
        if isinstance(kept.get("hits"), list):
            kept["hits"] = sorted(kept["hits"], key=json.dumps)
        if "next" in value:  # a list of tasks; some are not recorded
            del kept["total"]
        return kept
    if isinstance(value, str):
        return value.partition("\n")[0]  # of a refused filter, the rest points at the place
    return [plain(one) for one in value] if isinstance(value, list) else value


def said(body: Any) -> Any:
    """Of an error, the code and the beginning of the sentence are what clients go by."""
    if isinstance(body, dict) and "code" in body:
        return body["code"], body["type"]
    return plain(body)


@pytest.fixture
def double() -> Iterator[tuple[Double, str]]:
    double = Double()
    with serving(double) as url:
        yield double, url


def ask(url: str, request: dict[str, Any], issued: dict[str, str]) -> requests.Response:
    keys = {f"Bearer {mark}": f"Bearer {key}" for mark, key in (KEYS | issued).items()}
    headers = {name: keys.get(value, value) for name, value in request["headers"].items()}
    data = request.get("raw")
    if data is None and "body" in request and request["body"] is not None:
        data = json.dumps(request["body"])
    return requests.request(
        request["method"],
        url + request["path"],
        headers=headers,
        data=data.encode() if isinstance(data, str) else data,
        timeout=5,
    )


class Replay:
    """One life of a server, as it was recorded: which exchanges were answered alike."""

    def __init__(self, double: Double, url: str) -> None:
        self.double, self.url = double, url
        self.issued: dict[str, str] = {}
        self.alike = 0
        self.unlike: list[str] = []
        self.over: list[str] = []

    def file(self, name: str) -> None:
        prepare(self.double, name)
        for exchange in exchanges(name):
            why = passed_over(exchange)
            if why is not None:
                self.over.append(f"{exchange['note'] or exchange['request']['path']} ({why})")
                continue
            uid, documents = LEFT_BEHIND.get(exchange["note"], ("articles", {}))
            if documents or uid != "articles":
                self.double.state.indexes.setdefault(uid, Index(uid)).documents |= documents
            self.exchange(exchange)

    def exchange(self, exchange: dict[str, Any]) -> None:
        recorded = exchange["response"]
        uid = recorded["body"].get("taskUid") if isinstance(recorded["body"], dict) else None
        queue = self.double.state.queue
        while uid is not None and len(queue.tasks) < uid:  # tasks that were not recorded
            queue.add("documentAdditionOrUpdate", "elsewhere", {}, lambda _task: None, None)
        answer = ask(self.url, exchange["request"], self.issued)
        if answer.status_code == 501:
            if "task" in exchange:
                queue.tasks.append(exchange["task"])
            self.over.append(f"{exchange['note'] or exchange['request']['path']} (never asked)")
            return
        body = answer.json() if answer.content else {"_text": ""}
        if answer.status_code == 201:
            names = ("SEARCH_KEY", "INDEXER_KEY", "WIDE_INDEXER_KEY")
            self.issued[names[len(self.issued)]] = body["key"]
        found: list[Any] = [answer.status_code, said(body)]
        wanted: list[Any] = [recorded["status"], said(recorded["body"])]
        if exchange.get("task") and answer.status_code in (200, 202):
            headers = {"authorization": f"Bearer {MASTER}"}
            path = f"{self.url}/tasks/{body['taskUid']}"
            found.append(outcome(requests.get(path, headers=headers, timeout=5).json()))
            wanted.append(outcome(exchange["task"]))
        if json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True):
            self.alike += 1
            return
        got, not_ = (json.dumps(one, ensure_ascii=False)[:900] for one in (found, wanted))
        self.unlike.append(f"{exchange['note']}\n    got {got}\n    not {not_}")


def outcome(task: dict[str, Any]) -> Any:
    error = task["error"] or {}
    details = {k: v for k, v in (task["details"] or {}).items() if k != "swaps"}
    return task["status"], task["type"], task["indexUid"], error.get("code"), details


def test_it_answers_as_the_real_one_did(
    double: tuple[Double, str], capsys: pytest.CaptureFixture[str]
) -> None:
    if not RECORDED.is_dir():
        pytest.skip("no recorded exchanges beside the repository")
    replay = Replay(*double)
    for name in FILES:
        replay.file(name)
    with capsys.disabled():
        said = [f"{replay.alike} exchanges alike; {len(replay.over)} passed over:", *replay.over]
        sys.stdout.write("\n  ".join(["", *said, ""]))
    assert replay.unlike == []
    assert replay.alike > 100


def prepare(server: Double, name: str) -> None:
    """Documents and settings as they were, where what changed them was not recorded."""
    if name < "03":
        return
    index = server.state.indexes.setdefault("articles", Index("articles", "id"))
    if name.startswith("06"):
        documents = json.loads((RECORDED / "documents.json").read_text())
        index.documents = {one["id"]: one for one in documents}
        many = server.state.indexes["many"] = Index("many", "id")
        many.documents = {
            f"m{n}": {"id": f"m{n}", "title": f"Mining story {n}"} for n in range(1500)
        }
    if name.startswith("08"):
        many = server.state.indexes["many"]
        many.settings["filterableAttributes"] = ["lang"]
        for number, document in enumerate(many.documents.values()):
            document["lang"] = "en" if number < 1000 else "es"
    if name.startswith("09"):
        server.state.indexes["articles_next"] = Index("articles_next", "id")


def test_the_official_client_judges_it(double: tuple[Double, str]) -> None:
    client = Client(double[1], MASTER, timeout=5)
    assert client.health() == {"status": "available"}
    assert client.get_version()["pkgVersion"] == "1.50.0"
    made = client.create_index("books", {"primaryKey": "id"})
    assert client.wait_for_task(made.task_uid).status == "succeeded"
    index = client.index("books")
    settings = {"filterableAttributes": ["lang"], "sortableAttributes": ["n"]}
    assert client.wait_for_task(index.update_settings(settings).task_uid).status == "succeeded"
    books = [
        {"id": "b1", "title": "Río Marañón", "lang": "es", "n": 1},
        {"id": "b2", "title": "River", "lang": "en", "n": 2},
    ]
    task = client.wait_for_task(index.add_documents(books, metadata="one").task_uid)
    assert (task.status, task.custom_metadata) == ("succeeded", "one")
    assert task.details == {"receivedDocuments": 2, "indexedDocuments": 2}
    found = index.search("marañon", {"filter": ['lang = "es"'], "facets": ["lang"]})
    assert [hit["id"] for hit in found["hits"]] == ["b1"]
    assert found["facetDistribution"] == {"lang": {"es": 1}}
    assert [one.id for one in index.get_documents({"fields": ["id"]}).results] == ["b1", "b2"]
    with pytest.raises(MeilisearchApiError) as refused:
        client.index("missing").search("x")
    assert (refused.value.status_code, refused.value.code) == (404, "index_not_found")
    bad = client.wait_for_task(index.add_documents([{"id": "bad id"}]).task_uid)
    assert bad.error is not None
    assert (bad.status, bad.error["code"]) == ("failed", "invalid_document_id")
    client.wait_for_task(client.create_index("other").task_uid)
    swapped = client.wait_for_task(client.swap_indexes([{"indexes": ["books", "other"]}]).task_uid)
    assert swapped.status == "succeeded"
    assert [one.title for one in client.index("other").get_documents().results][1] == "River"
    key = client.create_key({"actions": ["search"], "indexes": ["other"], "expiresAt": None})
    assert Client(double[1], key.key).index("other").search("river")["estimatedTotalHits"] == 1
    assert re.fullmatch(r"[0-9a-f]{64}", key.key)
    assert urlsplit(double[1]).hostname == "127.0.0.1"
