"""What holds on any search server: on the double, and on a real one where there is one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Event

import pytest

from app.editorial import publishing, tags
from app.editorial.tags import TagInput
from app.search.meilisearch.filters import quote
from app.search.meilisearch.tasks import Tasks
from app.search.protocol import Query
from app.worker import rebuilding
from app.worker.indexing import IndexFollower
from app.worker.verification import compare
from tests import builders
from tests.builders import EDITOR
from tests.worker.servers import SERVERS, Room


@pytest.fixture(params=SERVERS)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    with SERVERS[request.param](tmp_path) as opened:
        yield opened


def test_embargo_and_expiry_arrive_by_time_alone(room: Room) -> None:
    soon = room.clock() + timedelta(hours=1)
    key = builders.publish(
        room.runtime,
        builders.draft(room.runtime, title="Alpaca cheese"),
        at=soon,
        until=soon + timedelta(hours=1),
    )
    room.follow()
    assert room.found("alpaca") == set()
    room.clock.move(hours=1)
    room.follow()
    assert room.found("alpaca") == {key}
    room.clock.move(hours=1)
    room.follow()
    assert room.found("alpaca") == set()
    assert room.agrees


def test_a_rebuild_leaves_no_gap_and_replays_what_happens_meanwhile(room: Room) -> None:
    for number in range(30):
        builders.published(room.runtime, title=f"Alpaca {number}")
    room.follow()
    done, counts = Event(), list[int]()

    def read() -> None:
        while not done.is_set():
            counts.append(room.runtime.search.get().search(Query("alpaca", limit=1)).total)

    published = []

    def meanwhile(_portion: int) -> None:
        published.append(builders.published(room.runtime, title="Alpaca meanwhile"))

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(read)
        try:
            rebuilding.rebuild(room.runtime, room.runtime.search.get(), meanwhile)
        finally:
            done.set()
        reading.result(timeout=20)
    assert counts
    assert min(counts) >= 30
    assert room.agrees
    assert set(published) <= room.found("meanwhile")


def test_the_old_index_is_kept_and_can_be_put_back(room: Room) -> None:
    builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    engine = room.runtime.search.get()
    for _ in range(2):
        rebuilding.rebuild(room.runtime, engine)
    assert len(room.indexes()) == 2  # the one that answers, and the one before it
    later = builders.published(room.runtime, title="Alpaca bread")
    room.follow()
    assert rebuilding.restore_previous(engine)
    assert later not in room.found("alpaca")
    room.follow()  # it has its own place in the log, and goes on from there
    assert later in room.found("alpaca")
    assert room.agrees


def test_both_engines_follow_and_answer_together(room: Room) -> None:
    standby = room.runtime.search.standby
    assert standby is not None
    spare = IndexFollower(room.runtime, standby)
    key = builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    while spare.step():
        pass
    for engine in room.runtime.search.engines():
        assert [hit.key.id for hit in engine.search(Query("alpaca")).hits] == [key]
        assert compare(room.runtime, engine).agrees
    room.runtime.search.note_write()
    served = room.runtime.search.search(Query("alpaca"))
    assert (served.status.engine, served.status.degraded) == ("both", False)
    assert [hit.key.id for hit in served.result.hits] == [key]


def test_a_tags_new_name_finds_its_articles_and_a_taken_down_one_is_gone(room: Room) -> None:
    tag = builders.tag(room.runtime, "llama", names={"en": "Llama", "es": "Guanaco"})
    key = builders.published(room.runtime, title="News from the puna", tags=["llama"])
    room.follow()
    assert room.found("guanaco") == {tag, key}
    with room.runtime.publishing() as tx:
        tags.update(tx, EDITOR, tag, TagInput(slug="llama", names={"en": "Fleece", "es": "Vellón"}))
    room.follow()
    assert (room.found("guanaco"), room.found("vellon")) == (set(), {tag, key})
    with room.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "It was wrong.")
    room.follow()
    assert room.found("fleece") == {tag}
    assert room.agrees


def test_what_was_erased_is_in_no_index_of_the_server(room: Room) -> None:
    builders.published(room.runtime, title="Alpaca wool")
    room.follow()
    rebuilding.rebuild(room.runtime, room.engine)
    assert len(room.indexes()) == 2
    rebuilding.rewrite(room.runtime, room.engine)
    assert room.indexes() == [room.engine.uid]
    room.follow()
    assert room.agrees


def _delete_index(room: Room) -> None:
    room.master.delete_index(room.engine.uid)


def _make_it_anew_with_default_settings(room: Room) -> None:
    _delete_index(room)
    room.master.index(room.engine.uid).add_documents([{"id": "stranger", "title": "x"}], "id")


def _reset_settings(room: Room) -> None:
    nothing = dict.fromkeys(("filterableAttributes", "rankingRules", "typoTolerance", "synonyms"))
    room.master.index(room.engine.uid).update_settings(nothing)


def _drift(room: Room) -> None:
    index = room.master.index(room.engine.uid)
    held = [vars(one) for one in index.get_documents({"filter": "kind = article"}).results]
    index.delete_document(held[0]["id"])
    index.add_documents([held[1] | {"digest": "00" * 16}, held[2] | {"id": "article-" + "0" * 32}])


def _delete_keys(room: Room) -> None:
    for key in room.master.get_keys({"limit": 1_000}).results:
        if str(key.name).endswith(room.engine.uid):
            room.master.delete_key(key.uid)


@pytest.mark.parametrize(
    "damage",
    [_delete_index, _make_it_anew_with_default_settings, _reset_settings, _drift, _delete_keys],
)
def test_whatever_is_done_to_the_index_by_others_is_put_right(
    room: Room, damage: Callable[[Room], None]
) -> None:
    """The worker looks at everything on a schedule; readers are answered all the while."""
    keys = {builders.published(room.runtime, title=f"Alpaca news {n}") for n in range(4)}
    room.follow()
    spare = IndexFollower(room.runtime, room.runtime.search.standby)
    while spare.step():
        pass
    damage(room)
    Tasks(lambda: room.master, lambda: None).wait_until_idle("*")
    room.runtime.search.note_write()
    served = room.runtime.search.search(Query("alpaca news"))
    assert {hit.key.id for hit in served.result.hits} == keys
    room.follower._proved_at = 0.0
    for _ in range(5):
        if room.troubled() == "":
            break
    assert room.agrees
    assert room.found("alpaca") == keys


def test_a_canceled_write_is_made_again(room: Room) -> None:
    """Somebody cancels whatever waits, again and again, while there is much to write."""
    for number in range(60):
        builders.published(room.runtime, title=f"Alpaca news {number}", body="word " * 3_000)
    done = Event()

    def cancel() -> None:
        while not done.wait(0.01):
            room.master.cancel_tasks({"indexUids": room.engine.uid})

    with ThreadPoolExecutor(1) as threads:
        canceling = threads.submit(cancel)
        room.troubled()
        done.set()
        canceling.result(timeout=10)
    for _ in range(5):
        if room.troubled() == "":
            break
    assert room.agrees


def test_no_value_of_a_filter_finds_more_than_its_equals(room: Room) -> None:
    """Values made of the server's own grammar. It compares without case and outer blanks."""
    room.follow()
    chance = Random(5)  # choices, not secrets
    pieces = ["\\", '"', "'", " OR ", " AND ", "NOT ", "=", "[", "]", "(", ")", ",", "x", "kind"]
    values = ["".join(chance.choices(pieces, k=chance.randint(1, 9))) for _ in range(150)]
    documents = [{"id": f"{at}", "kind": value} for at, value in enumerate(values)]
    index = room.master.index(room.engine.uid)
    room.engine.tasks.wait_for(index.add_documents(documents), index.uid)
    for value in values:
        asked = {"filter": [f"kind IN [{quote(value)}]"], "limit": 200}
        hits = index.search("", asked)["hits"]
        equal = {one["id"] for one in documents if _folded(one["kind"]) == _folded(value)}
        assert {hit["id"] for hit in hits} == equal, value


def _folded(value: str) -> str:
    return value.strip().lower()
