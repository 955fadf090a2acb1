"""Webhooks as an admin manages them: whole answers, bad input, retries, and what is never shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import builders
from tests.admin.desk import bearer, problem
from tests.conftest import Bench, client_of, store
from tests.partners.partner import following, partner, settled

WEBHOOKS = "/v1/admin/webhooks"
NEW = {"name": "A partner", "url": "https://partner.example/hook?key=kanari"}


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Bench]:
    """A store whose operator lets webhooks reach this machine."""
    networks = ("127.0.0.0/8",)
    with store(None, tmp_path, serve_worker=False, webhook_networks=networks) as opened_store:
        runtime, clock = opened_store
        with client_of(runtime) as client:
            yield Bench(runtime, clock, client)


def created(quiet: Bench, headers: dict[str, str], **over: Any) -> dict[str, Any]:
    answer = quiet.client.post(WEBHOOKS, json={**NEW, **over}, headers=headers)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_a_subscription_from_its_first_day_to_its_last(quiet: Bench) -> None:
    client, headers = quiet.client, bearer(quiet.runtime)
    builders.tag(quiet.runtime, "water")
    with partner() as here, following(quiet.runtime) as follower:
        asked = {"url": here.url, "topics": ["article.upsert"], "tags": ["water"]}
        made = created(quiet, headers, **asked)
        at = f"{WEBHOOKS}/{made['id']}"
        assert made["secret"].startswith("whsec_")
        assert made["public_key"].startswith("whpk_")
        assert (made["state"], made["revision"], made["tags"]) == ("pending", 1, ["water"])
        assert problem(client.post(f"{at}/test", headers=headers)) == (409, "webhook_not_active")
        settled(follower)
        read = client.get(at, headers=headers)
        assert read.headers["etag"] == '"2"'
        assert read.json()["data"] == {
            **{name: value for name, value in made.items() if name != "secret"},
            "state": "active",
            "revision": 2,
        }
        assert client.get(WEBHOOKS, headers=headers).json() == {
            "data": [read.json()["data"]],
            "meta": {"total": 1},
        }
        quiet.clock.move(seconds=1)
        tried = client.post(f"{at}/test", headers=headers).json()["data"]
        assert (tried["topic"], tried["state"], tried["attempts"]) == (
            "webhook.test",
            "pending",
            [],
        )
        quiet.clock.move(seconds=1)
        builders.published(quiet.runtime, title="Wet", tags=("water",))
        settled(follower)
        listed = client.get(f"{at}/deliveries", headers=headers).json()
        assert [one["topic"] for one in listed["data"]] == [
            *("article.upsert", "webhook.test", "webhook.verification"),
        ]
        assert {one["state"] for one in listed["data"]} == {"delivered"}
        assert [one["attempts"][0]["status"] for one in listed["data"]] == [204, 204, 200]
        first = client.get(f"{at}/deliveries?limit=2", headers=headers).json()
        following_page = client.get(first["links"]["next"], headers=headers).json()
        assert [*first["data"], *following_page["data"]] == listed["data"]
        assert following_page["links"]["next"] is None
        none = client.get(f"{at}/deliveries?state=failed", headers=headers).json()
        assert none["data"] == []
        assert made["secret"] not in str(listed)


def test_a_subscription_changes_and_ends(quiet: Bench) -> None:
    client, headers = quiet.client, bearer(quiet.runtime)
    with partner() as here, following(quiet.runtime) as follower:
        made = created(quiet, headers, url=here.url, topics=["article.upsert"])
        at = f"{WEBHOOKS}/{made['id']}"
        settled(follower)
        quiet.clock.move(seconds=1)
        builders.published(quiet.runtime, title="One")
        settled(follower)
        listed = client.get(f"{at}/deliveries", headers=headers).json()
        match = {**headers, "If-Match": '"2"'}
        changed = client.patch(at, json={"name": "Renamed", "payload": "thin"}, headers=match)
        assert (changed.status_code, changed.json()["data"]["name"]) == (200, "Renamed")
        assert problem(client.patch(at, json={"name": "x"}, headers=match)) == (
            412,
            "stale_revision",
        )
        again = {"delivery": listed["data"][0]["id"]}
        replayed = client.post(f"{at}/replay", json=again, headers=headers).json()["data"]
        assert replayed["delivery"]["event_id"] == listed["data"][0]["event_id"]
        everything = client.post(f"{at}/replay", json={"after": 0}, headers=headers)
        assert everything.json() == {"data": {"delivery": None, "after": 0}}
        settled(follower)
        assert "item" not in here.messages[-1].said["data"]
        match = {**headers, "If-Match": '"3"'}
        rotated = client.post(f"{at}/rotate", json={"overlap_hours": 1}, headers=match)
        assert rotated.json()["data"]["secret"] not in (None, made["secret"])
        match = {**headers, "If-Match": '"4"'}
        moved = client.patch(at, json={"url": f"{here.url}/moved"}, headers=match)
        assert moved.json()["data"]["state"] == "pending"
        settled(follower)
        revision = client.get(at, headers=headers).headers["etag"]
        paused = client.post(f"{at}/pause", headers={**headers, "If-Match": revision})
        assert paused.json()["data"]["paused_reason"] == "by_hand"
        revision = paused.headers["etag"]
        resumed = client.post(f"{at}/resume", headers={**headers, "If-Match": revision})
        assert resumed.json()["data"]["state"] == "active"
        revision = resumed.headers["etag"]
        gone = client.delete(at, headers={**headers, "If-Match": revision})
        assert (gone.status_code, gone.content) == (204, b"")
        for address in (at, f"{at}/deliveries"):
            assert problem(client.get(address, headers=headers)) == (404, "webhook_not_found")
    # The audit names the host, since an address may hold a secret.
    acts = client.get("/v1/admin/audit?subject_kind=webhook", headers=headers).json()["data"]
    assert [one["action"] for one in acts][-1] == "webhook.created"
    assert acts[-1]["after"] == {
        "active": False,
        "host": "127.0.0.1",
        "name": "A partner",
        "topics": ["article.upsert"],
    }
    assert made["secret"] not in str(acts)


def test_what_makes_no_subscription_is_refused_and_nothing_kept(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = bearer(quiet.runtime)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"name": ""}, "invalid_field"),
        ({"name": "a\u0000b"}, "invalid_field"),
        ({"name": "a" * 201}, "invalid_field"),
        ({"name": 5}, "invalid_field"),
        ({"url": "ftp://partner.example/"}, "invalid_field"),
        ({"url": "https://user:word@partner.example/"}, "invalid_field"),
        ({"url": "https://2130706433/"}, "invalid_field"),
        ({"url": "https://[::1"}, "invalid_field"),
        ({"topics": ["article.created"]}, "invalid_field"),
        ({"topics": "article.upsert"}, "invalid_field"),
        ({"tags": ["none"]}, "unknown_tag"),
        ({"payload": "fat"}, "invalid_field"),
        ({"id": "x"}, "unknown_field"),
        ({"secret": "mine"}, "unknown_field"),
        ({"state": "active"}, "unknown_field"),
    ]
    for over, code in wrong:
        answer = quiet.client.post(WEBHOOKS, json={**NEW, **over}, headers=headers)
        assert problem(answer) == (422, code), over
    assert quiet.client.get(WEBHOOKS, headers=headers).json()["data"] == []
    made = created(quiet, headers)
    at = f"{WEBHOOKS}/{made['id']}"
    for body, status in (
        ({}, 422),
        ({"after": 1, "delivery": made["id"]}, 422),
        ({"after": -1}, 422),
        ({"after": 99}, 400),
        ({"since": "yesterday"}, 422),
        ({"delivery": made["id"]}, 404),
    ):
        with subtests.test(body=body, status=status):
            answer = quiet.client.post(f"{at}/replay", json=body, headers=headers)
            assert answer.status_code == status
    assert quiet.client.patch(at, json={"name": "x"}, headers=headers).status_code == 428
    bad = quiet.client.get(f"{at}/deliveries?cursor=x", headers=headers)
    assert problem(bad) == (400, "invalid_cursor")


def test_a_secret_is_shown_once_and_kept_nowhere(quiet: Bench, subtests: pytest.Subtests) -> None:
    headers = {**bearer(quiet.runtime), "Idempotency-Key": "once"}
    first = quiet.client.post(WEBHOOKS, json=NEW, headers=headers)
    twin = quiet.client.post(WEBHOOKS, json=NEW, headers=headers)
    secret = first.json()["data"]["secret"]
    assert twin.headers["idempotency-replayed"] == "true"
    assert twin.json()["data"] == {**first.json()["data"], "secret": None}
    with quiet.runtime.database.reading() as tx:
        for table in ("webhook", "idempotency_key", "audit_entry"):
            with subtests.test(table=table):
                rows = [tuple(row) for row in tx.execute(sa.text(f"SELECT * FROM {table}"))]
                assert secret.removeprefix("whsec_") not in repr(rows)


def test_who_may_not_manage_webhooks(quiet: Bench, subtests: pytest.Subtests) -> None:
    made = created(quiet, bearer(quiet.runtime))
    for role in ("writer", "editor", "publisher"):
        headers = bearer(quiet.runtime, role)
        for address in (
            WEBHOOKS,
            f"{WEBHOOKS}/{made['id']}",
            f"{WEBHOOKS}/{made['id']}/deliveries",
        ):
            with subtests.test(role=role, address=address):
                assert problem(quiet.client.get(address, headers=headers)) == (403, "scope_missing")
        assert quiet.client.post(WEBHOOKS, json=NEW, headers=headers).status_code == 403
    assert quiet.client.get(WEBHOOKS).status_code == 401
