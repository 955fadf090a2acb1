"""What is stored and what never is; whose words reach other readers: nobody's."""

import pytest

from app.editorial import publishing
from tests import builders
from tests.builders import EDITOR
from tests.caching.asking import ask, ask_at_once, is_stored, sources
from tests.caching.conftest import BODY, Site
from tests.partners import holder

POISONS = [
    {"host": "evil.example"},
    {"x_forwarded_host": "evil.example"},
    {"x_forwarded_proto": "evil"},
    {"forwarded": "host=evil.example;proto=evil"},
    {"origin": "https://evil.example"},
    {"accept": "text/evil"},
    {"accept_language": "evil"},
    {"x_original_url": "/evil"},
    {"x_rewrite_url": "/evil"},
    {"x_http_method_override": "EVIL"},
    {"cookie": "evil=1"},
    {"x_request_id": "evil"},
    {"traceparent": f"00-{'e' * 32}-{'e' * 16}-01"},
    {"user_agent": "evil"},
]


@pytest.mark.parametrize("number", range(len(POISONS)), ids=map(str, POISONS))
def test_nothing_that_one_client_sends_reaches_another(
    shared: tuple[Site, Site], number: int
) -> None:
    site, plain = shared
    addresses = (f"/v1/articles?limit={10 + number}", f"/v1/feeds/articles.rss?campaign={number}")
    for address in addresses:
        for _ in range(3):
            ask(site.client, address, **POISONS[number])
        assert ask(site.client, address) == ask(plain.client, address)


def test_waits_and_streams_are_never_stored(site: Site) -> None:
    for _ in range(3):
        ask(site.client, "/v1/changes")
    assert is_stored(site.client, "/v1/changes")
    for _ in range(3):
        stream = ask(site.client, "/v1/changes", accept="text/event-stream")
        assert stream.headers["content-type"].startswith("text/event-stream")
        resumed = ask(site.client, "/v1/changes", accept="text/event-stream", last_event_id="")
        assert resumed.headers["content-type"].startswith("text/event-stream")
    with sources(site.client) as during:
        for _ in range(3):
            assert ask(site.client, "/v1/changes?wait=1").status == 200
    assert during == {"store": 3}


def test_a_partner_is_answered_by_the_application(site: Site) -> None:
    shown = {"authorization": holder.shows(holder.key(site.runtime))["Authorization"]}
    for _ in range(3):
        anonymous = ask(site.client, "/v1/articles/one")
    with sources(site.client) as during:
        own = ask(site.client, "/v1/articles/one", **shown)
    assert during == {"store": 1}
    assert own.headers["ratelimit-policy"].startswith('"partner"')
    assert ask(site.client, "/v1/articles/one") == anonymous


@pytest.mark.parametrize(
    "address",
    ["/v1/articles/nobody", "/v1/articles?limit=x", "/livez", "/readyz", "/openapi.json", "/docs"],
)
def test_what_is_no_public_content_is_not_stored(shared: tuple[Site, Site], address: str) -> None:
    site, _ = shared
    answers = [ask(site.client, address, accept_encoding="gzip") for _ in range(3)]
    assert len({answer.status for answer in answers}) == 1
    assert not is_stored(site.client, address)


def test_what_is_gone_is_gone_at_once_and_what_comes_back_is_back(site: Site) -> None:
    key = builders.published(site.runtime, title="Here", slug="here", body=BODY)
    for _ in range(3):
        assert ask(site.client, "/v1/articles/here").status == 200
        assert b'"Here"' in ask(site.client, "/v1/articles").body
    with site.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "It was wrong.")
    for _ in range(3):
        assert ask(site.client, "/v1/articles/here").status == 410
        assert b'"Here"' not in ask(site.client, "/v1/articles").body
    builders.publish(site.runtime, (key, 1))
    for _ in range(3):
        assert ask(site.client, "/v1/articles/here").status == 200


def test_many_that_ask_at_once_after_a_change_are_answered_from_one(site: Site) -> None:
    for _ in range(2):
        ask(site.client, "/v1/articles")
    builders.published(site.runtime, title="New", body=BODY)
    with sources(site.client) as during:
        answers = ask_at_once(site.client, 40, "/v1/articles")
    assert during == {"store": 1, "memory": 39}
    assert len({answer.body for answer in answers}) == 1
    assert b'"New"' in answers[0].body
