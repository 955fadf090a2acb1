"""The way to a server far away: the wire, keys, filters, and what happens when it fails."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.errors import Unavailable
from app.search.meilisearch.breaker import Breaker
from app.search.meilisearch.connection import Address, Connection
from app.search.meilisearch.documents import to_micros, to_token
from app.search.meilisearch.engine import MeilisearchEngine
from app.search.meilisearch.failures import KeyRefused, ServerAway
from app.search.meilisearch.filters import filter_conditions, quote
from app.search.meilisearch.settings import settings_to_change, tag_synonyms, wanted_settings
from app.search.meilisearch.transport import Timeouts
from app.search.protocol import Filter, Query
from tests.search.backends import LANGUAGES, Free, engine_at
from tests.search.builders import article, id_of, ids
from tests.search.double import filters
from tests.search.double.server import MASTER, Double, serving


@pytest.fixture
def double() -> Double:
    return Double()


@pytest.fixture
def url(double: Double) -> Iterator[str]:
    with serving(double) as address:
        yield address


@pytest.fixture
def engine(url: str) -> Iterator[MeilisearchEngine]:
    with engine_at(url, MASTER) as opened:
        opened.apply([article("a", "Alpaca wool")], [], "start")
        yield opened


def engine_waiting(url: str, seconds: Timeouts) -> MeilisearchEngine:
    """One that waits so long, to connect and for a search's answer."""
    connection = Connection(Address(url, MASTER, searching=seconds))
    return MeilisearchEngine(connection, LANGUAGES, lambda _name: Free())


texts = st.text(max_size=30) | st.text(alphabet="\\\"' OR=[],x()", max_size=30)


@examples(max_examples=2_000, deadline=None)
@given(texts)
def test_no_value_leaves_its_string(value: str) -> None:
    """Quoted, a value is equal to itself and to nothing else, whatever grammar is in it."""
    allowed = {"field": (True, True)}
    test = filters.compiled(f"field = {quote(value)}", allowed, "index")
    assert test({"field": value})
    assert not test({"field": value + "x"})
    assert not test({"other": value})


@examples(max_examples=1_000, deadline=None)
@given(texts, texts)
def test_tokens_are_equal_for_equal_values_only(one: str, other: str) -> None:
    assert re.fullmatch(r"[a-z0-9_-]+", to_token(one))
    assert (to_token(one) == to_token(other)) == (one == other)
    assert to_token(one) != "-"


def test_ten_thousand_values_and_an_empty_family(engine: MeilisearchEngine) -> None:
    many = tuple(uuid4() for _ in range(10_000))
    assert ids(engine, "", filter=Filter(ids=many)) == []
    assert ids(engine, "", filter=Filter(ids=(*many, id_of("a")))) == [id_of("a")]
    assert ids(engine, "", filter=Filter(all_of=((),))) == []
    assert filter_conditions(Filter())[0].startswith("kind IN [")


def test_every_call_has_headers_of_its_own_and_shares_connections(
    engine: MeilisearchEngine, double: Double
) -> None:
    double.asked.clear()

    def work(number: int) -> int:
        if number % 4:
            return engine.search(Query("alpaca")).total
        engine.apply([article(f"{number}", "Alpaca")], [])
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(80)))
    for asked in double.asked:
        assert asked.headers["accept-encoding"] == "identity"
        assert ("content-type" in asked.headers) == (asked.method in ("POST", "PATCH"))
    keys = {asked.headers["authorization"] for asked in double.asked}
    assert len(keys) == 2
    assert f"Bearer {MASTER}" not in keys


def test_a_master_key_makes_keys_that_may_do_no_more_than_they_must(
    engine: MeilisearchEngine, url: str, double: Double
) -> None:
    held = {key["name"]: key for key in double.state.keys.held.values()}
    assert held["Willay: search willay"]["actions"] == ["search"]
    assert held["Willay: search willay"]["indexes"] == ["willay"]
    assert held["Willay: write willay"]["indexes"] == ["willay", "willay--*"]
    assert not {"*", "keys.create"} & set(held["Willay: write willay"]["actions"])
    with engine_at(url, MASTER) as again:
        assert ids(again, "alpaca") == [id_of("a")]
    assert len(double.state.keys.held) == 2
    key = held["Willay: search willay"]
    key["actions"] = ["search", "documents.get"]  # somebody widened it
    with engine_at(url, MASTER) as mended:
        assert ids(mended, "alpaca") == [id_of("a")]
    [now] = [k for k in double.state.keys.held.values() if k["name"] == key["name"]]
    assert now["actions"] == ["search"]


def test_a_given_key_is_used_and_what_it_may_not_is_named(url: str, double: Double) -> None:
    made = double.state.keys.made(
        {"actions": ["search", "documents.get"], "indexes": ["willay"], "expiresAt": None}, "now"
    )
    with engine_at(url, made["key"]) as engine:
        with pytest.raises(KeyRefused, match=r"may not do `tasks.get` on the index `willay`"):
            engine.apply([article("a", "One")], [])
        assert list(engine.missing_actions()) == [
            *("documents.add", "documents.delete", "indexes.create", "indexes.get"),
            *("indexes.delete", "indexes.swap", "settings.get", "settings.update", "tasks.get"),
        ]
    with engine_at(url, MASTER) as engine:
        assert list(engine.missing_actions()) == []
    assert double.state.indexes == {}
    assert [task for task in double.state.queue.tasks if task["status"] == "succeeded"] == []


