"""What is written stays written, whole, with its cursor, and is seen by everyone."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import IndexBusy, Query
from tests.search.builders import article, engine_of, id_of, ids

LANGUAGES = ("en", "es")


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with engine_of(tmp_path, article("a", "Text"), article("b", "More")):
        pass
    with EmbeddedEngine(tmp_path, LANGUAGES) as again:
        assert (again.cursor(), again.count()) == ("start", 2)


def test_a_file_that_a_killed_writer_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """It lies there under the name that the next writer gives to the same deletion."""
    index, killed = tmp_path / "index", tmp_path / "killed"
    with engine_of(index, *(article(name, "Text") for name in "abc")):
        pass
    shutil.copytree(index, killed)
    with EmbeddedEngine(index, LANGUAGES) as engine:
        engine.apply([article("a", "Changed")], [], "next")
    left = [
        path for path in index.rglob("*.del") if not (killed / path.relative_to(index)).exists()
    ]
    assert left
    for path in (*left, *index.rglob(".managed.json")):
        shutil.copy(path, killed / path.relative_to(index))
    with EmbeddedEngine(killed, LANGUAGES) as engine:
        engine.apply([article("a", "Changed")], [], "next")
        assert (engine.cursor(), ids(engine, "changed")) == ("next", [id_of("a")])


def test_a_second_writer_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    with engine_of(tmp_path, article("a", "Text")):
        code = _write(tmp_path, "b", "cursor of another")
        refused = subprocess.run(code, capture_output=True, text=True, timeout=60, check=False)
        assert "IndexBusy" in refused.stderr
        with EmbeddedEngine(tmp_path, LANGUAGES) as second:
            with pytest.raises(IndexBusy):
                second.apply([article("b", "Text")], [])
            assert second.cursor() == "start"
    subprocess.run(code, timeout=60, check=True)
    with EmbeddedEngine(tmp_path, LANGUAGES) as engine:
        assert (engine.cursor(), engine.count()) == ("cursor of another", 2)


def test_a_reader_sees_what_another_process_commits_at_its_next_search(tmp_path: Path) -> None:
    with EmbeddedEngine(tmp_path, LANGUAGES) as reader:
        assert ids(reader, "text") == []
        for name in ("b", "c"):
            subprocess.run(_write(tmp_path, name, name), timeout=60, check=True)
            assert reader.cursor() == name
            assert id_of(name) in ids(reader, "text")


def test_threads_search_one_whole_state_while_another_writes(tmp_path: Path) -> None:
    """Each commit replaces ten documents of one round by ten of the next: no search sees fewer,
    more, or two rounds at once."""
    done = Event()

    def rounds_seen() -> list[set[int]]:
        seen = []
        while not done.is_set():
            found = engine.search(Query("round", limit=50))
            seen.append({hit.version for hit in found.hits})
            assert len(found.hits) == found.total == 10
        return seen

    with EmbeddedEngine(tmp_path, LANGUAGES) as engine, ThreadPoolExecutor(3) as threads:
        engine.apply([article(f"{n}", "Round", version=1) for n in range(10)], [])
        searching = [threads.submit(rounds_seen) for _ in range(3)]
        try:
            for version in range(2, 12):
                engine.apply([article(f"{n}", "Round", version=version) for n in range(10)], [])
        finally:
            done.set()
        seen = [versions for search in searching for versions in search.result(timeout=30)]
    assert seen
    assert all(len(versions) == 1 for versions in seen)


def _write(path: Path, name: str, cursor: str) -> list[str]:
    return _python(
        "import sys; from pathlib import Path\n"
        "from app.search.embedded.engine import EmbeddedEngine\n"
        "from tests.search.builders import article\n"
        "with EmbeddedEngine(Path(sys.argv[1]), ('en', 'es')) as engine:\n"
        "    engine.apply([article(sys.argv[2], 'Text')], [], sys.argv[3])\n",
        *(str(path), name, cursor),
    )


ENDLESS = """
import sys
from itertools import count
from pathlib import Path
from app.search.embedded.engine import EmbeddedEngine
from tests.search.builders import article, id_of
from app.search.protocol import Key
with EmbeddedEngine(Path(sys.argv[1]), ("en", "es")) as engine:
    start = int(engine.cursor() or 0)
    for n in count(start + 1):
        upserts = [article(f"{n}-{m}", f"Batch {n}", "text " * 50) for m in range(5)]
        deletes = [Key("article", id_of(f"{n - 1}-{m}")) for m in range(5)]
        engine.apply(upserts, deletes, str(n))
        print(n, flush=True)
"""


def test_killed_at_any_moment_it_holds_one_whole_commit(tmp_path: Path) -> None:
    """The cursor always tells exactly which batch is there, and no acknowledged one is lost."""
    for trial in range(4):
        child = subprocess.Popen(_python(ENDLESS, str(tmp_path)), stdout=subprocess.PIPE)
        assert child.stdout is not None
        first = int(child.stdout.readline())
        time.sleep(0.05 + 0.037 * trial)
        os.kill(child.pid, signal.SIGKILL)
        acknowledged = [first, *(int(line) for line in child.stdout.read().split())]
        child.wait(timeout=30)
        child.stdout.close()
        with EmbeddedEngine(tmp_path, LANGUAGES) as engine:
            reached = int(engine.cursor() or 0)
            assert reached in (acknowledged[-1], acknowledged[-1] + 1)
            held = {key.id for key, _ in engine.marks()}
            assert held == {id_of(f"{reached}-{m}") for m in range(5)}


def _python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]
