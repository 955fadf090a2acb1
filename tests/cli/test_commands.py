"""The command line as an operator uses it: results on stdout, exit codes, no traceback."""

import json
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from app.changes import head
from app.kit.clock import system_clock
from app.runtime import open_runtime
from tests import builders
from tests.commands import SAMPLE, started, willay, willay_process
from tests.conftest import store
from tests.stores import ensure_store, settings_of


def test_an_operators_first_day(tmp_path: Path) -> None:
    early = willay_process(tmp_path, "serve")
    assert (early.returncode, early.stdout) == (1, "")
    assert (
        early.stderr == "The store's schema is empty; run `willay migrate` first. [schema_stale]\n"
    )
    ill = willay(tmp_path, "doctor", "--json")
    assert ill.returncode == 1
    assert json.loads(ill.stdout)[-1] == {
        "subject": "schema",
        "state": "cannot be told",
        "remedy": "The store's schema is empty; run `willay migrate` first.",
    }
    assert willay(tmp_path, "migrate").returncode == 0
    brought = willay(tmp_path, "import", "jsonl", str(SAMPLE), "--json")
    assert (brought.returncode, json.loads(brought.stdout)["read"]) == (0, 169)
    assert willay(tmp_path, "import", "jsonl", "--if-empty", str(SAMPLE)).stdout == ""
    well = willay_process(tmp_path, "doctor")
    assert well.returncode == 0
    assert "content: 152 records. ok\n" in well.stdout
    dump = tmp_path / "dump.jsonl"
    assert willay(tmp_path, "export", "jsonl", "--output", str(dump)).returncode == 0
    assert willay(tmp_path, "export", "jsonl").stdout == dump.read_text()


def test_a_stale_and_a_newer_schema_are_refused(tmp_path: Path) -> None:
    with store(None, tmp_path) as (runtime, _), runtime.database.altering() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for command in ("serve", "migrate"):
        newer = willay(tmp_path, command)
        assert (newer.returncode, newer.stdout) == (1, "")
        assert (
            newer.stderr
            == "The store was migrated by a newer Willay; run that version. [schema_newer]\n"
        )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WILLAY_PORT", "many", "port"),
        ("WILLAY_LANGUAGES", "english", "languages"),
        ("WILLAY_API_URL", "ftp://example.org", "api_url"),
        ("WILLAY_DATABASE_URL", "mysql://u:secret@h/db", "database_url"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_shown(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    wrong = willay(tmp_path, "doctor", **{name: value})
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert said in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert "secret" not in wrong.stderr


def test_a_database_out_of_reach_is_told(tmp_path: Path, subtests: pytest.Subtests) -> None:
    url = "postgresql://willay:secret@127.0.0.1:1/none"
    for command in ("serve", "doctor", "migrate"):
        with subtests.test(command=command):
            lost = willay(tmp_path, command, WILLAY_DATABASE_URL=url)
            assert lost.returncode == 1
            assert "try again" in lost.stderr + lost.stdout
            assert "Traceback" not in lost.stderr
            assert "secret" not in lost.stderr + lost.stdout


def test_the_worker_promotes_what_is_due_and_ends_when_asked(tmp_path: Path) -> None:
    ensure_store(tmp_path)
    with open_runtime(settings_of(tmp_path)) as runtime:
        draft = builders.draft(runtime)
        builders.publish(runtime, draft, at=system_clock() + timedelta(seconds=2))
        with runtime.database.reading() as tx:
            before = head(tx).sequence
        worker = started(tmp_path, "worker")
        try:
            until = time.monotonic() + 20
            sequence = before
            while sequence == before and time.monotonic() < until:
                time.sleep(0.1)
                with runtime.database.reading() as tx:
                    sequence = head(tx).sequence
            assert sequence == before + 1
        finally:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=20) == 0
