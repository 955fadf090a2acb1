"""Search follows the truth: what is published is found, and nothing else, whatever happens."""

import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from app.editorial import publishing, tags
from app.editorial.people import SPONSORS, SponsorInput
from app.editorial.tags import TagInput
from app.runtime import Runtime, open_runtime
from app.worker import rebuilding
from app.worker.index_documents import count_documents
from app.worker.indexing import IndexFollower
from app.worker.verification import compare
from tests import builders, stores
from tests.builders import EDITOR, imported
from tests.conftest import Bench, MovingClock, store
from tests.search.builders import article as stray
from tests.search.follow import follow, matching_ids, search_agrees

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample" / "peru.jsonl"
Either = tuple[Runtime, MovingClock]


def test_publishing_embargo_expiry_and_retraction_arrive(either: Either) -> None:
    runtime, clock = either
    shown = builders.published(runtime, title="Alpaca wool")
    soon = clock() + timedelta(hours=1)
    later = builders.publish(
        runtime,
        builders.draft(runtime, title="Alpaca cheese"),
        at=soon,
        until=soon + timedelta(hours=1),
    )
    builders.draft(runtime, title="Alpaca secret")
    follow(runtime)
    assert matching_ids(runtime, "alpaca") == {shown}
    clock.move(hours=1)
    follow(runtime)
    assert matching_ids(runtime, "alpaca") == {shown, later}
    clock.move(hours=1)
    follow(runtime)
    assert matching_ids(runtime, "alpaca") == {shown}
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, shown, "It was a llama.")
    follow(runtime)
    assert matching_ids(runtime, "alpaca") == set()
    assert search_agrees(runtime)


def test_a_tags_new_name_reaches_its_articles_and_those_below_it(either: Either) -> None:
    runtime, _ = either
    parent = builders.tag(runtime, "land")
    builders.tag(runtime, "water", parent="land")
    article = builders.published(runtime, title="One", tags=["water"])
    follow(runtime)
    with runtime.publishing() as tx:
        names = {"en": "Territory", "es": "Territorio"}
        tags.update(tx, EDITOR, parent, TagInput(slug="land", names=names))
        SPONSORS.add(tx, EDITOR, SponsorInput(name="Territory Fund"))
    assert not agrees_late(runtime)
    follow(runtime)
    assert article in matching_ids(runtime, "territorio")
    assert len(matching_ids(runtime, "territory")) == 3
    assert search_agrees(runtime)


def agrees_late(runtime: Runtime) -> bool:
    return compare(runtime, runtime.search.get()).agrees


def test_a_rebuild_mends_what_is_missing_and_what_is_too_much(bench: Bench) -> None:
    runtime = bench.runtime
    imported(runtime, SAMPLE)
    follow(runtime)
    engine = runtime.search.get()
    marks = list(engine.marks())
    assert len(marks) == 150
    builders.published(runtime, title="Meanwhile")
    engine.apply([], [key for key, _ in marks[:5]])
    comparison = compare(runtime, engine)
    assert len(comparison.missing) in (5, 6)
    told: list[int] = []
    rebuilding.rebuild(runtime, engine, told.append)
    assert sum(told) == count_documents(runtime) == 151
    follow(runtime)
    assert search_agrees(runtime)


def test_a_rebuild_is_seen_when_it_is_whole_or_not_at_all(bench: Bench) -> None:
    runtime = bench.runtime
    article = builders.published(runtime, title="Alpaca wool")
    follow(runtime)
    engine = runtime.search.get()
    engine.apply([stray("stray", "Alpaca")], [])
    before = matching_ids(runtime, "alpaca")
    assert len(before) == 2

    def look(_count: int) -> None:
        assert matching_ids(runtime, "alpaca") == before

    def fail(_count: int) -> None:
        raise OSError("the builder dies")

    with pytest.raises(OSError, match="dies"):
        rebuilding.rebuild(runtime, engine, fail)
    assert matching_ids(runtime, "alpaca") == before
    rebuilding.rebuild(runtime, engine, look)
    assert matching_ids(runtime, "alpaca") == {article}
    assert search_agrees(runtime)


