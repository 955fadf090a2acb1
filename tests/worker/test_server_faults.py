"""Each thing that a search server far away can do: nothing is lost, and the index comes true again
by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.editorial import tags
from app.editorial.tags import TagInput
from tests import builders
from tests.builders import EDITOR
from tests.search.backends import engine_at
from tests.search.builders import article
from tests.search.double.errors import Refusal
from tests.search.double.indexes import DEFAULTS
from tests.search.double.server import MASTER
from tests.worker.servers import Newsroom, newsroom

ADDS = r"^POST /indexes/willay/documents\?"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        builders.tag(opened.runtime, "wool", names={"en": "Wool", "es": "Lana"})
        builders.published(opened.runtime, title="Alpaca wool", tags=["wool"])
        opened.follow()
        assert opened.agrees
        yield opened


def publish(room: Newsroom, count: int = 1) -> None:
    for number in range(count):
        builders.published(room.runtime, title=f"Alpaca news {number}")


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (503, "too_many_search_requests", "search_overloaded"),
        (422, "no_space_left_on_device", "search_overloaded"),
        (500, "internal", "search_unreachable"),
        (400, "bad_request", "search_refused"),
    ],
)
def test_a_write_that_is_refused_is_made_again(
    room: Newsroom, status: int, code: str, told: str
) -> None:
    publish(room)
    room.double.faults.refuse(ADDS, status, code)
    before = room.runtime.search.get().cursor()
    assert room.troubled() == told
    assert room.runtime.search.get().cursor() == before
    assert room.troubled() == ""
    assert room.agrees


def test_an_answer_in_html_and_one_that_is_cut_are_outcomes_unknown(room: Newsroom) -> None:
    """The second write was done before its connection broke: done again, it changes nothing."""
    publish(room)
    room.double.faults.answers.append((ADDS, 502, b"<html>Bad gateway</html>"))
    room.double.faults.cut.append(ADDS)
    assert [room.troubled() for _ in range(3)] == ["search_unreachable", "search_unreachable", ""]
    assert room.agrees


@pytest.mark.parametrize("what", ["failed", "canceled"])
def test_a_task_that_was_accepted_and_then_fails_moves_no_cursor(room: Newsroom, what: str) -> None:
    publish(room)
    before = room.runtime.search.get().cursor()
    if what == "failed":
        full = Refusal(500, "no_space_left_on_device", "No space left on device", "system")
        room.double.state.queue.fail_next.append(full)
    else:
        room.double.state.queue.cancel_next = 1
    assert room.troubled().startswith("search_task_")
    assert room.runtime.search.get().cursor() == before
    assert room.troubled() == ""
    assert room.agrees


def test_a_document_that_cannot_be_held_is_parked_and_the_rest_goes_on(room: Newsroom) -> None:
    publish(room, 5)
    bad = builders.published(room.runtime, title="Poisonous news")
    publish(room, 5)
    room.double.state.poison = "Poisonous"
    room.follow()
    found = room.compared()
    assert found.behind == 0
    assert [key.id for key in found.missing] == [bad]
    assert [one.key.id for one in found.parked] == [bad]
    assert len(room.found("news")) == 10
    assert len(room.runtime.search.status().parked) == 1
    # What was wrong is put right, or the server learns to hold it: it is taken in again.
    room.double.state.poison = None
    room.follower._proved_at = 0.0
    room.follow()
    assert room.agrees
    assert room.compared().parked == ()


def test_one_document_alone_is_given_three_attempts(room: Newsroom) -> None:
    room.double.state.poison = "Poisonous"
    bad = builders.published(room.runtime, title="Poisonous news")
    assert [room.troubled() != "" for _ in range(3)] == [True, True, False]
    assert [one.key.id for one in room.compared().parked] == [bad]


def test_what_is_too_large_is_sent_in_smaller_parts(room: Newsroom) -> None:
    publish(room, 12)
    large = builders.published(room.runtime, title="A long story", body="alpaca " * 2_000)
    room.double.faults.payload = 8_000
    room.follow()
    assert [key.id for key in room.compared().missing] == [large]
    assert [one.key.id for one in room.compared().parked] == [large]
    room.double.faults.payload = 100_000_000
    room.follower._proved_at = 0.0
    room.follow()
    assert room.agrees


def test_a_server_that_lost_everything_is_filled_anew(room: Newsroom) -> None:
    """Its keys are gone (403), its index, and its tasks are counted from 0 again."""
    publish(room, 3)
    room.follow()
    room.double.lose_volume()
    room.runtime.search.note_write()
    assert room.runtime.search.status().degraded
    while room.troubled():
        pass
    assert room.agrees
    assert len(room.found("alpaca")) == 4
    assert not room.runtime.search.status().degraded


def test_an_index_made_anew_with_default_settings_is_noticed(room: Newsroom) -> None:
    index = room.double.state.indexes["willay"]
    index.settings = dict(DEFAULTS)
    assert set(room.compared().settings) >= {"filterableAttributes", "rankingRules"}
    room.follower._proved_at = 0.0
    room.follow()
    assert room.agrees


def test_settings_are_compared_and_not_rewritten(room: Newsroom) -> None:
    before = room.asked("PATCH", "/settings")
    with engine_at(room.url, MASTER) as another:
        another.apply([article("a", "One")], [])
        assert another.differing_settings() == ()
    assert room.asked("PATCH", "/settings") == before


def test_a_drifted_index_is_mended_both_ways(room: Newsroom) -> None:
    publish(room, 4)
    room.follow()
    held = room.double.state.indexes["willay"].documents
    names = [name for name in held if name.startswith("article-")]
    gone, stale = names[0], names[1]
    del held[gone]
    held[stale] = held[stale] | {"digest": "00" * 16}
    held["article-" + "0" * 32] = held[names[2]] | {"id": "article-" + "0" * 32}
    found = room.compared()
    assert [len(keys) for keys in (found.missing, found.outdated, found.surplus)] == [1, 1, 1]
    room.follower._proved_at = 0.0
    room.follow()
    assert room.agrees


def test_a_tags_new_name_teaches_new_synonyms(room: Newsroom) -> None:
    tag = builders.tag(room.runtime, "llama", names={"en": "Llama", "es": "Guanaco"})
    room.follow()
    assert room.double.state.indexes["willay"].settings["synonyms"]["guanaco"] == ["llama"]
    with room.runtime.publishing() as tx:
        tags.update(tx, EDITOR, tag, TagInput(slug="llama", names={"en": "Fleece", "es": "Vellón"}))
    room.follow()
    assert room.double.state.indexes["willay"].settings["synonyms"] == {
        "fleece": ["vellón"],
        "lana": ["wool"],
        "vellón": ["fleece"],
        "wool": ["lana"],
    }
    assert room.agrees


def test_a_server_away_for_a_while_costs_no_change(room: Newsroom) -> None:
    room.double.faults.away = True
    publish(room, 3)
    assert [room.troubled() for _ in range(2)] == ["search_unreachable"] * 2
    room.double.faults.away = False
    assert room.troubled() == ""
    assert room.agrees
