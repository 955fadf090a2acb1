"""Whatever a partner answers, an attempt is over: it is noted, seen in the record, and waits."""

import asyncio
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.partners.exchange import Exchange, Sender
from app.worker.webhooks import _is_met
from tests import builders
from tests.conftest import Bench
from tests.partners.partner import (
    HERE,
    deliveries,
    following,
    info,
    logged,
    partner,
    raw,
    settled,
    subscribed,
)

LINES = st.one_of(
    st.sampled_from(
        [
            *("HTTP/1.1 200 OK", "HTTP/1.1 204 No Content", "HTTP/1.1 503 Later", "HTTP/1.1 307"),
            *("HTTP/1.1 099 Odd", "HTTP/1.1 999 \xff", "HTTP/2 200", "HTTP/1.1 20 OK", "ICY 200"),
            *("HTTP/1.1 200", "HTTP/1.1 -1 x", "HTTP/1.1 1234 x", "", "HTTP/1.1 101 Switching"),
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=30),
)
HEADERS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("Content-Length: 5", "Content-Length: -1", "Content-Length: 9" + "9" * 5_000),
                *("Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: chunked"),
                *("Transfer-Encoding: gzip", "Content-Encoding: gzip", "Content-Encoding: \xff"),
                *("Retry-After: 3", "Retry-After: " + "9" * 5_000, "Retry-After: " + "0" * 5_000),
                *("Retry-After: -1", "Retry-After: \xb2", "Retry-After: 1e9", "Retry-After: 1, 2"),
                *("Location: http://169.254.169.254/", "Location: \x01", "X: " + "y" * 120_000),
                *("Content-Type: text/html; charset=\xff", "no colon", " folded", ": empty"),
            ]
        ),
        st.text(st.characters(max_codepoint=255), max_size=40),
    ),
    max_size=5,
)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            *(b"[" * 16_000, b'{"a":' * 8_000, b"9" * 10_000, b"x" * 40_000, b"\xff\xfe[\x00"),
            *(b"ffffffffff\r\nx", b"5\r\nhello\r\n0\r\n\r\n", b"5;" + b"x" * 20_000, b"NaN"),
            *(b'{"challenge":"\\ud800"}', b"\x1f\x8b\x08\x00" * 100, b"null", b"\x00" * 200),
        ]
    ),
)


@st.composite
def answers(draw: Any) -> bytes:
    head = [draw(LINES), *draw(HEADERS)]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + bytes(draw(BODIES))


@pytest.fixture
def answering() -> Iterator[dict[str, Any]]:
    """A server that answers with the bytes that the test puts there."""
    said: dict[str, Any] = {"answer": b""}

    def conversation(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(said["answer"])

    with raw(conversation) as url:
        yield said | {"url": url, "say": lambda answer: said.update(answer=answer)}


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(answer=answers())
def test_an_answer_of_any_shape_is_an_exchange(answering: dict[str, Any], answer: bytes) -> None:

    answering["say"](answer)
    sender = Sender(HERE, seconds=0.5)
    try:
        came = asyncio.run(sender.send(answering["url"], {"webhook-id": "x"}, b"{}"))
    finally:
        sender.close()
    assert isinstance(came, Exchange)
    assert (came.status is None) == (came.problem is not None)
    assert 0 <= came.retry_after <= 86_400
    assert len(came.answer) <= 16_384
    assert not _is_met("the challenge", came.answer)


HOSTILE = {
    "nested deeply": b"HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\n" + b"[" * 16_000,
    "asks to wait for ever": b"HTTP/1.1 503 x\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n"
    % (b"9" * 5_000),
    "a number without end": b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + b"9" * 10_000,
    "no HTTP at all": b"\x16\x03\x01\x00\x05hello",
    "a header of 200 kB": b"HTTP/1.1 200 OK\r\nX: %s\r\n\r\n" % (b"y" * 200_000),
    "a body without end": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx",
    "nothing": b"",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_verification_is_settled(
    quiet: Bench, answering: dict[str, Any], what: str, caplog: pytest.LogCaptureFixture
) -> None:
    answering["say"](HOSTILE[what])
    with caplog.at_level(logging.INFO, "willay"), following(quiet.runtime, seconds=0.5) as follower:
        webhook, _ = subscribed(quiet.runtime, answering["url"])
        settled(follower)
    (tried,) = logged(quiet.runtime, webhook)
    assert (tried.state, len(tried.attempts)) == ("failed", 1)
    assert info(quiet.runtime, webhook).state == "pending"
    lines = [one for one in caplog.records if one.name == "willay.webhooks"]
    assert [line.exc_info for line in lines] == [None]


def test_a_wait_of_thousands_of_digits_is_a_day(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        here.status, here.headers = (lambda _: 503), {"retry-after": "9" * 5_000}
        builders.published(runtime, title="One")
        settled(follower)
        (waiting,) = deliveries(runtime, webhook)
        assert [one.status for one in waiting.attempts] == [503]
        assert waiting.next_attempt_at is not None
        assert (waiting.next_attempt_at - clock.now).total_seconds() == 86_400


def test_a_fault_of_ours_is_noted_too(quiet: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be made is an attempt that failed: it is seen, waits longer each time, and
    is not begun again each time that its lease runs out."""
    runtime = quiet.runtime

    def broken(*_: object, **__: object) -> None:
        raise RecursionError

    with ExitStack() as stack:
        here = stack.enter_context(partner())
        follower = stack.enter_context(following(runtime))
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        monkeypatch.setattr("app.partners.payloads.of_entry", broken)
        builders.published(runtime, title="One")
        settled(follower)
        (waiting,) = deliveries(runtime, webhook)
        assert [one.problem for one in waiting.attempts] == ["not_sent"]
        monkeypatch.undo()
        quiet.clock.move(minutes=1)
        settled(follower)
        assert [one.state for one in deliveries(runtime, webhook)] == ["delivered"]
        assert [one.said["data"]["item"]["title"] for one in here.messages] == ["One"]
        assert re.fullmatch("identity", here.messages[0].headers["accept-encoding"])
