"""Memory: bounded whoever asks for whatever, and what many ask for stays."""

import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.changes import Head
from app.http.cache_headers import Lifetimes
from app.http.caching.responses import Address, CachedResponse, ResponseStore
from app.http.views import Basis
from app.kit.clock import FOREVER
from tests.caching.asking import ask, is_stored
from tests.caching.conftest import fill, site_in

pytestmark = pytest.mark.sqlite_only("no store has a part in it")

HEAD = Head(7, datetime(2026, 3, 1, tzinfo=UTC), FOREVER, "epoch")
MEGABYTE = 1_000_000


def response(size: int, head: Head = HEAD) -> CachedResponse:
    headers = [(b"etag", b'W/"x"'), (b"content-type", b"application/json")]
    return CachedResponse(Basis(head, Lifetimes(30)), headers, b"x" * size, None, "/")


def address(number: int) -> Address:
    return b"/v1/articles", b"page=%d" % number


@pytest.mark.parametrize("times", [1, 2])
def test_a_scanner_drives_nothing_out_that_is_asked_for(tmp_path: Path, times: int) -> None:
    with site_in(tmp_path, answer_cache_mb=1) as here:
        fill(here)
        for _ in range(2):
            ask(here.client, "/v1/articles/one")
        for number in range(90):
            one_of_many = f"/v1/feeds/articles.atom?campaign={number}{'x' * 8_000}"
            for _ in range(times):
                assert ask(here.client, one_of_many).status == 200
            if number % 10 == 0:
                assert is_stored(here.client, "/v1/articles/one")
        assert is_stored(here.client, "/v1/articles/one")
        first = f"/v1/feeds/articles.atom?campaign=0{'x' * 8_000}"
        assert not is_stored(here.client, first)


def test_responses_take_no_more_than_they_may_with_all_that_belongs_to_them() -> None:
    store = ResponseStore(2 * MEGABYTE)
    store.move_to(HEAD)
    tracemalloc.start()
    for number in range(2_000):
        long = b"/v1/feeds/articles.atom", b"campaign=%d" % number + b"x" * 30_000
        store.learn(long)
        assert store.add(long, response(500))
        assert 0 < store.bytes <= 2 * MEGABYTE
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 3 * MEGABYTE
    assert not store.add(address(0), response(300_000)), "one that is too large by itself"
    store.move_to(Head(8, HEAD.effective_until, FOREVER, "epoch"))
    assert store.bytes == 0


def test_two_hundred_thousand_addresses_are_not_remembered_for_ever() -> None:
    store = ResponseStore(32 * MEGABYTE)
    tracemalloc.start()
    for number in range(200_000):
        store.learn(address(number))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 16 * MEGABYTE
    assert store.is_known(address(199_999))
    assert not store.is_known(address(0))


def test_what_was_made_from_an_older_head_is_not_stored() -> None:
    store = ResponseStore(MEGABYTE)
    older, newer = (Head(number, HEAD.effective_until, FOREVER, "epoch") for number in (6, 8))
    elsewhere = Head(9, HEAD.effective_until, FOREVER, "another epoch")
    assert store.add(address(0), response(10, HEAD))
    assert not store.add(address(1), response(10, older))
    assert not store.add(address(1), response(10, elsewhere))
    assert store.get(address(0)) is not None
    assert store.add(address(1), response(10, newer))
    assert store.get(address(0)) is None
