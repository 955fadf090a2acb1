"""`willay doctor` sees what an operator must mend, says how, and changes nothing."""

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import doctor, machine, milestones
from app.kit import private_files
from app.models.count import PublicationCount, PublicationDay, PublicationMonth
from app.runtime import Runtime
from app.worker.heartbeat import Heartbeat
from app.worker.indexing import IndexFollower
from tests import builders, stores
from tests.accounts.people import logged_in, with_totp
from tests.conftest import Bench, MovingClock, client_of, store
from tests.operating.faults import Operator

Either = tuple[Runtime, MovingClock]


def findings(runtime: Runtime) -> dict[str, doctor.Finding]:
    return {one.subject: one for one in doctor.examine(runtime)}


def modes(folder: Path) -> dict[str, str]:
    there = [folder, *folder.rglob("*")]
    return {str(path): oct(path.stat().st_mode & 0o777) for path in there}


@pytest.fixture
def wide_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.sqlite_only("looks at the store's file")
@pytest.mark.usefixtures("wide_umask")
def test_all_that_is_made_is_private(willay: Operator) -> None:
    folder = willay.folder / "data"
    assert willay("migrate").code == 0
    assert willay("user", "create", "--email", "a@example.org", "--role", "admin").code == 0
    with store(None, folder) as (runtime, _):
        builders.published(runtime)
        runtime.key()
        runtime.storage.put("00/" + "0" * 64 + ".jpg", b"x")
        IndexFollower(runtime).step()
    assert willay("backup", str(willay.folder / "copies" / "one")).code == 0
    assert willay("export", "jsonl", "--output", str(willay.folder / "data" / "out")).code == 0
    made = modes(folder) | modes(willay.folder / "copies")
    assert set(made.values()) <= {"0o700", "0o600"}, made
    assert {"willay.db", "secret.key", "media", "search"} <= {Path(name).name for name in made}
    well = willay("doctor")
    assert (well.code, "are private. ok" in well.out) == (0, True), well.out


@pytest.mark.sqlite_only("its file")
@pytest.mark.usefixtures("wide_umask")
def test_a_folder_that_was_made_for_the_service_is_closed_as_long_as_it_is_empty(
    willay: Operator,
) -> None:
    folder = willay.folder / "data"
    folder.mkdir(mode=0o755)
    assert willay("doctor").code == 1
    assert folder.stat().st_mode & 0o777 == 0o755, "who only looks changes nothing"
    assert willay("migrate").code == 0
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o750)
    assert willay("migrate").code == 0
    assert folder.stat().st_mode & 0o777 == 0o750, "its owner's will"


@pytest.mark.sqlite_only("looks at the store's file")
@pytest.mark.parametrize("which", ["data", "data/willay.db", ".env", "data/media/deep/file"])
def test_what_others_may_open_is_named_with_what_mends_it(willay: Operator, which: str) -> None:
    assert willay("migrate").code == 0
    path = willay.folder / which
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text("")
    for there in (*path.parents, path):
        if there.is_relative_to(willay.folder) and there != willay.folder:
            there.chmod(0o700)
    path.chmod(0o644 if path.is_file() else 0o755)
    ill = willay("doctor", "--json")
    assert ill.code == 1
    told = {one["subject"]: one for one in json.loads(ill.out)}["permissions"]
    assert str(path) in told["remedy"]
    command = told["remedy"].rpartition(": ")[2]
    subprocess.run(command, shell=True, check=True)
    assert list(private_files.open_to_others(iter([path]))) == []
    assert willay("doctor").code == 0


@pytest.mark.sqlite_only("looks at the store's file")
def test_doctor_changes_nothing(willay: Operator) -> None:
    assert willay("migrate").code == 0
    folder = willay.folder / "data"
    with sqlite3.connect(folder / "willay.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.suffix == ".db"}
    names = sorted(path.name for path in folder.rglob("*") if "-" not in path.name)
    assert willay("doctor").code == 0
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in folder.rglob("*") if "-" not in path.name) == names


def test_a_worker_that_was_killed_is_missed_and_one_that_ended_is_not(either: Either) -> None:
    runtime, clock = either
    assert findings(runtime)["worker"].remedy == ""
    beating = Heartbeat(runtime)
    assert beating.step() is False
    beating.step()
    assert findings(runtime)["worker"].state.endswith("was at work 0 s ago")
    assert findings(runtime)["worker"].remedy == ""
    clock.move(seconds=milestones.SILENT.total_seconds() + 1)
    assert "killed, or hangs" in findings(runtime)["worker"].remedy
    beating.close()
    assert findings(runtime)["worker"].remedy == ""


def test_a_replica_without_its_own_worker_needs_one(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, _):
        assert "run `willay worker`" in findings(runtime)["worker"].remedy
        Heartbeat(runtime).step()
        assert findings(runtime)["worker"].remedy == ""


