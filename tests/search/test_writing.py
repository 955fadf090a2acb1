"""What is written is there, whole, with its cursor, whichever engine holds it."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from app.search.protocol import Document, Key, Mark, Query
from tests.search.backends import Backend
from tests.search.builders import article, id_of, ids, thing


def test_a_document_is_replaced_and_deleted_by_its_key(backend: Backend, tmp_path: Path) -> None:
    with backend.open(tmp_path) as engine:
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


def test_what_is_written_anew_outlives_earlier_deletions(backend: Backend, tmp_path: Path) -> None:
    documents = [article(f"{n}", "Text") for n in range(10)]
    keys = [document.key for document in documents]
    with backend.over(tmp_path, *documents) as engine:
        engine.release()
        engine.apply([], keys[4::-1])
        engine.rewrite([documents[:6], documents[6:]], "anew")
        assert (engine.cursor(), engine.count()) == ("anew", 10)
        assert {key for key, _ in engine.marks()} == set(keys)


def test_marks_tell_what_every_document_was_made_of(backend: Backend, tmp_path: Path) -> None:
    edge = Key("sponsor", UUID(int=2**128 - 1))
    documents = [article(f"{n}", "Text", version=n) for n in range(40)]
    documents.append(Document(edge, Mark(2**63 - 1, b"\xff" * 16), "Edge"))
    with backend.over(tmp_path, *documents) as engine:
        assert dict(engine.marks()) == {document.key: document.mark for document in documents}
        assert engine.search(Query("edge")).hits[0].key == edge


def test_a_document_that_is_none_leaves_nothing_behind(backend: Backend, tmp_path: Path) -> None:
    with backend.over(tmp_path, article("a", "Kept")) as engine:
        bad = Document(Key("article", id_of("b")), Mark(1, b"short"), "Refused")
        naive = article("c", "Naive", published_at=datetime(2020, 1, 1))  # noqa: DTZ001
        for refused, error in ((bad, ValueError), (naive, TypeError)):
            with pytest.raises(error):
                engine.apply([article("a", "Changed"), refused], [], "later")
        assert (engine.cursor(), ids(engine, "kept")) == ("start", [id_of("a")])
        engine.apply([article("d", "After")], [], "next")
        assert (ids(engine, "changed"), ids(engine, "after")) == ([], [id_of("d")])
