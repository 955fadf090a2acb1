"""Encodings: what a client accepts, of stored answers and of those made anew."""

import zlib

import pytest

from tests import builders
from tests.caching.asking import ask, is_stored
from tests.caching.conftest import BODY, Site

pytestmark = pytest.mark.sqlite_only("no store has a part in it")

ACCEPTED = [
    *(("gzip", True), ("gzip;q=0", False), ("*", True), ("*;q=0", False), ("", False)),
    *(("identity;q=0", False), ("gzip;q=0.5, identity", False), ("GZIP", True)),
    *(("br;q=1.0, gzip;q=0.8", True), ("x-gzip", True), ("deflate", False), ("gzip ; q=1", True)),
    *(("gzip;q=junk", False), (";;,,=", False), ("gzip;q=nan", False), ("\xff", False)),
    *(("identity, *;q=0", False), ("gzip;q=0, *", False), ("identity;q=0, *", True)),
    ("gzip;" + "x" * 5_000, True),
]


@pytest.mark.parametrize(("accept", "is_compressed"), ACCEPTED)
def test_an_encoding_is_sent_only_to_who_takes_it(
    shared: tuple[Site, Site], accept: str, is_compressed: bool
) -> None:
    site, _ = shared
    whole = ask(site.client, "/v1/articles/one")
    for _ in range(3):
        answer = ask(site.client, "/v1/articles/one", accept_encoding=accept)
        assert answer.headers.get("content-encoding") == ("gzip" if is_compressed else None)
        assert int(answer.headers["content-length"]) == len(answer.body)
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["etag"] == whole.headers["etag"]
        plain = zlib.decompress(answer.body, 31) if is_compressed else answer.body
        assert plain == whole.body
    assert is_stored(site.client, "/v1/articles/one", accept_encoding=accept)


def test_what_is_small_is_not_compressed(shared: tuple[Site, Site]) -> None:
    site, _ = shared
    for _ in range(3):
        answer = ask(site.client, "/v1/tags", accept_encoding="gzip")
        assert (answer.status, "content-encoding" in answer.headers) == (200, False)


def test_a_public_answer_to_credentials_is_compressed_and_not_stored(
    shared: tuple[Site, Site],
) -> None:
    site, _ = shared
    asked = {"accept_encoding": "gzip", "authorization": "Bearer of-somebody"}
    for _ in range(3):
        answer = ask(site.client, "/v1/articles/one", **asked)
        assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert not is_stored(site.client, "/v1/articles/one", **asked)


def test_a_range_of_a_compressed_answer_is_the_whole(shared: tuple[Site, Site]) -> None:
    site, _ = shared
    for _ in range(3):
        answer = ask(site.client, "/v1/articles/one", accept_encoding="gzip", range="bytes=0-9")
        assert (answer.status, "content-range" in answer.headers) == (200, False)
        assert b'"One"' in zlib.decompress(answer.body, 31)


def test_a_large_answer_is_compressed_too(site: Site) -> None:
    for number in range(6):
        builders.published(site.runtime, title=f"Long {number}", body=BODY * 10)
    address = "/v1/feeds/articles.atom"
    whole = ask(site.client, address)
    assert len(whole.body) > 100_000
    for _ in range(3):
        answer = ask(site.client, address, accept_encoding="gzip")
        assert zlib.decompress(answer.body, 31) == whole.body
    assert is_stored(site.client, address, accept_encoding="gzip")
