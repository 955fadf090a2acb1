"""Partners are told everything they asked for, in order, whatever happens on the way."""

import re
import threading
import time
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from app import doctor
from app.accounts.principal import OPERATOR
from app.editorial import articles, publishing
from app.editorial.content import ArticleInput, prepare
from app.partners import delivery_log, dispatch, enqueue, subscriptions
from app.partners.exchange import Exchange
from app.runtime import Runtime
from tests import builders
from tests.backup.copies import empty_store, restore, take
from tests.conftest import Bench, MovingClock
from tests.partners.partner import (
    Received,
    deliveries,
    following,
    info,
    partner,
    settled,
    subscribed,
)

Either = tuple[Runtime, MovingClock]


def retract(runtime: Runtime, key: Any, reason: str = "It was wrong.") -> None:
    with runtime.publishing() as tx:
        publishing.retract(tx, builders.EDITOR, key, reason)


def again(runtime: Runtime, key: Any, revision: int, **over: Any) -> int:
    """Another text, published; its revision."""
    content = ArticleInput(**({"lang": "en", "title": "A title", "body": "A body."} | over))
    ready = prepare(content, runtime.site_rules)
    with runtime.database.writing() as tx:
        saved = articles.edit(tx, builders.EDITOR, key, revision, ready, runtime.clock())
        number = saved.revision
    builders.publish(runtime, (key, number))
    return number


def verify_ed25519(public_key: str, message: Received) -> None:
    key = Ed25519PublicKey.from_public_bytes(b64decode(public_key.removeprefix("whpk_")))
    signed = f"{message.id}.{message.headers['webhook-timestamp']}.{message.body}".encode()
    signatures = message.headers["webhook-signature"].split()
    given = [one.removeprefix("v1a,") for one in signatures if one.startswith("v1a,")]
    for signature in given:
        try:
            return key.verify(b64decode(signature), signed)
        except InvalidSignature:
            continue
    raise InvalidSignature


def test_a_partner_is_told_what_the_change_feed_says(quiet: Bench) -> None:
    runtime = quiet.runtime
    quiet.clock.now = datetime.now(UTC)
    builders.published(runtime, title="Before")
    with partner() as here, following(runtime) as follower:
        webhook, secret = subscribed(runtime, here.url)
        settled(follower)
        assert [one.said["type"] for one in here.received] == ["webhook.verification"]
        assert info(runtime, webhook).state == "active"
        cursor = quiet.client.get("/v1/changes").json()["meta"]["cursor"]
        first = builders.published(runtime, title="One", authors=({"name": "Ana"},))
        settled(follower)
        builders.tag(runtime, "water")
        retract(runtime, first)
        settled(follower)
        feed = [*quiet.client.get(f"/v1/changes?cursor={cursor}").json()["data"]]
        told = here.messages
        assert [one.said["type"] for one in told] == [
            *("article.upsert", "tag.upsert", "article.delete"),
        ]
        assert [one.said["data"] for one in told[1:]] == feed
        assert [one.id for one in told[1:]] == [entry["event_id"] for entry in feed]
        assert told[0].said["data"]["item"]["title"] == "One"
        for one in here.received:
            Verifier(secret).verify(one.body, one.headers)
            verify_ed25519(info(runtime, webhook).public_key, one)
            assert one.headers["content-type"] == "application/json"
            assert one.said["timestamp"].endswith("Z")
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(told[0].body + " ", told[0].headers)
        assert [one.state for one in deliveries(runtime, webhook)] == ["delivered"] * 3


def test_both_databases_tell_alike(either: Either) -> None:
    runtime, clock = either
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url, payload="thin")
        settled(follower)
        key = builders.published(runtime, title="One")
        builders.publish(
            runtime, builders.draft(runtime, title="Later"), at=clock.now + timedelta(hours=1)
        )
        settled(follower)
        clock.move(hours=2)
        runtime.promote()
        retract(runtime, key)
        settled(follower)
        said = [one.said for one in here.messages]
        assert [(one["type"], "item" in one["data"]) for one in said] == [
            *(("article.upsert", False), ("article.upsert", False), ("article.delete", False)),
        ]
        assert said[2]["data"]["reason"] == "retracted"
        assert info(runtime, webhook).waiting == 0


