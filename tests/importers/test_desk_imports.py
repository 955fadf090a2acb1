"""Imports by the desk: files arrive in parts, a worker tries and imports them, and takes them
back."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from app.editorial import import_runs
from app.importers import job_files, job_progress
from app.importers.job_run import run_job
from app.library import garbage
from app.storage.protocol import StoredObject
from app.worker import import_runner
from app.worker.import_runner import ImportRunner
from app.worker.threaded import ThreadedFollower
from tests.admin.desk import Headers, bearer, problem
from tests.admin.newsdesk import ARTICLES
from tests.conftest import Bench, bench_in
from tests.importers.moving import article, write_folder, write_pictures
from tests.importers.wxr import HEAD, TAIL, UPLOADS, attachment, item, write_export
from tests.partners.partner import following, partner, settled, subscribed
from tests.zipped import zip_folder

IMPORTS = "/v1/admin/imports"
TERMS = [("category", "mining", "Mining")]


class Mover:
    """An administrator who moves in by the desk."""

    def __init__(self, bench: Bench) -> None:
        bench.clock.now = datetime.now(UTC)
        self.bench, self.client = bench, bench.client
        self.headers: Headers = bearer(bench.runtime)

    def open(self, source: str = "wordpress") -> str:
        answer = self.client.post(IMPORTS, json={"source": source}, headers=self.headers)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"{IMPORTS}/{answer.json()['data']['id']}"
        return answer.headers["location"]

    def put(self, at: str, content: bytes, name: str = "site.xml", **query: Any) -> Any:
        headers = {**self.headers, "Content-Type": "application/octet-stream"}
        params = {"name": name, **query}
        return self.client.put(f"{at}/files", content=content, params=params, headers=headers)

    def send(self, at: str, content: bytes, name: str = "site.xml", **query: Any) -> None:
        """In parts, as the desk sends a file."""
        for start in range(0, len(content), 1_000):
            part = content[start : start + 1_000]
            answer = self.put(at, part, name, start=start, file_size=len(content), **query)
            assert answer.status_code == 200, answer.text

    def act(self, at: str, name: str, **choices: Any) -> Any:
        body = {"json": choices} if choices else {}
        return self.client.post(f"{at}/{name}", headers=self.headers, **body)

    def ask(self, at: str, name: str, **choices: Any) -> dict[str, Any]:
        """Ask for a run, make it, and return the import afterwards."""
        answer = self.act(at, name, **choices)
        assert answer.status_code == 200, answer.text
        self.work()
        return self.read(at)

    def work(self) -> None:
        """What a worker does, in this process."""
        runtime = self.bench.runtime
        with runtime.database.reading() as tx:
            run = import_runs.next_run(tx)
        assert run is not None
        run_job(runtime, run)
        self.bench.clock.now = datetime.now(UTC)

    def read(self, at: str) -> dict[str, Any]:
        data: dict[str, Any] = self.client.get(at, headers=self.headers).json()["data"]
        return data

    def reports(self, at: str) -> dict[str, Any]:
        answer = self.client.get(f"{at}/reports", headers=self.headers)
        data: dict[str, Any] = answer.json()["data"]
        return data

    def objects(self) -> list[StoredObject]:
        """What lies in the storage beside media."""
        files = self.bench.runtime.storage.list_objects()
        return [file for file in files if file.name.endswith(".part")]


@pytest.fixture
def mover(quiet: Bench) -> Mover:
    return Mover(quiet)


def test_a_site_moves_in_and_out_again(mover: Mover, tmp_path: Path) -> None:
    """Two parts of an export and an archive of media: tried, imported, taken back."""
    picture = f'<p>A march.</p><img src="{UPLOADS}/2019/05/march.jpg">[contact-form-7 id="3"]'
    first = write_export(
        tmp_path / "1.xml", attachment(9, "2019/05/march.jpg"), item(1, body=picture)
    )
    second = write_export(tmp_path / "2.xml", item(2, terms=TERMS), item(3, status="trash"))
    uploads = zip_folder(write_pictures(tmp_path / "uploads", "2019/05/march.jpg"))
    at = mover.open()
    mover.send(at, first.read_bytes(), "1.xml")
    mover.send(at, second.read_bytes(), "2.xml")
    mover.send(at, uploads, "uploads.zip", role="media")
    assert mover.read(at)["files"] == [
        {"role": role, "name": name, "size": size, "file_size": size}
        for role, name, size in (
            ("export", "1.xml", first.stat().st_size),
            ("export", "2.xml", second.stat().st_size),
            ("media", "uploads.zip", len(uploads)),
        )
    ]
    assert mover.objects()

    tried = mover.ask(at, "check", timezone="America/Lima", drop_unknown=True)
    assert (tried["state"], tried["can_undo"], tried["phase"]) == ("checked", False, "checking")
    assert tried["options"]["timezone"] == "America/Lima"
    report = mover.reports(at)["check_report"]
    assert (report["balanced"], report["outcomes"]["article created"]) == (True, 2)
    assert {"kind": "post", "read": 3, "passed_on": 2} in report["items"]
    assert [row["reason"] for row in report["left"] if row["kind"] == "post"] == ["in the trash"]
    assert "contact-form-7" in {row["subject"] for row in report["findings"]}
    assert mover.client.get("/v1/articles").json()["data"] == []

    done = mover.ask(at, "start")
    assert (done["state"], done["can_undo"], done["files"]) == ("imported", True, [])
    assert mover.objects() == []
    assert mover.reports(at)["import_report"]["outcomes"] == report["outcomes"]
    assert "/v1/media/" in article(mover.bench, "text-1")["body_html"]
    assert problem(mover.act(at, "start")) == (409, "import_ended")

    undone = mover.ask(at, "undo")
    assert (undone["state"], undone["can_undo"]) == ("undone", False)
    counts = {"articles": 2, "tags": 1, "media": 1}
    assert mover.reports(at)["undo_report"] == {"undone": counts, "kept": {}}
    gone = mover.client.get("/v1/articles/text-1")
    assert (gone.status_code, gone.json()["reason"]) == (410, "import_undone")
    by = mover.client.get("/v1/admin/audit?action=import.undone", headers=mover.headers).json()
    assert [(row["via"], row["subject_kind"]) for row in by["data"]] == [("token", "operation")]


POST = {"id": "1", "title": "A march", "slug": "march", "html": "<p>We walked.</p>"}
GHOST = {**POST, "status": "published", "published_at": "2019-05-12T00:00:00.000Z"}
RECORD = {
    **{"type": "article", "lang": "en", "title": "A march", "slug": "march", "body": "We walked."},
    "published_at": "2019-05-12T00:00:00Z",
}
SOURCES = {
    "folder": ("site.zip", {"march.md": "---\ntitle: A march\ndate: 2019-05-12\n---\nWe walked."}),
    "ghost": ("a.json", {"a.json": json.dumps({"db": [{"data": {"posts": [GHOST]}}]})}),
    "jsonl": ("a.jsonl", {"a.jsonl": json.dumps(RECORD)}),
    "wordpress": ("site.zip", {"site.xml": HEAD + item(1, slug="march", title="A march") + TAIL}),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_moves_in(mover: Mover, tmp_path: Path, source: str) -> None:
    name, files = SOURCES[source]
    folder = write_folder(tmp_path / "source", dict(files))
    content = zip_folder(folder) if name.endswith(".zip") else (folder / name).read_bytes()
    at = mover.open(source)
    mover.send(at, content, name)
    assert mover.ask(at, "check")["state"] == "checked"
    assert mover.reports(at)["check_report"]["refused"] == []
    assert mover.ask(at, "start")["state"] == "imported"
    assert article(mover.bench, "march")["title"] == "A march"


def test_parts_arrive_once_and_in_order(mover: Mover) -> None:
    """A part whose answer was lost is sent again; one that leaves a gap is refused."""
    at = mover.open()
    for _ in range(2):
        assert mover.put(at, b"<rss>").json()["data"]["files"][0]["size"] == 5
    assert mover.put(at, b"</rss>", start=5).status_code == 200
    assert problem(mover.put(at, b"more", start=12)) == (409, "wrong_start")
    assert mover.put(at, b"</rss>\n", start=5).json()["data"]["files"][0]["size"] == 12
    assert mover.put(at, b"anew").json()["data"]["files"][0]["size"] == 4
    for name, kept in (
        ("../../etc/passwd", "passwd"),
        ("ñ" * 200, "ñ" * 100),
        ("a/.b.xml", "b.xml"),
    ):
        assert kept in [file["name"] for file in mover.put(at, b"x", name).json()["data"]["files"]]
    assert mover.put(at, b"zip", "a.zip", role="media").status_code == 200
    assert problem(mover.put(at, b"zip", "b.zip", role="media")) == (409, "second_archive")


def test_a_wrong_file_is_taken_out(mover: Mover) -> None:
    """Else the import could not be tried, or would need another one with all its files."""
    at = mover.open("ghost")
    mover.put(at, b"{}", "site.json")
    mover.put(at, b"{}", "other.json")
    mover.put(at, b"zip", "holidays.zip", role="media")
    assert problem(mover.act(at, "check")) == (409, "import_with_many_files")
    for query in ({"name": "other.json"}, {"name": "holidays.zip", "role": "media"}):
        answer = mover.client.delete(f"{at}/files", params=query, headers=mover.headers)
        assert answer.status_code == 200, answer.text
    assert [file["name"] for file in answer.json()["data"]["files"]] == ["site.json"]
    again = mover.client.delete(f"{at}/files", params=query, headers=mover.headers)
    assert problem(again) == (404, "file_not_found")
    mover.put(at, b"zip", "uploads.zip", role="media")
    assert mover.ask(at, "check")["failure_code"] == "no_archive"
    query = {"name": "uploads.zip", "role": "media"}
    answer = mover.client.delete(f"{at}/files", params=query, headers=mover.headers)
    assert (answer.json()["data"]["state"], answer.json()["data"]["failure_code"]) == ("open", None)
    assert mover.ask(at, "check")["state"] == "checked"


def test_a_folder_is_an_archive(mover: Mover) -> None:
    """A single text would come as an empty folder."""
    at = mover.open("folder")
    mover.put(at, b"# A march", "march.md")
    failed = mover.ask(at, "check")
    assert (failed["state"], failed["failure_code"]) == ("failed", "no_archive")


def test_a_file_that_has_not_arrived_whole_is_not_tried(mover: Mover) -> None:
    """Whoever looks at the import from another browser sees how much is missing."""
    content = (HEAD + item(1) + TAIL).encode()
    at = mover.open()
    mover.put(at, content[:100], file_size=len(content))
    [file] = mover.read(at)["files"]
    assert (file["size"], file["file_size"]) == (100, len(content))
    assert problem(mover.act(at, "check")) == (409, "import_with_unfinished_file")
    mover.put(at, content[100:], start=100, file_size=len(content))
    assert mover.ask(at, "check")["state"] == "checked"


def test_what_cannot_be_asked_for(mover: Mover) -> None:
    at = mover.open()
    absent = f"{IMPORTS}/00000000-0000-7000-8000-000000000000"
    assert problem(mover.client.get(absent, headers=mover.headers)) == (404, "import_not_found")
    assert problem(mover.put(absent, b"x")) == (404, "import_not_found")
    assert problem(mover.act(at, "check")) == (409, "import_without_files")
    assert problem(mover.act(at, "start")) == (409, "import_not_ready")
    assert problem(mover.act(at, "stop")) == (409, "import_not_ready")
    assert problem(mover.act(at, "undo")) == (409, "nothing_to_undo")
    assert problem(mover.put(at, b"x", "\u200b")) == (400, "invalid_parameter")
    assert problem(mover.put(at, b"x" * 4_000_001)) == (413, "body_too_large")
    mover.put(at, b"<rss/>")
    for choice in ({"lang": "qu"}, {"timezone": "../Lima"}, {"site": "nowhere"}):
        assert problem(mover.act(at, "check", **choice)) == (422, "invalid_option")
    assert problem(mover.act(at, "check", types={"event": "tag"})) == (422, "invalid_field")
    assert mover.act(at, "check").status_code == 200
    assert problem(mover.put(at, b"x")) == (409, "import_busy")
    assert problem(mover.client.delete(at, headers=mover.headers)) == (409, "import_busy")
    publisher = bearer(mover.bench.runtime, "publisher")
    assert problem(mover.client.get(IMPORTS, headers=publisher)) == (403, "scope_missing")
    assert [one["state"] for one in mover.client.get(IMPORTS, headers=mover.headers).json()["data"]]


def test_an_import_is_bounded(tmp_path: Path) -> None:
    with bench_in(tmp_path, serve_worker=False, import_max_bytes=1_000) as bench:
        mover = Mover(bench)
        at = mover.open()
        assert mover.put(at, b"x" * 900).status_code == 200
        assert problem(mover.put(at, b"x" * 101, "b.xml")) == (413, "import_too_large")
        assert mover.put(at, b"x" * 1_000).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("site.zip", b"PK\x05\x06" + bytes(18), "empty_archive"),
        ("site.xml", b"a b c", None),
        ("site.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><rss>&b;</rss>', None),
    ],
)
def test_files_that_cannot_be_read(
    mover: Mover, name: str, content: bytes, code: str | None
) -> None:
    """The import says why; its files may be sent anew."""
    at = mover.open()
    mover.send(at, content, name)
    failed = mover.ask(at, "check")
    if code is None:
        assert (failed["state"], failed["failure_code"]) == ("checked", None)
        assert mover.reports(at)["check_report"]["refused_count"] == 1
    else:
        assert (failed["state"], failed["failure_code"]) == ("failed", code)
        assert problem(mover.act(at, "start")) == (409, "import_unchecked")
    mover.send(at, (HEAD + item(1) + TAIL).encode(), name)
    assert mover.read(at)["state"] == "open"
    assert mover.ask(at, "check")["state"] == "checked"


def test_a_folder_comes_as_an_archive(mover: Mover) -> None:
    at = mover.open("folder")
    mover.send(at, b"# A march", "march.md")
    failed = mover.ask(at, "check")
    assert (failed["state"], failed["failure_code"]) == ("failed", "no_archive")


def test_a_file_that_is_gone_is_told(mover: Mover) -> None:
    """As in a store that was restored, whose copy holds no files of imports."""
    at = mover.open()
    mover.send(at, (HEAD + item(1) + TAIL).encode())
    for file in mover.objects():
        mover.bench.runtime.storage.discard(file.name, datetime.max.replace(tzinfo=UTC))
    failed = mover.ask(at, "check")
    assert (failed["state"], failed["failure_code"]) == ("failed", "files_not_found")


def test_a_stopped_import_goes_on_where_it_was(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came in is told at once, stays, and is taken back with the rest."""
    monkeypatch.setattr(job_progress, "_EVERY", 0.01)
    at = mover.open()
    many = 400
    mover.put(at, (HEAD + "".join(item(n) for n in range(1, many + 1)) + TAIL).encode())
    assert mover.ask(at, "check")["state"] == "checked"
    assert mover.act(at, "start").status_code == 200
    assert mover.act(at, "stop").json()["data"]["stop_wanted"] is True
    mover.work()
    stopped = mover.read(at)
    assert (stopped["state"], stopped["stop_wanted"], stopped["files"] != []) == (
        *("stopped", False),
        True,
    )
    some = mover.client.get("/v1/articles?count=true").json()["meta"]["total"]
    assert some < many
    assert mover.ask(at, "start")["state"] == "imported"
    outcomes = mover.reports(at)["import_report"]["outcomes"]
    assert outcomes["article created"] == many - some
    assert mover.client.get("/v1/articles?count=true").json()["meta"]["total"] == many
    assert mover.ask(at, "undo")["state"] == "undone"
    assert mover.reports(at)["undo_report"]["undone"]["articles"] == many