def test_a_served_application_is_a_worker_and_metrics_tell(tmp_path: Path) -> None:
    with store(None, tmp_path, metrics_token="t" * 32) as (runtime, _):
        headers = {"Authorization": "Bearer " + "t" * 32}
        with client_of(runtime) as client:
            until = time.monotonic() + 20
            while time.monotonic() < until and "no" in findings(runtime)["worker"].state:
                time.sleep(0.05)
            told = client.get("/metrics", headers=headers).text
            assert "willay_worker_seen_seconds 0.0" in told
            assert "willay_backup_age_seconds" not in told
            with runtime.database.writing() as tx:
                milestones.record(tx, "backup", "/backups/one", runtime.clock())
            told = client.get("/metrics", headers=headers).text
            assert "willay_backup_age_seconds 0.0" in told
        assert findings(runtime)["worker"].state == "none is at work now", "it ended as it should"


def test_another_key_than_the_one_of_second_factors_is_a_problem(either: Either) -> None:
    runtime, _ = either
    assert findings(runtime)["key"].remedy == ""
    assert not (runtime.settings.data_dir / "secret.key").exists(), "none is made by looking"
    mark = runtime.key().mark
    assert findings(runtime)["key"].state == f"its mark is {mark}"
    with_totp(runtime, logged_in(runtime)[1])  # with a key of the test's own
    remedy = findings(runtime)["key"].remedy
    assert remedy.startswith(
        "1 second factors, webhooks and addresses of readers were made with another key"
    )


def test_backups_grow_old(either: Either) -> None:
    runtime, clock = either
    assert findings(runtime)["backup"] == doctor.Finding(
        "backup", "none was taken by `willay backup`"
    )
    with runtime.database.writing() as tx:
        milestones.record(tx, "backup", "/backups/one", clock())
        milestones.record(tx, "backup", "/backups/two", clock())
    assert findings(runtime)["backup"].state.endswith("into /backups/two")
    assert findings(runtime)["backup"].remedy == ""
    clock.move(days=9)
    assert "9 days old" in findings(runtime)["backup"].remedy


def test_clocks_are_compared(either: Either) -> None:
    runtime, clock = either
    assert ("PostgreSQL" in findings(runtime)["clock"].remedy) != runtime.database.is_sqlite
    builders.published(runtime)
    clock.now -= timedelta(hours=2)
    assert "7200 s behind the log's" in findings(runtime)["clock"].remedy


def test_readiness_tells_a_log_that_is_ahead(quiet: Bench) -> None:
    assert quiet.client.get("/readyz").json()["store"]["clock_ahead_seconds"] == 0
    builders.published(quiet.runtime)
    quiet.clock.now -= timedelta(hours=2)
    assert quiet.client.get("/readyz").json()["store"]["clock_ahead_seconds"] == 7200


@pytest.mark.sqlite_only("takes the store's file back")
def test_an_index_that_is_ahead_of_a_restored_store_is_told(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, _):
        builders.published(runtime)
        IndexFollower(runtime).step()
        path = runtime.database.path
        assert path
        assert findings(runtime)["search"].remedy == ""
        with sqlite3.connect(path) as connection:  # as a copy from before the publication
            connection.execute("UPDATE change_head SET sequence = 0")
            connection.execute("DELETE FROM change")
        connection.close()
        told = findings(runtime)["search"]
        assert "ahead of the store" in told.remedy
        IndexFollower(runtime).step()
        assert findings(runtime)["search"].remedy == ""


def test_counts_that_differ_are_told_and_counted_anew(willay: Operator) -> None:
    with store(stores.url_of(willay.folder / "data"), willay.folder / "data") as (runtime, clock):
        for slug in ("water", "land"):
            builders.tag(runtime, slug)
            builders.published(runtime, tags=(slug,), published_at=clock().replace(month=1))
        assert findings(runtime)["counts"] == doctor.Finding(
            "counts", "the kept counts agree with the articles"
        )
        with runtime.database.writing() as tx:
            tx.execute(sa.update(PublicationCount).values(n=PublicationCount.n + 1))
            tx.execute(sa.delete(PublicationMonth))
            tx.execute(sa.delete(PublicationDay))
        told = findings(runtime)["counts"]
        # Of all and of each tag; by month the same; a day.
        assert told.state == "7 of the kept counts differ from the articles"
        assert "willay recount" in told.remedy
        assert willay("recount").code == 0
        assert findings(runtime)["counts"].remedy == ""


def test_what_nobody_thought_of_is_a_finding(quiet: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_runtime: Runtime) -> tuple[str, str]:
        raise RuntimeError("kanari")

    monkeypatch.setattr(machine, "check_backup", broken)
    told = findings(quiet.runtime)["backup"]
    assert "RuntimeError" in told.remedy
    assert "kanari" not in told.remedy


def test_too_many_open_files_are_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"now": (10_000, 10_000)}
    monkeypatch.setattr(machine.resource, "getrlimit", lambda _what: limits["now"])
    files = machine.OpenFiles()
    files.look()
    limits["now"] = (5, 5)
    files.look()
    files.look()
    (line,) = [record.getMessage() for record in caplog.records]
    assert "of 5 are open; raise LimitNOFILE" in line