def test_a_subscriber_hears_only_of_what_it_asked_for(quiet: Bench) -> None:
    runtime = quiet.runtime
    builders.tag(runtime, "water")
    builders.tag(runtime, "river", parent="water")
    with partner() as wet, partner() as gone, following(runtime) as follower:
        subscribed(runtime, wet.url, tags=("water",))
        subscribed(runtime, gone.url, topics=("article.delete",))
        settled(follower)
        key, number = builders.draft(runtime, title="Wet", tags=("river",))
        builders.publish(runtime, (key, number))
        dry = builders.published(runtime, title="Dry")
        settled(follower)
        number = again(runtime, key, number, title="Dried up")
        settled(follower)
        retract(runtime, dry)
        retract(runtime, key)
        settled(follower)
        # Who has a copy hears that it lost the tag, and of its end.
        assert [(one.said["type"], one.said["data"]["id"]) for one in wet.messages] == [
            *(("article.upsert", str(key)), ("article.upsert", str(key))),
            ("article.delete", str(key)),
        ]
        assert [one.said["data"]["id"] for one in gone.messages] == [str(dry), str(key)]


def test_what_fails_is_sent_again_until_it_arrives(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        here.status = lambda _: 503
        here.headers = {"retry-after": "90"}
        builders.published(runtime, title="One")
        settled(follower)
        assert len(here.messages) == 1
        waiting = deliveries(runtime, webhook)[0]
        assert waiting.state == "pending"
        assert waiting.next_attempt_at == clock.now + timedelta(seconds=90)
        assert [(one.status, one.problem) for one in waiting.attempts] == [(503, None)]
        clock.move(seconds=60)
        settled(follower)
        assert len(here.messages) == 1
        here.status = lambda _: 204
        clock.move(seconds=31)
        settled(follower)
        assert len({one.id for one in here.messages}) == 1
        assert [one.headers["webhook-timestamp"] for one in here.messages] != []
        assert [one.status for one in deliveries(runtime, webhook)[0].attempts] == [503, 204]
        assert info(runtime, webhook).failures == 0


def test_a_newer_state_takes_the_place_of_one_that_waits(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        here.status = lambda one: 500 if one.said["data"]["item"]["title"] == "Poison" else 204
        key, number = builders.draft(runtime, title="Poison")
        builders.publish(runtime, (key, number))
        settled(follower)
        for title in ("Two", "Three"):
            number = again(runtime, key, number, title=title)
            builders.published(runtime, title=f"Beside {title}")
            clock.move(seconds=10)
            settled(follower)
        titles = [one.said["data"]["item"]["title"] for one in here.messages]
        assert titles == ["Poison", "Two", "Beside Two", "Three", "Beside Three"]
        clock.move(days=10)
        settled(follower)
        assert len(here.messages) == 5
        states = [one.state for one in deliveries(runtime, webhook)]
        assert states == ["superseded", *["delivered"] * 4]


def test_late_is_never_wrong(quiet: Bench, subtests: pytest.Subtests) -> None:
    """What was retracted while it waited is told as gone; its text is in no message and no row."""
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url, topics=("article.upsert", "article.delete"))
        settled(follower)
        here.status = lambda _: 500
        key = builders.published(runtime, title="Kanari", body="Kanari")
        settled(follower)
        sent = len(here.messages)
        retract(runtime, key)
        here.status = lambda _: 204
        clock.move(hours=1)
        settled(follower)
        assert [one.said["type"] for one in here.messages[sent:]] == ["article.delete"]
        assert "Kanari" not in here.messages[-1].body
        with runtime.database.reading() as tx:
            for table in ("delivery", "delivery_attempt", "webhook"):
                with subtests.test(table=table):
                    kept = [tuple(row) for row in tx.execute(sa.text(f"SELECT * FROM {table}"))]
                    assert "Kanari" not in repr(kept)
        assert info(runtime, webhook).waiting == 0


def test_who_fails_for_days_is_paused_with_a_notice_and_loses_nothing(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        here.status = lambda _: 500
        builders.published(runtime, title="One")
        for _ in range(40):
            settled(follower)
            clock.move(hours=4)
        paused = info(runtime, webhook)
        assert (paused.state, paused.paused_reason) == ("paused", "failing")
        tried = len(here.messages)
        assert 8 <= tried <= 12
        found = {one.subject: one.remedy for one in doctor.examine(runtime)}
        assert found["webhooks"].startswith("Paused: A partner (failing).")
        with runtime.database.reading() as tx:
            acts = tx.execute(sa.text("SELECT action FROM audit_entry")).scalars().all()
        assert acts.count("webhook.paused_failing") == 1
        builders.published(runtime, title="Two")
        settled(follower)
        assert len(here.messages) == tried
        here.status = lambda _: 204
        with runtime.database.writing() as tx:
            key = runtime.key()
            subscriptions.resume(tx, OPERATOR, key, webhook, clock.now, paused.revision)
        settled(follower)
        titles = [one.said["data"]["item"]["title"] for one in here.messages[tried:]]
        assert titles == ["One", "Two"]


def test_a_partner_that_says_gone_is_asked_no_more(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        here.status = lambda _: 410
        builders.published(runtime)
        settled(follower)
        clock.move(days=2)
        settled(follower)
        assert len(here.messages) == 1
        assert info(runtime, webhook).paused_reason == "gone"


def test_nobody_is_told_who_does_not_answer_the_challenge(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    for answer in (b"", b"no", b"[]", b'{"challenge": "guess"}', b"\xff"):
        with subtests.test(answer=answer), partner() as here, following(runtime) as follower:
            here.answer = lambda _, answer=answer: (200, answer)  # type: ignore[method-assign, misc]
            webhook, _ = subscribed(runtime, here.url)
            settled(follower)
            builders.published(runtime)
            settled(follower)
            assert info(runtime, webhook).state == "pending"
            assert here.messages == []
            for _ in range(40):
                clock.move(hours=4)
                settled(follower)
            assert info(runtime, webhook).paused_reason == "unverified"
            assert here.messages == []


def test_a_secret_is_replaced_without_a_gap(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    clock.now = datetime.now(UTC)
    with partner() as here, following(runtime) as follower:
        webhook, old = subscribed(runtime, here.url)
        settled(follower)
        before = info(runtime, webhook)
        with runtime.database.writing() as tx:
            _, new = subscriptions.rotate(
                tx, OPERATOR, runtime.key(), webhook, clock.now, 2, timedelta(minutes=2)
            )
        assert old != new
        builders.published(runtime, title="One")
        settled(follower)
        one = here.messages[-1]
        for secret in (old, new):
            Verifier(secret).verify(one.body, one.headers)
        verify_ed25519(before.public_key, one)
        verify_ed25519(info(runtime, webhook).public_key, one)
        assert len(one.headers["webhook-signature"].split()) == 4
        clock.move(minutes=3)
        builders.published(runtime, title="Two")
        settled(follower)
        two = here.messages[-1]
        Verifier(new).verify(two.body, two.headers)
        with pytest.raises(WebhookVerificationError):
            Verifier(old).verify(two.body, two.headers)


def test_a_slow_partner_holds_up_nobody(quiet: Bench) -> None:
    runtime = quiet.runtime
    release = threading.Event()

    def slowly(_: Received) -> int:
        release.wait(10)
        return 204

    with partner() as slow, partner() as quick, following(runtime, seconds=15) as follower:
        subscribed(runtime, slow.url)
        subscribed(runtime, quick.url)
        settled(follower)
        slow.status = slowly
        began = time.monotonic()
        for number in range(5):
            builders.published(runtime, title=f"Number {number}")
            follower.step()
        while len(quick.messages) < 5:
            assert time.monotonic() - began < 8
            follower.step()
            time.sleep(0.01)
        assert len(slow.messages) == 1
        release.set()
        settled(follower)
        assert len(slow.messages) == 5


def test_who_dies_after_sending_sends_again_and_a_late_word_is_not_heard(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        builders.published(runtime, title="One")
        enqueue.enqueue_deliveries(runtime.database, runtime.memory, clock.now)
        with runtime.database.writing() as tx:
            lost = dispatch.claim_job(tx, runtime.key(), webhook, clock.now)
        assert lost is not None
        settled(follower)
        assert here.messages == []  # it is somebody's
        clock.move(minutes=2)
        settled(follower)
        assert len(here.messages) == 1
        with runtime.database.writing() as tx:
            assert not dispatch.settle_job(tx, lost, Exchange(1, 500), clock.now)
        assert [one.state for one in deliveries(runtime, webhook)] == ["delivered"]


def test_two_workers_tell_each_thing_once(either: Either) -> None:
    runtime, _ = either
    with partner() as here, following(runtime) as one, following(runtime) as other:
        subscribed(runtime, here.url)
        settled(one)
        for number in range(12):
            builders.published(runtime, title=f"Number {number}")
        until = time.monotonic() + 20
        while len(here.messages) < 12 and time.monotonic() < until:
            one.step()
            other.step()
        settled(one)
        settled(other)
        ids = [message.id for message in here.messages]
        assert len(ids) == len(set(ids)) == 12
        order = [message.said["data"]["sequence"] for message in here.messages]
        assert order == sorted(order)


def test_told_again_from_a_point_or_one_alone(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    for number in range(3):
        builders.published(runtime, title=f"Before {number}")
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        clock.move(minutes=1)
        since = clock.now
        builders.published(runtime, title="After")
        settled(follower)

        def replayed(**over: Any) -> list[str]:
            here.received.clear()
            with runtime.database.writing() as tx:
                if "one" in over:
                    delivery_log.replay_delivery(tx, OPERATOR, webhook, over["one"], clock.now)
                else:
                    delivery_log.replay_from(tx, OPERATOR, webhook, clock.now, over["since"])
            settled(follower)
            return [one.said["data"]["item"]["title"] for one in here.messages]

        assert replayed(since=0) == ["Before 0", "Before 1", "Before 2", "After"]
        assert replayed(since=2) == ["Before 2", "After"]
        assert replayed(since=since) == ["After"]
        newest = next(one for one in deliveries(runtime, webhook) if one.sequence == 4)
        assert replayed(one=newest.id) == ["After"]


def test_a_restored_store_tells_nobody_by_itself(quiet: Bench, tmp_path: Path) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    (runtime.settings.data_dir / "secret.key").write_text("k" * 48)
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        take(runtime, tmp_path / "copy")
        (tmp_path / "two").mkdir()
        (tmp_path / "two" / "secret.key").write_text("k" * 48)
        with empty_store(tmp_path / "two", clock) as other, following(other) as trial:
            restore(other, tmp_path / "copy")
            builders.published(other, title="A trial")
            settled(trial)
            assert here.messages == []
            paused = info(other, webhook)
            assert (paused.state, paused.paused_reason) == ("paused", "restored")
            with other.database.writing() as tx:
                key = other.key()
                subscriptions.resume(tx, OPERATOR, key, webhook, clock.now, paused.revision)
            settled(trial)
            assert [one.said["data"]["item"]["title"] for one in here.messages] == ["A trial"]


def test_another_installation_key_signs_nothing(quiet: Bench, tmp_path: Path) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url)
        settled(follower)
        with runtime.database.altering() as connection:
            connection.execute(sa.text("UPDATE webhook SET key_mark = 'another'"))
        builders.published(runtime, title="One")
        settled(follower)
        assert here.messages == []
        lost = info(runtime, webhook)
        assert lost.paused_reason == "key_changed"
        with runtime.database.writing() as tx:
            subscriptions.rotate(
                tx, OPERATOR, runtime.key(), webhook, clock.now, lost.revision, timedelta()
            )
        settled(follower)
        assert len(here.messages) == 1
        assert len(re.findall("v1,", here.messages[0].headers["webhook-signature"])) == 1