def test_webhooks_hear_of_it_once(mover: Mover) -> None:
    with partner() as here, following(mover.bench.runtime) as follower:
        subscribed(mover.bench.runtime, here.url)
        settled(follower)
        at = mover.open()
        mover.send(at, (HEAD + item(1) + item(2) + TAIL).encode())
        mover.ask(at, "check")
        mover.ask(at, "start")
        settled(follower)
        assert [message.said["type"] for message in here.messages] == ["import.completed"]


def test_what_editors_changed_stays(mover: Mover) -> None:
    at = mover.open()
    mover.send(at, (HEAD + item(1) + item(2) + TAIL).encode())
    mover.ask(at, "check")
    mover.ask(at, "start")
    address = f"{ARTICLES}/{article(mover.bench, 'text-2')['id']}"
    etag = mover.client.get(address, headers=mover.headers).headers["etag"]
    headers = {**mover.headers, "If-Match": etag}
    assert mover.client.patch(address, json={"title": "Ours"}, headers=headers).is_success
    mover.ask(at, "undo")
    reports = mover.reports(at)["undo_report"]
    assert (reports["undone"]["articles"], reports["kept"]["articles"]) == (1, 1)
    assert mover.client.get("/v1/articles/text-2").status_code == 200


def test_files_are_forgotten(mover: Mover) -> None:
    """With the import, or after a week without a touch; then their bytes go too."""
    runtime, clock = mover.bench.runtime, mover.bench.clock
    at, kept = mover.open(), mover.open()
    mover.put(at, b"<rss/>")
    mover.put(kept, b"<rss/>")
    assert mover.client.delete(at, headers=mover.headers).status_code == 204
    assert problem(mover.client.get(at, headers=mover.headers)) == (404, "import_not_found")
    assert len(mover.objects()) == 2
    clock.move(days=2)
    garbage.collect_garbage(runtime)
    assert len(mover.objects()) == 1
    assert garbage.scan_files(runtime).unnamed == 0
    clock.move(days=6)
    job_files.discard_abandoned_files(runtime)
    assert (mover.objects(), mover.read(kept)["files"]) == ([], [])


