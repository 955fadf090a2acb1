"""Of a person who is erased nothing is left in the files of the store, while the service runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.database import Database
from app.worker.indexing import IndexFollower
from tests.commands import willay, willay_process
from tests.conftest import Bench
from tests.erasure.life import EMAIL, MARK, NAME, article, holding, life
from tests.stores import BACKEND, files_of

_SEARCH = """
import pathlib, re, sys
for name in sys.argv[2:]:
    if re.search(sys.argv[1].encode(), pathlib.Path(name).read_bytes()):
        print(name)
"""


def files_with_the_person(folder: Path) -> set[Path]:
    """Another process reads them: to close a file of SQLite's gives up all locks that this one has
    on it, and then others take the store for theirs alone."""
    names = map(str, files_of(folder))
    command = [sys.executable, "-c", _SEARCH, MARK.pattern.decode(), *names]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(map(Path, found.stdout.splitlines()))


def segments_of(folder: Path) -> set[str]:
    """The index's files of documents: compressed, so that nothing can be sought in them."""
    return {path.stem.split(".")[0] for path in folder.glob("search/*/*.store")}


def test_no_file_of_a_running_service_keeps_the_person(bench: Bench, tmp_path: Path) -> None:
    """The whole command, beside a service that reads and searches."""
    runtime = bench.runtime
    life(runtime)
    for number in range(30):  # pages that are freed before, and segments of the index
        key = article(runtime, NAME, title=f"Gone {number}", body=f"{NAME} " * 300)
        with runtime.database.altering() as connection:
            for table in ("revision", "article_slug", "draft_index"):
                connection.execute(
                    sa.text(f"DELETE FROM {table} WHERE article_id = :id"), {"id": key[0].hex}
                )
            connection.execute(sa.text("DELETE FROM article WHERE id = :id"), {"id": key[0].hex})
    follower = IndexFollower(runtime)
    while follower.step():
        pass
    follower.close()
    assert bench.client.get("/v1/search?q=kanari").json()["data"]
    before = files_with_the_person(tmp_path)
    assert len(before) > 1
    segments = segments_of(tmp_path)
    assert segments
    said = ["erase", EMAIL, "--byline", NAME, "--media-credits", "--json"]
    assert willay(tmp_path, *said).returncode == 2
    assert before <= files_with_the_person(tmp_path)  # a letter may have come to the outbox
    trial = willay(tmp_path, *said, "--dry-run")
    assert trial.returncode == 0, trial.stderr
    assert holding(runtime) != set()
    done = willay_process(tmp_path, *said, "--yes")
    assert done.returncode == 0, done.stderr
    promised, report = json.loads(trial.stdout), json.loads(done.stdout)
    assert (promised["erased"], promised["dry_run"]) == (report["erased"], True)
    assert (report["swept"], report["left"]) == (True, {})
    assert files_with_the_person(tmp_path) == set()
    assert segments_of(tmp_path).isdisjoint(segments)
    assert MARK.search(willay(tmp_path, "export", "jsonl").stdout.encode()) is None
    bench.clock.move(days=300)
    assert bench.client.get("/v1/search?q=kanari").json()["data"] == []
    assert bench.client.get("/v1/search?q=live").json()["data"][0]["item"]["slug"] == "live"
    assert willay(tmp_path, "search", "check").returncode == 0
    again = willay(tmp_path, *said, "--yes")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"Nothing here is of '{EMAIL}'. [person_not_found]\n"


def test_statistics_of_the_store_keep_no_person(quiet: Bench, tmp_path: Path) -> None:
    """Both databases keep samples of what columns hold, to plan by them."""
    life(quiet.runtime)
    engine = quiet.runtime.database._writer.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    said = ["erase", EMAIL, "--byline", NAME, "--media-credits", "--yes"]
    assert willay(tmp_path, *said).returncode == 0
    assert files_with_the_person(tmp_path) == set()


@pytest.mark.parametrize("how", ["an old snapshot", "a lock"])
def test_files_that_cannot_be_rewritten_are_told_and_done_later(
    how: str, quiet: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database.compact, "__defaults__", (0.3,))
    runtime = quiet.runtime
    life(runtime)
    said = ["erase", EMAIL, "--byline", NAME, "--media-credits", "--yes", "--json"]
    with runtime.database.reading() as tx:
        table = "account" if how == "an old snapshot" else "alias"
        tx.execute(sa.text(f"SELECT * FROM {table}")).all()
        done = willay(tmp_path, *said)
        assert (done.returncode, json.loads(done.stdout)["swept"]) == (1, False)
        assert "erase PERSON --sweep" in done.stderr
    again = willay(tmp_path, "erase", EMAIL, "--sweep", "--yes", "--json")
    assert (again.returncode, json.loads(again.stdout)["swept"]) == (0, True)
    assert files_with_the_person(tmp_path) == set()


def test_what_is_out_of_reach_is_said(quiet: Bench, tmp_path: Path) -> None:
    life(quiet.runtime)
    told = willay(tmp_path, "erase", EMAIL, "--dry-run").stdout
    assert "write-ahead log until it is written over, its archive and its replicas" in told
    assert BACKEND == "sqlite" or quiet.runtime.database.compact()
