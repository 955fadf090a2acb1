"""`willay search` and `willay doctor` where a server searches: proof, rebuild, roll back, keys."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import doctor
from app.kit.clock import system_clock
from app.runtime import open_runtime
from app.worker.indexing import IndexFollower
from tests import builders
from tests.commands import Done, willay
from tests.conftest import MovingClock
from tests.search.double.server import MASTER, Double, serving
from tests.stores import settings_of


class Operator:
    """Whoever runs commands over one store and one server."""

    def __init__(self, folder: Path, double: Double, url: str) -> None:
        self.double = double
        self.folder = folder
        self.settings = {"meilisearch_url": url, "meilisearch_key": MASTER}
        assert self.run("migrate").returncode == 0

    def run(self, *command: str, **more: str) -> Done:
        given = {f"WILLAY_{name.upper()}": value for name, value in (self.settings | more).items()}
        return willay(self.folder, *command, **given)

    def check(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run("search", "check", "--json").stdout)
        return told

    def work(self, *titles: str) -> None:
        """Publish, and let every engine catch up."""
        with open_runtime(settings_of(self.folder, **self.settings)) as runtime:
            for title in titles:
                builders.published(runtime, title=title)
            for held in (runtime.search.main, runtime.search.standby):
                follower = IndexFollower(runtime, held)
                while follower.step():
                    pass


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    double = Double()
    with serving(double) as url:
        yield Operator(tmp_path, double, url)


def test_the_index_is_proved_and_made_anew(operator: Operator) -> None:
    operator.work("Alpaca wool", "Alpaca cheese")
    well = operator.run("search", "check")
    assert well.returncode == 0
    assert well.stdout == (
        "meilisearch: 2 documents: search agrees with the store.\n"
        "embedded: 2 documents: search agrees with the store.\n"
    )
    index = operator.double.state.indexes["willay"]
    [gone] = [key for key, one in index.documents.items() if one.get("title") == "Alpaca wool"]
    del index.documents[gone]
    index.settings["rankingRules"] = ["words"]
    ill = operator.check()
    assert (len(ill["missing"]), ill["settings"], ill["documents"]) == (1, ["rankingRules"], 1)
    assert (ill["engine"], ill["standby"]["missing"]) == ("meilisearch", [])
    assert operator.run("search", "check").returncode == 1
    done = operator.run("search", "rebuild")
    assert (done.returncode, done.stdout) == (
        0,
        "meilisearch: 2 documents.\nembedded: 2 documents.\n",
    )
    assert operator.run("search", "check").returncode == 0


def test_what_a_rebuild_replaced_is_put_back(operator: Operator) -> None:
    nothing = operator.run("search", "rollback")
    assert nothing.returncode == 1
    operator.work("Alpaca wool")
    operator.run("search", "rebuild")
    operator.work("Alpaca cheese")
    back = operator.run("search", "rollback")
    assert (back.returncode, back.stdout) == (0, "meilisearch: 1 documents.\n")
    assert operator.check()["behind_changes"] == 1
    operator.work()
    assert operator.run("search", "check").returncode == 0


def test_the_doctor_names_what_a_key_may_not_do(operator: Operator) -> None:
    operator.work("Alpaca wool")
    assert "search: meilisearch, 1 documents, 0 changes behind. ok" in operator.run("doctor").stdout
    key = operator.double.state.keys.made(
        {
            "actions": ["search", "documents.*", "tasks.get"],
            "indexes": ["willay"],
            "expiresAt": None,
        },
        "now",
    )
    told = operator.run("doctor", meilisearch_key=key["key"])
    assert told.returncode == 1
    assert "may not do indexes.create, indexes.get, indexes.delete, indexes.swap" in told.stdout
    operator.double.faults.away = True
    away = operator.run("doctor")
    assert away.returncode == 1
    assert "The search server does not answer" in away.stdout


def test_commands_say_what_is_wrong_when_the_server_is_away(operator: Operator) -> None:
    operator.work("Alpaca wool")
    operator.double.faults.away = True
    for command in (("search", "check"), ("search", "rebuild")):
        failed = operator.run(*command)
        assert failed.returncode == 1
        assert "The search server does not answer" in failed.stderr


def test_a_check_proves_contents_and_its_words_name_them(operator: Operator) -> None:
    operator.work("Alpaca wool", "Alpaca cheese")
    held = operator.double.state.indexes["willay"].documents
    [name] = [name for name, one in held.items() if one.get("title") == "Alpaca wool"]
    held[name] = held[name] | {"body": "forged", "tags": [], "lang": "zz"}
    held["evil"] = {"id": "evil", "kind": "article", "title": "Alpaca"}
    told = operator.run("search", "check")
    assert told.returncode == 1
    assert "altered: article " in told.stdout
    assert "strange: evil\n" in told.stdout
    assert "meilisearch: 2 documents: search differs from the store." in told.stdout
    found = operator.check()
    assert (len(found["altered"]), found["strange"]) == (1, ["evil"])
    operator.run("search", "rebuild")
    assert operator.run("search", "check").returncode == 0


def test_the_doctor_changes_nothing_on_the_server(operator: Operator) -> None:
    """Neither a task nor a key, whether or not the index and its keys are there."""
    operator.run("doctor")
    assert operator.double.state.queue.tasks == []
    assert operator.double.state.keys.held == {}
    operator.work("Alpaca wool")
    tasks = len(operator.double.state.queue.tasks)
    key = next(iter(operator.double.state.keys.held.values()))
    key["actions"] = ["*"]  # somebody widened it; who only looks leaves that to others
    operator.run("doctor")
    assert len(operator.double.state.queue.tasks) == tasks
    assert key["actions"] == ["*"]


def test_a_server_of_an_old_version_is_named_with_the_cure(operator: Operator) -> None:
    operator.double.state.version = "1.12.3"
    told = operator.run("doctor").stdout
    assert "The search server is Meilisearch 1.12.3; 1.36 or newer is needed" in told
    assert "`Updating Meilisearch` in docs/deploy.md" in told
    refused = operator.run("search", "rebuild")
    assert refused.returncode == 1
    assert "[search_server_too_old]" in refused.stderr
    assert operator.double.state.indexes == {}
    operator.double.state.version = "1.51.0"
    assert operator.run("search", "rebuild").returncode == 0
    operator.double.faults.away = True
    away = operator.run("doctor").stdout
    assert "with the data of another version it does not start" in away


def test_the_doctor_knows_a_task_that_hangs(operator: Operator) -> None:
    operator.work("Alpaca wool")
    clock = MovingClock(system_clock())
    with open_runtime(settings_of(operator.folder, **operator.settings), clock) as runtime:
        builders.published(runtime, title="Alpaca milk")
        clock.move(seconds=90)
        ago = (system_clock() - timedelta(seconds=90)).replace(tzinfo=None).isoformat()
        operator.double.state.queue.paused = True
        operator.double.state.queue.add("settingsUpdate", "willay", {}, lambda _task: None, None)
        *done, last = operator.double.state.queue.tasks
        last |= {"status": "processing", "enqueuedAt": f"{ago}000Z", "startedAt": f"{ago}000Z"}
        for task in done:  # else the server would be at work
            task["finishedAt"] = f"{ago}000Z"
        [found] = [one for one in doctor.examine(runtime) if one.subject == "search"]
    assert "The search server has been at task" in found.remedy
    assert "look at its disk" in found.remedy
