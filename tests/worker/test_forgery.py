"""Whoever holds a key that writes may leave anything in the index: it is found, and mended."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.search.meilisearch.tasks import Tasks
from app.search.protocol import FACET_NAMES, Document, Key, Query
from app.worker import verification
from app.worker.index_documents import all_documents
from app.worker.indexing import IndexFollower
from app.worker.verification import compare, repair
from tests import builders
from tests.conftest import Bench
from tests.search.follow import follow
from tests.worker.servers import SERVERS, Room


@pytest.fixture(params=SERVERS)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    with SERVERS[request.param](tmp_path) as opened:
        builders.tag(opened.runtime, "wool", names={"en": "Wool", "es": "Lana"})
        for number in range(3):
            builders.published(
                opened.runtime, title=f"Alpaca {number}", body="Said in Lima.", tags=["wool"]
            )
        opened.follow()
        yield opened


def held(room: Room) -> list[dict[str, Any]]:
    """The articles, as the index holds them."""
    asked: dict[str, Any] = {"filter": "kind = article", "limit": 50}
    return [vars(one) for one in room.master.index(room.engine.uid).get_documents(asked).results]


def put(room: Room, *documents: dict[str, Any], merged: bool = True) -> None:
    """What anybody with a key that writes can do."""
    index = room.master.index(room.engine.uid)
    (index.update_documents if merged else index.add_documents)(documents, "id")
    Tasks(lambda: room.master, lambda: None).wait_until_idle(room.engine.uid)


@pytest.mark.parametrize(
    "forged",
    [
        {"body": "yyforged claim about Minister X"},
        {"title": "yyforged"},
        {"summary": "yyforged"},
        {"labels": ["yyforged"]},
        {"lang": "zz"},
        {"tags": []},
        {"authors": ["yyforged"]},
        {"syndicatable": "no way"},
        {"published_at": 1},
        {"year": 1999},
        {"recency": 9_999},
        {"yyforged": {"deep": [1]}},
        {"version": "7"},
        {"title": None},
        {"body": ["yyforged"]},
        {"version": {}, "digest": 5},
    ],
    ids=str,
)
def test_an_altered_document_is_found_whatever_its_mark_says_and_mended(
    room: Room, forged: dict[str, Any]
) -> None:
    before = held(room)
    put(room, {"id": before[0]["id"], **forged})
    # Readers meanwhile get answers without what cannot be read.
    room.engine.search(Query("alpaca yyforged", highlight=True, facets=FACET_NAMES))
    room.engine.suggest("yyf")
    wrong = [UUID(before[0]["id"].removeprefix("article-"))]
    found = room.compared()
    assert [key.id for key in (*found.altered, *found.outdated)] == wrong
    assert not found.agrees
    repair(room.runtime, room.engine)
    assert room.agrees
    assert sorted(map(str, held(room))) == sorted(map(str, before))


def test_a_digest_that_was_forged_with_the_words_is_found(room: Room) -> None:
    """The mark of one document with the words of another; and of what was never published."""
    one, two, _ = held(room)
    put(room, two | {"id": one["id"], "version": one["version"], "digest": one["digest"]})
    assert [str(key.id.hex) for key in room.compared().altered] == [one["key"]]
    repair(room.runtime, room.engine)
    assert room.agrees


@pytest.mark.parametrize(
    "name", ["stranger", "7", "article-7", "state-2", "article-{upper}", "page-{lower}"]
)
def test_what_is_no_document_of_ours_is_found_and_deleted(room: Room, name: str) -> None:
    before = held(room)
    key = before[0]["key"]
    upper = key.upper() if key.upper() != key else "A" * 32
    stranger = before[0] | {"id": name.format(upper=upper, lower=key), "title": "Alpaca yyforged"}
    put(room, stranger, merged=False)
    hits = room.engine.search(Query("yyforged", highlight=True)).hits
    assert all(hit.key.id != UUID(key) for hit in hits)
    assert room.engine.suggest("alpaca yyf") == []
    assert list(room.compared().strangers) == [stranger["id"]]
    room.follower._proved_at = 0.0
    room.follow()
    assert room.agrees
    assert sorted(map(str, held(room))) == sorted(map(str, before))


@pytest.mark.parametrize(
    "state",
    [
        {"cursor": 5},
        {"cursor": "nonsense"},
        {"cursor": "9" * 400},
        {"cursor": "9999999:1:x"},
        {"cursor": "-1:2:3"},
        {"cursor": None},
        {"parked": "all"},
        {"parked": [{"kind": "article"}]},
        {"parked": [{"kind": "x", "id": "y", "reason": 1}]},
        {"version": "new"},
    ],
    ids=str,
)
def test_a_spoilt_state_is_made_anew(room: Room, state: dict[str, Any]) -> None:
    put(room, {"id": "state", **state})
    room.runtime.search.note_write()
    room.runtime.search.status()
    for _ in range(3):
        room.troubled()
    assert room.agrees


def test_all_that_was_done_is_told_in_one_line(
    room: Room, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    one, two, three = held(room)
    room.master.index(room.engine.uid).delete_document(one["id"])
    put(room, two | {"body": "yyforged"}, {"id": "stranger"})
    put(room, three | {"id": "article-" + "0" * 32})
    with caplog.at_level(logging.WARNING, "willay.search"):
        repair(room.runtime, room.engine)
    [said] = [r.getMessage() for r in caplog.records if "mended" in r.getMessage()]
    assert "1 missing, 0 outdated, 1 altered, 1 surplus, 1 strange, settings right" in said
    for name in (one["key"], two["key"], "0" * 8, "stranger"):
        with subtests.test(name=name):
            assert name in said.replace("-", "")
    assert "\n" not in said
    caplog.clear()
    repair(room.runtime, room.engine)
    assert not caplog.records
    assert room.agrees


def test_a_check_during_changes_raises_no_false_alarm(
    room: Room, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the marks and the store, and between the store and the last look."""

    def busy(runtime: Any) -> Iterator[list[Document]]:
        builders.published(runtime, title="While it is checked")
        yield from all_documents(runtime)
        builders.published(runtime, title="And once more")

    monkeypatch.setattr(verification, "all_documents", busy)
    assert compare(room.runtime, room.engine).agrees
    assert not repair(room.runtime, room.engine).differing
    assert not [r for r in caplog.records if "mended" in r.getMessage()]
    room.follow()
    monkeypatch.undo()
    assert room.agrees


