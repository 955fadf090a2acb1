"""`willay search` and `willay doctor` where a server searches: proof, rebuild, roll back, keys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.runtime import opened
from app.worker.indexing import Indexing
from tests import builders
from tests.commands import Done, willay
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
        with opened(settings_of(self.folder, **self.settings)) as runtime:
            for title in titles:
                builders.published(runtime, title=title)
            for held in (runtime.search.main, runtime.search.standby):
                follower = Indexing(runtime, held)
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
