"""Other tools learn what the desk does, if they ask for it, and never a text."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from standardwebhooks import Webhook as Verifier

from tests import builders
from tests.admin.desk import bearer
from tests.conftest import Bench
from tests.partners.partner import deliveries, following, partner, settled, subscribed

SECRET_WORDS = "The minister paid"
TOPICS = (
    *("article.submitted", "article.returned", "article.approved", "article.scheduled"),
    *("article.schedule_cancelled", "article.published", "article.corrected"),
    *("article.unpublished", "article.retracted", "import.completed"),
)


def test_each_act_is_told_once_and_in_order(quiet: Bench, tmp_path: Path) -> None:
    quiet.clock.now = datetime.now(UTC)
    runtime, client, staff = quiet.runtime, quiet.client, bearer(quiet.runtime)
    later = (quiet.clock.now + timedelta(days=3)).isoformat()
    with partner() as here, following(runtime) as follower:
        webhook, secret = subscribed(runtime, here.url, topics=TOPICS)
        settled(follower)
        draft = {"lang": "en", "title": SECRET_WORDS, "summary": SECRET_WORDS, "body": SECRET_WORDS}
        made = client.post("/v1/admin/articles", json=draft, headers=staff)
        address, tag = made.headers["location"], made.headers["etag"]
        for act, body in (
            ("submit", {"note": SECRET_WORDS}),
            ("return", {"note": SECRET_WORDS}),
            ("submit", {}),
            ("approve", {}),
            ("publish", {"visible_from": later}),
            ("cancel", None),
            ("publish", {}),
            ("correct", {"note": SECRET_WORDS}),
            ("unpublish", {"note": SECRET_WORDS}),
            ("publish", {}),
            ("retract", {"reason": SECRET_WORDS}),
        ):
            quiet.clock.move(seconds=1)
            answer = client.post(f"{address}/{act}", json=body, headers={**staff, "If-Match": tag})
            assert answer.status_code == 200, answer.text
            tag = answer.headers["etag"]
        record = {"type": "article", "slug": "x", "lang": "en", "title": "X", "body": SECRET_WORDS}
        quiet.clock.move(seconds=1)
        (tmp_path / "x.jsonl").write_text(json.dumps(record))
        builders.imported(runtime, tmp_path / "x.jsonl")
        settled(follower)
        assert [message.said["type"] for message in here.messages] == [
            *("article.submitted", "article.returned", "article.submitted", "article.approved"),
            *("article.scheduled", "article.schedule_cancelled", "article.published"),
            *("article.corrected", "article.unpublished", "article.published"),
            *("article.retracted", "import.completed"),
        ]
        for message in here.messages:
            Verifier(secret).verify(message.body, message.headers)
            assert SECRET_WORDS not in message.body
        scheduled = here.messages[4].said["data"]
        assert address.endswith(scheduled["article_id"])
        assert datetime.fromisoformat(scheduled["visible_from"]) == datetime.fromisoformat(later)
        assert scheduled["account_id"] is not None
        assert here.messages[3].said["data"]["state"] == "approved"
        assert here.messages[-1].said["data"]["outcomes"] == {"article created": 1}
        states = {delivery.state for delivery in deliveries(runtime, webhook)}
        assert states == {"delivered"}


def test_who_asks_for_everything_public_hears_nothing_of_the_desk(quiet: Bench) -> None:
    quiet.clock.now = datetime.now(UTC)
    runtime, staff = quiet.runtime, bearer(quiet.runtime)
    with partner() as here, following(runtime) as follower:
        subscribed(runtime, here.url)
        settled(follower)
        key, revision = builders.draft(runtime)
        address = f"/v1/admin/articles/{key}/submit"
        headers = {**staff, "If-Match": f'"{revision}"'}
        assert quiet.client.post(address, headers=headers).status_code == 200
        settled(follower)
        assert here.messages == []


def test_an_act_that_fails_is_not_told(quiet: Bench) -> None:
    quiet.clock.now = datetime.now(UTC)
    runtime, staff = quiet.runtime, bearer(quiet.runtime)
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url, topics=("article.approved",))
        settled(follower)
        key, revision = builders.draft(runtime)
        headers = {**staff, "If-Match": f'"{revision}"'}
        answer = quiet.client.post(f"/v1/admin/articles/{key}/approve", headers=headers)
        assert answer.status_code == 409
        settled(follower)
        assert deliveries(runtime, webhook) == []


def test_one_is_sent_again_as_it_was(quiet: Bench) -> None:
    quiet.clock.now = datetime.now(UTC)
    runtime, staff = quiet.runtime, bearer(quiet.runtime)
    with partner() as here, following(runtime) as follower:
        webhook, _ = subscribed(runtime, here.url, topics=("article.submitted",))
        settled(follower)
        key, revision = builders.draft(runtime)
        headers = {**staff, "If-Match": f'"{revision}"'}
        quiet.client.post(f"/v1/admin/articles/{key}/submit", headers=headers)
        settled(follower)
        quiet.clock.move(minutes=5)
        sent = deliveries(runtime, webhook)[0].id
        again = f"/v1/admin/webhooks/{webhook}/replay"
        answer = quiet.client.post(again, json={"delivery": str(sent)}, headers=staff)
        assert answer.status_code in (200, 202), answer.text
        settled(follower)
        first, second = here.messages
        assert (first.id, first.said) == (second.id, second.said)


def test_a_schedule_that_moves_is_told(quiet: Bench) -> None:
    quiet.clock.now = datetime.now(UTC)
    runtime, staff = quiet.runtime, bearer(quiet.runtime)
    first, second = (
        (quiet.clock.now + timedelta(days=days)).replace(microsecond=0) for days in (3, 4)
    )
    with partner() as here, following(runtime) as follower:
        subscribed(runtime, here.url, topics=("article.scheduled", "article.schedule_moved"))
        settled(follower)
        key, _ = builders.draft(runtime)
        body = {"at": first.isoformat(), "items": [{"article": str(key)}]}
        made = quiet.client.post("/v1/admin/releases", json=body, headers=staff)
        assert made.status_code == 201, made.text
        moved = quiet.client.patch(
            made.headers["location"],
            json={"at": second.isoformat()},
            headers={**staff, "If-Match": made.headers["etag"]},
        )
        assert moved.status_code == 200, moved.text
        quiet.clock.move(seconds=1)
        settled(follower)
        told = [(m.said["type"], m.said["data"]["visible_from"]) for m in here.messages]
        assert [(kind, datetime.fromisoformat(at)) for kind, at in told] == [
            ("article.scheduled", first),
            ("article.schedule_moved", second),
        ]
