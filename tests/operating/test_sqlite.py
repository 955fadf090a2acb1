"""A disk that is full, a damaged page, a file that is gone: a code, a sentence, one line."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import outage
from app.errors import Unavailable
from app.runtime import Runtime
from tests import builders
from tests.admin.desk import bearer
from tests.conftest import Bench, client_of, store
from tests.operating.faults import Operator, told
from tests.stores import copy_sqlite

pytestmark = pytest.mark.sqlite_only("breaks SQLite's files")

DRAFT = {"lang": "en", "title": "A march", "body": "x " * 3_000, "body_format": "text"}


def pages(runtime: Runtime, most: int | None) -> None:
    """Let the file grow no more, as a disk that is full does; None: as it likes."""
    with runtime.database.writing() as tx:
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {most or 10**9}")


def fill(bench: Bench, headers: dict[str, str]) -> int:
    """Write until that is refused; the status of what was refused."""
    for _ in range(200):
        answer = bench.client.post("/v1/admin/articles", json=DRAFT, headers=headers)
        if answer.status_code != 201:
            assert (answer.json()["code"], answer.headers["retry-after"]) == ("store_full", "1")
            assert "room" in answer.json()["detail"]
            return answer.status_code
    return 201


def test_a_full_disk_is_said_once_and_over_when_there_is_room(
    quiet: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "_STEADY_SECONDS", 0.0)
    headers = bearer(quiet.runtime, "admin")
    pages(quiet.runtime, 1)
    caplog.clear()
    assert [fill(quiet, headers) for _ in range(3)] == [503] * 3
    (line,) = told(caplog, "willay.store")
    assert "SQLite says: database or disk is full" in line
    assert quiet.client.get("/v1/articles").status_code == 200
    ready = quiet.client.get("/readyz")
    assert (ready.status_code, "full" in ready.json()["store"]["trouble"]) == (200, True)
    pages(quiet.runtime, None)
    for _ in range(20):
        assert (
            quiet.client.post("/v1/admin/articles", json=DRAFT, headers=headers).status_code == 201
        )
    assert quiet.client.get("/readyz").json()["store"]["trouble"] is None
    assert "Writing to the store: well again" in told(caplog, "willay.store")[-1]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes: needs the right to mount."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", str(folder)], check=False
    )
    if not made or made.returncode:
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_real_disk_that_is_full(small_disk: Path, willay: Operator) -> None:
    with (
        store(None, small_disk, serve_worker=False) as (runtime, clock),
        client_of(runtime) as client,
    ):
        headers = bearer(runtime, "admin")
        bench = Bench(runtime, clock, client)
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (1_000_000, 100_000, 10_000, 1_000):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue
        assert fill(bench, headers) == 503
        sent = client.post(
            "/v1/admin/media",
            headers=headers,
            files={"file": ("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 100_000, "image/png")},
        )
        assert (sent.status_code, sent.json()["code"]) == (503, "storage_full")
        assert client.get("/readyz").json()["media"]["trouble"] is not None
        assert client.get("/v1/articles").status_code == 200
        ill = willay("doctor", data_dir=str(small_disk))
        assert ill.code == 1
        assert "PROBLEM: Make room" in ill.out
        assert "Traceback" not in ill.out + ill.err
        filler.unlink()
        assert client.post("/v1/admin/articles", json=DRAFT, headers=headers).status_code == 201


def damage(path: Path, table: str) -> None:
    """Overwrite a table's first page, as a dying disk does."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        asked = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        root = connection.execute(asked, (table,)).fetchone()[0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)


def test_a_damaged_store_is_said_once_and_not_copied(
    willay: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    folder = willay.folder / "data"
    copy_sqlite(folder / "willay.db")
    folder.chmod(0o700)
    with store(None, folder, serve_worker=False) as (runtime, _):
        builders.published(runtime, slug="one")
    damage(folder / "willay.db", "publication_body")
    with (
        store(None, folder, serve_worker=False) as (runtime, _),
        client_of(runtime) as client,
    ):
        caplog.clear()
        for _ in range(3):
            answer = client.get("/v1/articles/one")
            assert (answer.status_code, answer.json()["code"]) == (503, "store_damaged")
        assert client.get("/v1/articles").status_code == 200
        assert len(told(caplog, "willay.store")) == 1
        assert "damaged" in client.get("/readyz").json()["store"]["trouble"]
    ill = willay("doctor")
    assert ill.code == 1
    assert "PROBLEM: Stop the service, keep a copy of the store, and restore a backup" in ill.out
    copied = willay("backup", str(willay.folder / "copy"))
    assert copied.code == 1
    assert "The store is damaged" in copied.err
    for done in (ill, copied):
        assert "Traceback" not in done.out + done.err
    assert not (willay.folder / "copy").exists()


def test_a_file_that_is_no_database_is_said(willay: Operator, subtests: pytest.Subtests) -> None:
    folder = willay.folder / "data"
    folder.mkdir(mode=0o700)
    (folder / "willay.db").write_bytes(b"these are no tables" * 1_000)
    for command in ("serve", "migrate", "doctor", "worker"):
        with subtests.test(command=command):
            done = willay(command)
            assert done.code == 1
            assert "file is not a database" in done.out + done.err
            assert "Traceback" not in done.out + done.err


def test_readers_never_make_an_empty_store(quiet: Bench, willay: Operator) -> None:
    path = quiet.runtime.database.path
    assert path is not None
    quiet.runtime.database.close()
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    answer = quiet.client.get("/v1/articles")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    with pytest.raises(Unavailable, match="is not there"), quiet.runtime.database.reading() as tx:
        tx.execute(sa.text("SELECT 1"))
    assert not path.exists()
    assert willay("doctor").code == 1
    assert not (willay.folder / "data").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_named(willay: Operator) -> None:
    willay.folder.chmod(0o500)
    try:
        done = willay("migrate")
    finally:
        willay.folder.chmod(0o700)
    assert done.code == 1
    assert str(willay.folder) in done.err
    assert "Traceback" not in done.err


def test_an_index_that_cannot_be_written_names_its_folder(willay: Operator) -> None:
    assert willay("migrate").code == 0
    folder = willay.folder / "data" / "search"
    folder.write_text("in the way")  # holds root up too
    for command in ("serve", "doctor"):
        done = willay(command)
        assert done.code == 1, done
        assert str(folder) in done.out + done.err
        assert "Traceback" not in done.out + done.err