def test_reads_are_tried_twice_on_a_broken_connection_and_writes_are_not(
    engine: MeilisearchEngine, double: Double
) -> None:
    double.faults.cut.append("/search")
    assert ids(engine, "alpaca") == [id_of("a")]
    double.faults.cut += ["/search", "/search"]
    with pytest.raises(ServerAway):
        engine.search(Query("alpaca"))
    before = len(double.state.queue.tasks)
    double.faults.cut.append(r"documents\?")
    with pytest.raises(ServerAway):
        engine.apply([article("b", "Two")], [])
    assert len(double.state.queue.tasks) == before + 1


def test_a_circuit_opens_after_failures_and_lets_one_call_try(
    engine: MeilisearchEngine, double: Double
) -> None:
    breaker = engine.connection.breaker = Breaker(failures=2, rest=0.2)
    double.faults.away = True
    for _ in range(2):
        with pytest.raises(ServerAway):
            engine.search(Query("alpaca"))
    assert breaker.is_open
    double.faults.away = False
    before = len(double.asked)
    with pytest.raises(ServerAway, match="resting"):
        engine.search(Query("alpaca"))
    assert len(double.asked) == before
    time.sleep(0.25)
    assert ids(engine, "alpaca") == [id_of("a")]
    assert not breaker.is_open


def test_a_server_that_hangs_is_given_up(url: str, double: Double) -> None:
    with engine_at(url, MASTER) as patient, engine_waiting(url, (0.2, 0.2)) as engine:
        patient.apply([article("a", "Alpaca wool")], [], "start")
        engine.connection.keys()
        double.faults.slow = 10.0
        began = time.monotonic()
        with pytest.raises(ServerAway):
            engine.search(Query("alpaca"))
        assert time.monotonic() - began < 8


def test_to_connect_and_to_answer_have_a_time_each(url: str, double: Double) -> None:
    with engine_waiting(url, (0.05, 20.0)) as engine:
        engine.apply([article("a", "Alpaca wool")], [], "start")
        double.faults.slow = 0.2
        assert ids(engine, "alpaca") == [id_of("a")]


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>hello</html>"), (200, b"{}"), (200, b""), (502, b"<html>"), (403, b"no")],
)
def test_what_is_no_search_server_is_unavailable(
    engine: MeilisearchEngine, double: Double, status: int, body: bytes
) -> None:
    double.faults.answers += [("/search", status, body)]
    with pytest.raises(Unavailable):
        engine.search(Query("alpaca"))
    assert ids(engine, "alpaca") == [id_of("a")]


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"{}", b"", b"[]", b'{"results": 1}'])
@pytest.mark.parametrize("part", ["/documents/fetch", r"/tasks\?", "/version", "/documents"])
def test_what_the_official_client_cannot_read_is_unavailable_too(
    engine: MeilisearchEngine, url: str, double: Double, part: str, body: bytes
) -> None:
    with engine_at(url, MASTER) as another:
        double.faults.answers += [(part, 200, body)]
        with pytest.raises(Unavailable):
            another.apply([article("b", "Alpaca")], [])
        another.apply([article("b", "Alpaca")], [])
    assert set(ids(engine, "alpaca")) == {id_of("a"), id_of("b")}


def test_a_refusal_is_told_in_the_server_s_own_words(
    engine: MeilisearchEngine, double: Double
) -> None:
    double.faults.refuse("POST /indexes/willay/documents/fetch", 403, "invalid_api_key", "auth")
    with pytest.raises(KeyRefused, match=r"`documents\.get`") as refused:
        engine.cursor()
    assert "up to date" not in refused.value.message


def test_surrogates_in_a_text_do_no_harm(engine: MeilisearchEngine) -> None:
    engine.apply([article("m", "Mine\ud800 <b>", "The mine \x00 here.")], [])
    (hit,) = engine.search(Query("mine", highlight=True)).hits
    assert hit.highlights is not None
    assert hit.highlights.title == "<mark>Mine</mark> &lt;b&gt;"


def test_highlights_do_without_the_tags_names_where_the_key_may_not_ask(
    engine: MeilisearchEngine, double: Double, caplog: pytest.LogCaptureFixture
) -> None:
    double.faults.refuse("GET /indexes/willay/settings", 403, "invalid_api_key", "auth")
    for _ in range(2):  # and does not ask again at once
        (hit,) = engine.search(Query("alpaca", highlight=True)).hits
        assert hit.highlights is not None
        assert hit.highlights.title == "<mark>Alpaca</mark> wool"
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said.startswith("highlights lack the tags' other names: ")
    assert "`settings.get`" in said


def test_settings_differ_only_where_they_do() -> None:
    asked = wanted_settings({"agua": ["water"]})
    found = asked | {
        "typoTolerance": {"enabled": True, "disableOnNumbers": True},
        "displayedAttributes": sorted(asked["displayedAttributes"], reverse=True),
        "stopWords": [],
    }
    assert settings_to_change(asked, found) == {}
    assert settings_to_change(asked, found | {"synonyms": {}}) == {"synonyms": {"agua": ["water"]}}
    assert set(settings_to_change(asked, {})) == set(asked)
    assert tag_synonyms([{"en": "Water", "es": "Agua"}, {"en": "Lima", "es": "Lima"}]) == {
        "agua": ["water"],
        "water": ["agua"],
    }


def test_moments_keep_their_microseconds_as_the_server_s_numbers() -> None:
    """A number there is exact up to 2**53."""
    from datetime import UTC, datetime

    assert to_micros(datetime(2255, 1, 1, tzinfo=UTC)) < 2**53