def test_shares_take_turns_until_all_was_looked_at(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        builders.published(room.runtime, title=f"Llama {number}")
    room.follow()
    monkeypatch.setattr(verification, "SHARE", 15)
    documents = {made.key for portion in all_documents(room.runtime) for made in portion}
    looked: list[set[Key]] = []
    seals = room.engine.seals

    def watched(keys: list[Key]) -> Any:
        looked[-1] |= set(keys)
        return seals(keys)

    monkeypatch.setattr(room.engine, "seals", watched)
    for turn in range(3):
        looked.append(set())
        assert compare(room.runtime, room.engine, turn=turn).agrees
    assert set().union(*looked) == documents
    assert all(not one & other for one, other in pairwise(looked))


def test_a_forged_near_index_is_found_and_mended(quiet: Bench, subtests: pytest.Subtests) -> None:
    """Written by this very program, with the mark that the store knows."""
    runtime = quiet.runtime
    builders.tag(runtime, "wool")
    builders.published(runtime, title="Alpaca", body="Said in Lima.", tags=["wool"])
    builders.published(runtime, title="Llama")
    follow(runtime)
    engine = runtime.search.get()
    [true] = [m for part in all_documents(runtime) for m in part if m.title == "Alpaca"]
    for forged in (
        replace(true, body="yyforged"),
        replace(true, title="yyforged"),
        replace(true, labels=()),
        replace(true, tag_ids=()),
        replace(true, authors=("x",)),
        replace(true, also_in=("es",)),
        replace(true, lang="es"),
        replace(true, syndicatable=not true.syndicatable),
        replace(true, published_at=None),
        replace(true, article_kind="page"),
    ):
        with subtests.test(forged=forged):
            engine.apply([forged], [])
            assert compare(runtime, engine).altered == [true.key]
            repair(runtime, engine, turn=0)
            assert compare(runtime, engine).agrees


def test_a_worker_finds_forged_contents_by_itself(room: Room) -> None:
    [one, *_] = held(room)
    put(room, {"id": one["id"], "body": "yyforged"})
    room.follower._proved_at = 0.0
    room.follow()
    assert room.found("yyforged") == set()
    assert isinstance(room.follower, IndexFollower)
    assert room.agrees
