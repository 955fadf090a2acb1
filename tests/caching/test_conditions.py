"""Conditions, HEAD and headers: a stored answer and one made anew cannot be told apart."""

import pytest

from tests.caching.asking import ask, is_stored, sources
from tests.caching.conftest import Site

ADDRESSES = ("/v1/articles", "/v1/articles/one", "/v1/feeds/articles.atom", "/sitemap.xml")


def conditions(tag: str, date: str) -> list[dict[str, str]]:
    """Every form of a condition."""
    old, other = "Sat, 01 Jan 2000 00:00:00 GMT", 'W/"0123456789abcdef01234567"'
    by_date = [date, old, "junk", "", "Fri, 31 Dec 9999 23:59:59 GMT", date.replace("GMT", "-0000")]
    return [
        *({"if_none_match": it} for it in (tag, tag[2:], "*", other, "", '"', tag + ",")),
        *({"if_none_match": f"{other}, {it}, W/"} for it in (tag, "*", other)),
        *({"if_modified_since": it} for it in by_date),
        *({"if_none_match": it, "if_modified_since": date} for it in (tag, other)),
        {"if_none_match": tag, "if_modified_since": old},
    ]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_condition_is_judged_as_without_a_cache(
    shared: tuple[Site, Site], address: str, method: str, subtests: pytest.Subtests
) -> None:
    site, plain = shared
    fresh = ask(plain.client, address)
    ask(site.client, address)
    ask(site.client, address)
    for condition in conditions(fresh.headers["etag"], fresh.headers["last-modified"]):
        with subtests.test(condition=condition):
            made = ask(plain.client, address, method=method, **condition)
            with sources(site.client) as during:
                stored = ask(site.client, address, method=method, **condition)
            assert during in ({"memory": 1}, {"unchanged": 1})
            assert (stored.status, stored.body) == (made.status, made.body)
            if (method, made.status) == ("GET", 200):
                assert stored.headers == made.headers


@pytest.mark.parametrize("address", [*ADDRESSES, "/v1/changes"])
@pytest.mark.parametrize("accept", ["", "gzip"])
def test_headers_do_not_tell_where_an_answer_comes_from(
    site: Site, address: str, accept: str
) -> None:
    first, _, third = (ask(site.client, address, accept_encoding=accept) for _ in range(3))
    assert is_stored(site.client, address)
    assert (third.headers, third.body) == (first.headers, first.body)
    head = ask(site.client, address, method="HEAD", accept_encoding=accept)
    assert (head.status, head.headers, head.body) == (200, first.headers, b"")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_first_304_and_a_first_head_promise_nothing_that_is_not_so(
    site: Site, plain: Site, address: str
) -> None:
    full = ask(plain.client, address, accept_encoding="gzip")
    head = ask(site.client, address, method="HEAD", accept_encoding="gzip")
    assert head.body == b""
    # A length would be that of another encoding; both may be left out of an answer to HEAD.
    left_out = {"content-length", "content-encoding"}
    assert head.headers == {n: v for n, v in full.headers.items() if n not in left_out}
    tag = full.headers["etag"]
    first, *_, later = (ask(plain.client, address, if_none_match=tag) for _ in range(3))
    assert first.headers == later.headers
    for _ in range(3):
        stored = ask(site.client, address, if_none_match=tag)
    assert (stored.status, stored.headers) == (304, first.headers)


def test_head_asked_first_leaves_nothing_behind(site: Site, plain: Site) -> None:
    for _ in range(3):
        assert ask(site.client, "/v1/articles/one", method="HEAD").body == b""
    full = ask(site.client, "/v1/articles/one")
    assert full == ask(plain.client, "/v1/articles/one")
    assert b'"One"' in full.body


def test_what_is_only_asked_for_on_a_condition_is_stored(site: Site, plain: Site) -> None:
    tag = ask(plain.client, "/v1/articles?limit=2").headers["etag"]
    for _ in range(3):
        unchanged = ask(site.client, "/v1/articles?limit=2", if_none_match=tag)
        assert (unchanged.status, unchanged.body) == (304, b"")
    assert is_stored(site.client, "/v1/articles?limit=2")


def test_without_memory_every_answer_is_made(plain: Site) -> None:
    with sources(plain.client) as during:
        for _ in range(4):
            ask(plain.client, "/v1/articles", accept_encoding="gzip")
    assert during == {"store": 4}