@contextmanager
def running(mover: Mover) -> Iterator[ThreadedFollower]:
    """The worker's own follower, whose runs have processes of their own."""
    imports = ImportRunner(mover.bench.runtime)
    follower = ThreadedFollower(imports, imports.interrupt)
    try:
        yield follower
    finally:
        follower.close()


def wait_for(mover: Mover, at: str, follower: ThreadedFollower, *states: str) -> dict[str, Any]:
    """The import once it is in one of these states."""
    until = monotonic() + 120
    while (seen := mover.read(at))["state"] not in states:
        assert monotonic() < until, seen
        follower.step()
        sleep(0.05)
    return seen


def test_a_worker_runs_what_is_asked_for(mover: Mover) -> None:
    at = mover.open()
    mover.send(at, (HEAD + item(1) + TAIL).encode())
    with running(mover) as follower:
        mover.act(at, "check")
        wait_for(mover, at, follower, "checked")
        mover.act(at, "start")
        wait_for(mover, at, follower, "imported")
        mover.bench.clock.now = datetime.now(UTC)
        assert article(mover.bench, "text-1")["title"] == "Text 1"
        mover.act(at, "undo")
        wait_for(mover, at, follower, "undone")


def test_a_run_whose_process_is_killed_is_made_again_and_given_up(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runner, "run_in_process", end_badly)
    at = mover.open()
    mover.send(at, (HEAD + item(1) + TAIL).encode())
    mover.act(at, "check")
    with running(mover) as follower:
        failed = wait_for(mover, at, follower, "failed")
    assert failed["failure_code"] == "import_killed"
    assert "3 times" in failed["failure_message"]
    monkeypatch.undo()
    assert mover.ask(at, "check")["state"] == "checked"


def end_badly(_settings: Any, _job_id: Any) -> None:
    """Stands for the kernel that wants memory back."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_serves_loads_no_importer() -> None:
    """They take megabytes, which only the process of an import needs."""
    program = (
        "import sys; import app.main, app.worker.followers; "
        "print([name for name in ('ftfy', 'yaml', 'app.importers.job_run') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True)
    assert (loaded.stdout.strip(), loaded.stderr) == ("[]", "")
