"""An index that is damaged, removed or outdated: searches go on, and another takes its place."""

import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

import pytest

from app.search.embedded.analysis import Analyser
from app.search.embedded.engine import EmbeddedEngine
from app.search.embedded.schema import VERSION, build_schema, folder_name, tantivy_document
from app.search.lazy import LazyEngine
from app.search.protocol import Engine, IndexUnreadable, Label, Query
from tests.search.builders import article, engine_of, id_of

LANGUAGES = ("en", "es")
ALPACA = article("a", "Alpaca wool")


def _found(engine: Engine) -> list[UUID]:
    return [hit.key.id for hit in engine.search(Query("alpaca")).hits]


def _garble(folder: Path, suffix: str) -> None:
    """As a disk does: other bytes in the file's place, the old ones gone with the old file."""
    [segment] = folder.glob(f"*{suffix}")
    other = segment.with_suffix(".new")
    other.write_bytes(b"garbage" * 99)
    other.rename(segment)


def _remove(folder: Path) -> None:
    # In one instant: a merge that is under way writes into it meanwhile.
    shutil.rmtree(folder.rename(folder.with_name("gone")))


def _break_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("{")


@pytest.mark.parametrize("damage", [_remove, _break_meta])
def test_what_is_open_answers_until_another_is_whole(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    held = LazyEngine(tmp_path, LANGUAGES)
    held.to_write().apply([ALPACA], [], "1")
    first = held.get()
    assert _found(first) == [id_of("a")]
    damage(tmp_path / folder_name(LANGUAGES))
    assert _found(held.get()) == [id_of("a")]
    new = held.to_write()
    assert new is not first
    assert (new.count(), new.cursor()) == (0, None)
    new.apply([article("b", "Alpaca cheese")], [])
    assert _found(held.get()) == [id_of("a")]
    new.apply([], [], "2")
    assert held.get() is new
    assert _found(new) == [id_of("b")]
    held.close()


def test_another_process_takes_the_new_one_up_as_well(tmp_path: Path) -> None:
    """It must not read the new index, half full, in place of the old one."""
    one, other = LazyEngine(tmp_path, LANGUAGES), LazyEngine(tmp_path, LANGUAGES)
    one.to_write().apply([ALPACA], [], "1")
    one.to_write().release()
    assert _found(other.get()) == [id_of("a")]
    _remove(tmp_path / folder_name(LANGUAGES))
    one.to_write().apply([], [])
    assert _found(other.get()) == [id_of("a")]
    one.to_write().apply([article("b", "Alpaca cheese")], [], "2")
    assert _found(other.get()) == [id_of("b")]
    one.close()
    other.close()


@pytest.mark.parametrize("suffix", [".idx", ".term", ".store", ".fast"])
def test_a_damaged_index_is_begun_anew_when_it_is_opened_or_examined(
    tmp_path: Path, suffix: str
) -> None:
    with engine_of(tmp_path, ALPACA) as engine:
        _garble(engine.folder, suffix)
    held = LazyEngine(tmp_path, LANGUAGES)
    with suppress(IndexUnreadable):  # unless the damage was seen at the opening
        held.get().search(Query("alpaca", highlight=True, facets=("tags",)))
    new = held.to_write()
    new.apply([ALPACA], [], "1")
    assert _found(held.get()) == [id_of("a")]
    assert new.count() == 1
    held.close()


def test_a_failure_of_a_whole_index_throws_nothing_away(tmp_path: Path) -> None:
    with engine_of(tmp_path, ALPACA) as engine:
        meta = engine.folder / "meta.json"
        assert _found(engine) == [id_of("a")]
        kept = meta.read_text()
        meta.write_text("{")
        assert _found(engine) == [id_of("a")]  # and notes that it failed to read
        meta.write_text(kept)
        engine.examine()
        assert not engine.is_lost()
        engine.apply([article("b", "Alpaca cheese")], [], "2")
        assert len(_found(engine)) == 2


def test_another_version_is_built_beside_and_the_old_one_goes_when_nobody_holds_it(
    tmp_path: Path,
) -> None:
    """Other languages are another analysis, as a new version is."""
    with engine_of(tmp_path, ALPACA) as old:
        with EmbeddedEngine(tmp_path, ("en",)) as new:
            assert (new.folder == old.folder, new.count()) == (False, 0)
            new.apply([ALPACA], [])
            assert _found(old) == [id_of("a")]
            new.apply([], [], "1")
            old.apply([article("b", "Alpaca cheese")], [], "2")
            assert len(_found(old)) == 2
            assert len(_found(new)) == 1
        folder = old.folder
    assert folder.exists()
    with EmbeddedEngine(tmp_path, ("en",)) as new:
        new.apply([], [], "3")
        assert not folder.exists()
        assert _found(new) == [id_of("a")]


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from app.search.embedded.engine import EmbeddedEngine\n"
        "EmbeddedEngine(Path(sys.argv[1]), ('en',)).apply([], [], 'cursor')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60, check=False)
    assert (tmp_path / folder_name(("en",))).exists()
    with engine_of(tmp_path, ALPACA):
        assert not (tmp_path / folder_name(("en",))).exists()


def test_what_documents_become_is_of_this_version() -> None:
    """Raise `VERSION` when this fails: an index that another analysis wrote must not be read."""
    probe = article(
        "probe",
        "Organisations and children's rights: niñas, jóvenes",
        "They defended the forests. Las comunidades defendieron los bosques.",
        summary="What is said in short.",
        also_in=("es",),
        tag_ids=(id_of("tag"),),
        authors=("ana-perez",),
        labels=(Label("Water", "en"), Label("Agua", "es"), Label("Ana Pérez")),
    )
    made = tantivy_document(probe, Analyser(LANGUAGES)).to_dict()
    known = blake2b(
        pickle.dumps(build_schema()) + repr(sorted(made.items())).encode(), digest_size=8
    )
    assert (VERSION, known.hexdigest()) == (5, "7a6e334f4995b502")