@pytest.mark.parametrize("damage", ["deleted", "broken"])
def test_a_lost_index_is_made_again(bench: Bench, damage: str) -> None:
    runtime = bench.runtime
    article = builders.published(runtime, title="Alpaca wool")
    follow(runtime)
    folder = runtime.settings.data_dir / "search"
    if damage == "deleted":
        # In one instant: a merge that is under way writes into it meanwhile.
        shutil.rmtree(folder.rename(folder.with_name("gone")))
    else:
        runtime.search.close()
        [meta] = folder.glob("*/meta.json")
        meta.write_text("{")
    # What was open still answers; nothing was, after it had been closed.
    assert matching_ids(runtime, "alpaca") == ({article} if damage == "deleted" else set())
    follow(runtime)
    assert matching_ids(runtime, "alpaca") == {article}
    assert search_agrees(runtime)


def test_a_store_that_was_restored_is_noticed(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, clock):
        first = builders.published(runtime, title="Alpaca wool")
        runtime.database.close()
        stores.copied(tmp_path, tmp_path / "copy")
        builders.published(runtime, title="Alpaca cheese")
        follow(runtime)
        assert len(matching_ids(runtime, "alpaca")) == 2
    stores.put_back(tmp_path / "copy", tmp_path)
    clock.move(hours=1)
    with open_runtime(stores.settings_of(tmp_path, serve_worker=False), clock) as runtime:
        other = builders.published(runtime, title="Alpaca bread")
        follow(runtime)
        assert matching_ids(runtime, "alpaca") == {first, other}
        assert search_agrees(runtime)


def test_followers_beside_each_other_do_no_harm(quiet: Bench) -> None:
    """Several processes: whoever has the lease writes, the others stand by and take over."""
    with open_runtime(quiet.runtime.settings, quiet.clock) as twin:
        one, other = IndexFollower(quiet.runtime), IndexFollower(twin)
        for number in range(12):
            key = builders.published(quiet.runtime, title=f"Alpaca {number}")
            worker, idle = (one, other) if number % 2 else (other, one)
            assert worker.step()
            idle.step()
            while worker.step() or idle.step():
                pass
            assert key in matching_ids(twin, f"alpaca {number}")
        assert search_agrees(twin)


_CHILD = """
from app.runtime import open_runtime
from app.settings import Settings
from app.worker.indexing import IndexFollower
from app.worker.verification import compare
from app.worker.index_documents import count_documents
with open_runtime(Settings(_env_file=None)) as runtime:
    follower = IndexFollower(runtime)
    print("ready", flush=True)
    while True:
        follower.step()
"""


def test_a_killed_follower_loses_nothing(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, _):
        for round_ in range(3):
            child = subprocess.Popen(
                [sys.executable, "-c", _CHILD],
                cwd=ROOT,
                env=stores.environment_of(tmp_path),
                stdout=subprocess.PIPE,
            )
            try:
                assert child.stdout is not None
                assert child.stdout.readline() == b"ready\n"
                for number in range(15):
                    builders.published(runtime, title=f"Alpaca {round_} {number}")
                time.sleep(0.05 * round_)
            finally:
                child.send_signal(signal.SIGKILL)
                child.wait(timeout=20)
                child.stdout.close()
        follow(runtime)
        assert len(matching_ids(runtime, "alpaca")) == 45
        assert search_agrees(runtime)


def test_a_published_article_is_found_within_a_second_of_serving(bench: Bench) -> None:
    """The worker that `serve` runs, on the real clock's pace."""
    until = time.monotonic() + 10
    builders.published(bench.runtime, title="Alpaca wool")
    began = time.monotonic()
    while time.monotonic() < until:
        answer = bench.client.get("/v1/search?q=alpaca").json()
        # There is no data while the first index is built.
        if answer.get("data") and answer["meta"]["freshness"]["behind_changes"] == 0:
            break
        time.sleep(0.02)
    assert [hit["item"]["title"] for hit in answer["data"]] == ["Alpaca wool"]
    assert time.monotonic() - began < 10
    assert answer["meta"]["freshness"] == {"behind_changes": 0}
