"""Who may be told at all: targets out of reach are refused, others have to answer a challenge."""

from datetime import timedelta
from typing import Any

import pytest

from app import doctor
from app.accounts.principal import OPERATOR
from app.partners import subscriptions
from app.partners.targets import ReachPolicy, parse_networks, parse_target
from app.runtime import Runtime
from tests import builders
from tests.admin.desk import bearer, problem
from tests.conftest import Bench, MovingClock
from tests.partners.partner import following, info, logged, partner, settled, subscribed

WEBHOOKS = "/v1/admin/webhooks"
GOOD = "https://partner.example/hook"
OUT_OF_REACH = [
    *(("https://127.0.0.1/", "address_refused"), ("http://10.0.0.5:8080/", "address_refused")),
    *(("https://169.254.169.254/latest/meta-data/", "address_refused"),),
    *(("https://[::1]/", "address_refused"), ("https://[fd00::1]/", "address_refused")),
    *(("https://[::ffff:10.0.0.1]/", "address_refused"), ("https://0.0.0.0/", "address_refused")),
    *(("http://8.8.8.8/", "https_required"), ("https://8.8.8.8:8443/", "https_required")),
    *(("http://partner.example/", "https_required"),),
    ("https://partner.example:8443/", "https_required"),
]


@pytest.mark.parametrize(("url", "code"), OUT_OF_REACH)
def test_a_target_out_of_reach_is_refused_at_once(quiet: Bench, url: str, code: str) -> None:
    client, headers = quiet.client, bearer(quiet.runtime)
    refused = client.post(WEBHOOKS, json={"name": "x", "url": url}, headers=headers)
    assert problem(refused) == (422, code)
    assert refused.json()["errors"][0]["pointer"] == "/url"
    assert "WILLAY_WEBHOOK_NETWORKS" in refused.json()["detail"]
    assert client.get(WEBHOOKS, headers=headers).json()["data"] == []
    made = client.post(WEBHOOKS, json={"name": "x", "url": GOOD}, headers=headers)
    at = f"{WEBHOOKS}/{made.json()['data']['id']}"
    moved = client.patch(at, json={"url": url}, headers={**headers, "If-Match": '"1"'})
    assert problem(moved) == (422, code)
    assert client.get(at, headers=headers).json()["data"]["url"] == GOOD


def test_what_only_a_resolver_can_tell_is_left_to_it() -> None:
    ReachPolicy().refuse(parse_target(GOOD))
    ReachPolicy().refuse(parse_target("https://8.8.8.8/"))
    ReachPolicy(parse_networks(["10.0.0.0/8"])).refuse(parse_target("http://10.1.2.3:8080/"))
    ReachPolicy(parse_networks(["10.0.0.0/8"])).refuse(
        parse_target("http://intranet.example:8080/")
    )


def test_every_challenge_is_in_the_record(quiet: Bench) -> None:
    runtime, clock, headers = quiet.runtime, quiet.clock, bearer(quiet.runtime)
    with partner() as here, following(runtime) as follower:
        answers = iter([(500, b"busy"), (200, b"guess")])
        honest = here.answer
        here.answer = lambda one: next(answers, None) or honest(one)  # type: ignore[method-assign]
        webhook, _ = subscribed(runtime, here.url)
        for _ in range(3):
            settled(follower)
            assert info(runtime, webhook).waiting == 0
            clock.move(minutes=5)
        listed = quiet.client.get(f"{WEBHOOKS}/{webhook}/deliveries", headers=headers).json()
        told = listed["data"][::-1]
        assert [one["event_id"] for one in told] == [one.id for one in here.received]
        assert {one["topic"] for one in told} == {"webhook.verification"}
        assert [one["state"] for one in told] == ["failed", "failed", "delivered"]
        tried = [one["attempts"][0] for one in told]
        assert [(one["status"], one["problem"], one["answer"]) for one in tried] == [
            (500, None, "busy"),
            (200, "challenge_not_met", "guess"),
            (200, None, here.received[2].said["data"]["challenge"]),
        ]
        assert info(runtime, webhook).state == "active"
        for one in told:
            again = {"delivery": one["id"]}
            answer = quiet.client.post(f"{WEBHOOKS}/{webhook}/replay", json=again, headers=headers)
            assert problem(answer) == (409, "verification_not_replayed")
        clock.move(days=31)
        builders.published(runtime)
        settled(follower)
        assert [one.topic for one in logged(runtime, webhook)][-1] == "article.upsert"


def remedy(runtime: Runtime) -> str:
    return {one.subject: one.remedy for one in doctor.examine(runtime)}["webhooks"]


def test_the_doctor_names_who_is_not_told(either: tuple[Runtime, MovingClock]) -> None:
    runtime, clock = either
    with partner() as here, following(runtime) as follower:
        honest, here.answer = here.answer, lambda _: (204, b"")  # type: ignore[method-assign]
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        clock.move(minutes=59)
        assert remedy(runtime) == ""
        clock.move(minutes=2)
        assert remedy(runtime).startswith("Never verified: A partner. The target must answer")
        here.answer = honest  # type: ignore[method-assign]
        settled(follower)
        assert remedy(runtime) == ""
        builders.published(runtime)
        clock.move(hours=2)  # and no worker runs
        assert remedy(runtime) == "Behind: A partner (2 h). Run `willay serve` or `willay worker`."
        here.status = lambda _: 500
        settled(follower)
        clock.move(hours=3)
        told = "Behind, since the target fails: A partner (3 h). See its deliveries"
        assert remedy(runtime).startswith(told)
        here.status = lambda _: 204
        settled(follower)
        assert remedy(runtime) == ""
        paused(runtime, webhook, subscriptions.pause)  # by hand: somebody knows
        assert remedy(runtime) == ""


def paused(runtime: Any, webhook: Any, how: Any) -> None:
    with runtime.database.writing() as tx:
        revision = subscriptions.get_webhook(tx, runtime.key(), webhook).revision
        how(tx, OPERATOR, runtime.key(), webhook, runtime.clock(), revision)


def test_a_pause_spares_nobody_the_challenge(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        honest, here.answer = here.answer, lambda _: (204, b"")  # type: ignore[method-assign]
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        paused(runtime, webhook, subscriptions.pause)
        assert info(runtime, webhook).paused_reason == "unverified"
        builders.published(runtime, title="One")
        clock.move(minutes=5)
        settled(follower)
        paused(runtime, webhook, subscriptions.resume)
        settled(follower)
        assert (info(runtime, webhook).state, here.messages) == ("pending", [])
        here.answer = honest  # type: ignore[method-assign]
        clock.move(minutes=5)
        settled(follower)
        assert [one.said["data"]["item"]["title"] for one in here.messages] == ["One"]
        # Who has answered is not asked again.
        paused(runtime, webhook, subscriptions.pause)
        paused(runtime, webhook, subscriptions.resume)
        builders.published(runtime, title="Two")
        settled(follower)
        assert here.received[-1].said["data"]["item"]["title"] == "Two"
        challenges = [one for one in logged(runtime, webhook) if one.sequence is None]
        assert [one.state for one in challenges] == ["failed", "failed", "delivered"]
        assert challenges[-1].settled_at == challenges[0].created_at + timedelta(minutes=10)
