"""Partners that misbehave once they are known: nothing is lost, and the record says what came."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests import builders
from tests.conftest import Bench
from tests.partners.partner import (
    Partner,
    Received,
    deliveries,
    following,
    info,
    partner,
    settled,
    subscribed,
)


@dataclass
class Hostile:
    """What is done instead of an answer, and how the record tells of it."""

    does: Callable[[Received], int]
    status: int | None
    problem: str | None
    location: str = ""
    seconds: float = 5.0
    """How long it is waited for."""


def slowly(_: Received) -> int:
    time.sleep(1.5)
    return 200


def hangs_up(_: Received) -> int:
    raise ConnectionAbortedError


HOSTILE = {
    "answers 200 too slowly": Hostile(slowly, None, "timeout", seconds=0.5),
    "drops the connection": Hostile(hangs_up, None, "broken_answer"),
    "redirects to the metadata address": Hostile(
        lambda _: 307, 307, None, "http://169.254.169.254/latest/meta-data/"
    ),
    "redirects to a file": Hostile(lambda _: 301, 301, None, "file:///etc/passwd"),
    "refuses for good": Hostile(lambda _: 403, 403, None),
}


def told_later(quiet: Bench, here: Partner, what: Hostile) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
    assert info(runtime, webhook).state == "active"
    here.status, here.headers = what.does, {"location": what.location}
    builders.published(runtime, title="One")
    with following(runtime, seconds=what.seconds) as follower:
        settled(follower)
    (waiting,) = deliveries(runtime, webhook)
    (tried,) = waiting.attempts
    assert (waiting.state, tried.status, tried.problem) == (
        *("pending", what.status),
        what.problem,
    )
    assert tried.milliseconds < 1_000
    wait = waiting.next_attempt_at or clock.now
    assert timedelta(seconds=4) <= wait - clock.now <= timedelta(seconds=6)
    here.status, here.headers = (lambda _: 204), {}
    clock.move(seconds=10)
    with following(runtime) as follower:
        settled(follower)
    assert [one.state for one in deliveries(runtime, webhook)] == ["delivered"]
    assert len({one.id for one in here.messages}) == 1  # at least once, by one id


@pytest.mark.parametrize("what", HOSTILE)
def test_what_a_partner_does_not_take_is_sent_again(quiet: Bench, what: str) -> None:
    with partner() as here:
        told_later(quiet, here, HOSTILE[what])


def test_a_name_that_leads_inside_after_it_was_verified(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    leads_to = ["127.0.0.1"]
    with partner() as here, following(runtime, resolver=lambda *_: leads_to) as follower:
        webhook, _ = subscribed(runtime, here.url.replace("127.0.0.1", "partner.example"))
        settled(follower)
        assert info(runtime, webhook).state == "active"
        leads_to[:] = ["169.254.169.254"]
        builders.published(runtime, title="One")
        settled(follower)
        (waiting,) = deliveries(runtime, webhook)
        assert [one.problem for one in waiting.attempts] == ["address_refused"]
        assert here.messages == []
        leads_to[:] = ["127.0.0.1", "10.0.0.1"]  # one of them is enough
        clock.move(seconds=10)
        settled(follower)
        assert here.messages == []
        leads_to[:] = ["127.0.0.1"]
        clock.move(hours=1)
        settled(follower)
        assert [one.said["data"]["item"]["title"] for one in here.messages] == ["One"]
