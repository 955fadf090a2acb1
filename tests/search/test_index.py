"""What is written stays written, whole, with its cursor, and is seen by everyone."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest

from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Document, IndexBusy, Key, Mark, Query
from tests.search.builders import article, engine_of, id_of, ids, thing

LANGUAGES = ("en", "es")


def test_a_document_is_replaced_and_deleted_by_its_key(tmp_path: Path) -> None:
    with EmbeddedEngine(tmp_path, LANGUAGES) as engine:
        assert (engine.cursor(), engine.count(), list(engine.marks())) == (None, 0, [])
        engine.apply([article("a", "First words"), thing("tag", "a", "A tag")], [], "7:1")
        engine.apply([article("a", "Older", version=2), article("a", "Second", version=3)], [])
        assert ids(engine, "first") == ids(engine, "older") == []
        assert ids(engine, "second") == [id_of("a")]
        assert engine.search(Query("second")).hits[0].version == 3
        engine.apply([], [Key("article", id_of("a")), Key("article", id_of("nobody"))], "7:2")
        assert engine.search(Query()).hits[0].key == Key("tag", id_of("a"))
        assert (engine.cursor(), engine.count()) == ("7:2", 1)
        engine.apply([], [])
    with EmbeddedEngine(tmp_path, LANGUAGES) as again:
        assert (again.cursor(), again.count()) == ("7:2", 1)


def test_marks_tell_what_every_document_was_made_of(tmp_path: Path) -> None:
    edge = Key("sponsor", UUID(int=2**128 - 1))
    documents = [article(f"{n}", "Text", version=n) for n in range(40)]
    documents.append(Document(edge, Mark(2**63 - 1, b"\xff" * 16), "Edge"))
    with engine_of(tmp_path, *documents) as engine:
        assert dict(engine.marks()) == {document.key: document.mark for document in documents}
        assert engine.search(Query("edge")).hits[0].key == edge


def test_a_document_that_cannot_be_held_leaves_nothing_behind(tmp_path: Path) -> None:
    with engine_of(tmp_path, article("a", "Kept")) as engine:
        bad = Document(Key("article", id_of("b")), Mark(1, b"short"), "Refused")
        naive = article("c", "Naive", published_at=datetime(2020, 1, 1))  # noqa: DTZ001
        for refused, error in ((bad, ValueError), (naive, TypeError)):
            with pytest.raises(error):
                engine.apply([article("a", "Changed"), refused], [], "later")
        assert (engine.cursor(), ids(engine, "kept")) == ("start", [id_of("a")])
        engine.apply([article("d", "After")], [], "next")
        assert (ids(engine, "changed"), ids(engine, "after")) == ([], [id_of("d")])


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
