"""Stored answers of search: of one head and one state of the index, or of none."""

from typing import Any

import pytest

from app.editorial import publishing
from app.search.failover import SearchService
from tests import builders
from tests.builders import EDITOR
from tests.caching.asking import ask, is_stored, sources
from tests.caching.conftest import BODY, Site, wait_for_head
from tests.search.follow import follow as follow_log

ADDRESSES = ("/v1/search?q=words", "/v1/search/suggest?q=tw", "/v1/feeds/articles.json?q=words")


def follow(site: Site) -> None:
    """Let search catch up, and its answers be stored from the second request on."""
    wait_for_head(site.client)
    follow_log(site.runtime)


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_stored_and_gone_with_the_next_change(site: Site, address: str) -> None:
    follow(site)
    for _ in range(2):
        ask(site.client, address)
    assert is_stored(site.client, address)
    assert b"Two" in ask(site.client, address).body
    key = builders.published(site.runtime, title="Twofold", slug="twofold", body=BODY)
    assert b"Twofold" in ask(site.client, address).body
    with site.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "It was wrong.")
    assert b"Twofold" not in ask(site.client, address).body
    assert ask(site.client, address).status == 200


def test_it_is_not_stored_when_the_store_changed_meanwhile(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its two reads of the store: the change is made while the engine is asked."""
    address, search = ADDRESSES[0], SearchService.search
    follow(site)
    for _ in range(3):
        ask(site.client, address)
    builders.published(site.runtime, title="Another", body=BODY)

    def search_slowly(*args: Any, **named: Any) -> Any:
        result = search(*args, **named)
        builders.published(site.runtime, title="Meanwhile", body=BODY)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(SearchService, "search", search_slowly)
        first = ask(site.client, address)
    with sources(site.client) as during:
        again = ask(site.client, address)
    assert during == {"store": 1}
    assert again.headers["etag"] != first.headers["etag"]
    assert b"Meanwhile" in again.body
    assert is_stored(site.client, address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_given_again_only_while_the_index_is_the_same(site: Site, address: str) -> None:
    follow(site)
    builders.published(site.runtime, title="Newer", slug="newer", body=BODY)
    for _ in range(2):
        ask(site.client, address)
    assert is_stored(site.client, address)
    before = ask(site.client, address).headers["etag"]
    follow(site)  # the head of the log stays where it is
    with sources(site.client) as during:
        after = ask(site.client, address).headers["etag"]
    assert during == {"store": 1}
    assert after != before
