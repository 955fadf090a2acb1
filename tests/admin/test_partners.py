"""Partners as an admin manages them: whole answers, bad input, retries, and what is never shown."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.partners import keys
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench
from tests.partners import holder

PARTNERS = "/v1/admin/partners"
NEW: dict[str, Any] = {"name": "Andes Press"}
KEY: dict[str, Any] = {"name": "Server", "scopes": ["content:read"]}


def created(bench: Bench, headers: Headers, **over: Any) -> dict[str, Any]:
    answer = bench.client.post(PARTNERS, json={**NEW, **over}, headers=headers)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    assert answer.headers["location"] == f"{PARTNERS}/{data['id']}"
    return data


def test_a_partner_from_its_first_day_to_its_last(quiet: Bench, subtests: pytest.Subtests) -> None:
    client, headers = quiet.client, bearer(quiet.runtime)
    made = created(
        quiet, headers, contact_email="Desk@Andes.example", terms="Credit us.", embargo_hours=24
    )
    at = f"{PARTNERS}/{made['id']}"
    assert made == {
        "id": made["id"],
        "name": "Andes Press",
        "contact_email": "desk@andes.example",
        "terms": "Credit us.",
        "terms_updated_at": "2026-03-01T12:00:00Z",
        "rate_per_minute": 600,
        "quota_per_day": None,
        "embargo_hours": 24,
        "suspended_at": None,
        "revision": 1,
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
    }
    read = client.get(at, headers=headers)
    assert (read.json()["data"], read.headers["etag"]) == (made, '"1"')
    assert client.get(PARTNERS, headers=headers).json() == {"data": [made], "meta": {"total": 1}}
    key = client.post(f"{at}/keys", json=KEY, headers=headers)
    shown = key.json()["data"]
    assert key.headers["location"] == f"{at}/keys/{shown['id']}"
    partners = holder.shows(shown["key"])
    assert client.get("/v1/articles", headers=partners).status_code == 200
    listed = client.get(f"{at}/keys", headers=headers).json()["data"]
    assert listed == [{name: value for name, value in shown.items() if name != "key"}]
    quiet.clock.move(hours=1)
    match = {**headers, "If-Match": '"1"'}
    sent = {"terms": "Credit us twice.", "quota_per_day": 50, "contact_email": None}
    changed = client.patch(at, json=sent, headers=match).json()["data"]
    assert changed == {
        **made,
        **sent,
        "terms_updated_at": "2026-03-01T13:00:00Z",
        "updated_at": "2026-03-01T13:00:00Z",
        "revision": 2,
    }
    assert problem(client.patch(at, json=sent, headers=match)) == (412, "stale_revision")
    suspended = client.post(f"{at}/suspend", headers={**headers, "If-Match": '"2"'})
    assert suspended.json()["data"]["suspended_at"] == "2026-03-01T13:00:00Z"
    assert problem(client.get("/v1/partner", headers=partners)) == (401, "partner_suspended")
    again = client.post(f"{at}/suspend", headers={**headers, "If-Match": '"3"'})
    assert again.json()["data"]["revision"] == 3
    resumed = client.post(f"{at}/resume", headers={**headers, "If-Match": '"3"'})
    assert (resumed.status_code, resumed.json()["data"]["suspended_at"]) == (200, None)
    assert client.get("/v1/partner", headers=partners).status_code == 200
    for _ in range(2):
        assert client.delete(f"{at}/keys/{shown['id']}", headers=headers).status_code == 204
    assert problem(client.get("/v1/partner", headers=partners)) == (401, "key_revoked")
    quiet.runtime.meter.flush()
    gone = client.delete(at, headers={**headers, "If-Match": '"4"'})
    assert gone.status_code == 204
    assert problem(client.get(at, headers=headers)) == (404, "partner_not_found")
    with quiet.runtime.database.reading() as tx:
        for table in ("partner", "partner_key", "partner_usage"):
            with subtests.test(table=table):
                assert tx.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() == 0
    audited = client.get("/v1/admin/audit?subject_kind=partner", headers=headers).json()["data"]
    assert [entry["action"] for entry in audited][::-1] == [
        "partner.created",
        "partner.key_created",
        "partner.changed",
        "partner.suspended",
        "partner.resumed",
        "partner.key_revoked",
        "partner.deleted",
    ]
    assert audited[-3]["before"] == {
        "rights": {"rate_per_minute": 600, "quota_per_day": None, "embargo_hours": 24}
    }
    assert shown["key"] not in str(audited)
    assert "andes.example" not in str(audited)


@pytest.mark.parametrize(
    ("sent", "code", "pointer"),
    [
        ({}, "missing_field", "/name"),
        ({"name": ""}, "invalid_field", "/name"),
        ({"name": "a\nb"}, "invalid_field", "/name"),
        ({"name": "a\u0000"}, "invalid_field", "/name"),
        ({"name": "x" * 201}, "invalid_field", "/name"),
        ({"name": 5}, "invalid_field", "/name"),
        ({"name": "A", "rate_per_minute": 0}, "invalid_field", "/rate_per_minute"),
        ({"name": "A", "rate_per_minute": 100_001}, "invalid_field", "/rate_per_minute"),
        ({"name": "A", "rate_per_minute": "60"}, "invalid_field", "/rate_per_minute"),
        ({"name": "A", "rate_per_minute": 1.5}, "invalid_field", "/rate_per_minute"),
        ({"name": "A", "quota_per_day": 0}, "invalid_field", "/quota_per_day"),
        ({"name": "A", "quota_per_day": 10**12}, "invalid_field", "/quota_per_day"),
        ({"name": "A", "embargo_hours": -1}, "invalid_field", "/embargo_hours"),
        ({"name": "A", "embargo_hours": 721}, "invalid_field", "/embargo_hours"),
        ({"name": "A", "terms": "x" * 20_001}, "invalid_field", "/terms"),
        ({"name": "A", "contact_email": "nobody"}, "invalid_field", "/contact_email"),
        ({"name": "A", "embargo_hour": 3}, "unknown_field", "/embargo_hour"),
        ({"name": "A", "suspended_at": None}, "unknown_field", "/suspended_at"),
    ],
)
def test_what_cannot_be_a_partner(
    quiet: Bench, sent: dict[str, Any], code: str, pointer: str
) -> None:
    headers = bearer(quiet.runtime)
    answer = quiet.client.post(PARTNERS, json=sent, headers=headers)
    assert problem(answer) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    "sent",
    [{"name": None}, {"rate_per_minute": None}, {"embargo_hours": None}, {"revision": 2}],
)
def test_what_cannot_be_changed(quiet: Bench, sent: dict[str, Any]) -> None:
    headers = bearer(quiet.runtime)
    made = created(quiet, headers)
    at, match = f"{PARTNERS}/{made['id']}", {**headers, "If-Match": '"1"'}
    assert quiet.client.patch(at, json=sent, headers=match).status_code == 422
    assert problem(quiet.client.patch(at, json={"name": "B"}, headers=headers)) == (
        428,
        "if_match_required",
    )
    assert quiet.client.get(at, headers=headers).json()["data"] == made


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"scopes": ["content:read"]}, "missing_field"),
        ({**KEY, "scopes": []}, "invalid_field"),
        ({**KEY, "scopes": ["everything"]}, "invalid_field"),
        ({**KEY, "scopes": ["*"]}, "invalid_field"),
        ({**KEY, "scopes": "content:read"}, "invalid_field"),
        ({**KEY, "expires_at": "2026-03-01T12:00:00Z"}, "invalid_expiry"),
        ({**KEY, "expires_at": "2046-03-01T12:00:00Z"}, "invalid_expiry"),
        ({**KEY, "expires_at": "2026-04-01T12:00:00"}, "invalid_field"),
        ({**KEY, "key": "willaykey_mine"}, "unknown_field"),
    ],
)
def test_what_cannot_be_a_key(quiet: Bench, sent: dict[str, Any], code: str) -> None:
    headers = bearer(quiet.runtime)
    at = f"{PARTNERS}/{created(quiet, headers)['id']}/keys"
    assert problem(quiet.client.post(at, json=sent, headers=headers)) == (422, code)
    assert quiet.client.get(at, headers=headers).json()["meta"] == {"total": 0}


def test_a_retry_makes_no_second_partner_or_key_and_shows_no_secret(quiet: Bench) -> None:
    client, headers = quiet.client, bearer(quiet.runtime)
    once = {**headers, "Idempotency-Key": "one"}
    first, second = (client.post(PARTNERS, json=NEW, headers=once) for _ in range(2))
    assert first.json() == second.json()
    at = f"{PARTNERS}/{first.json()['data']['id']}/keys"
    twice = {**headers, "Idempotency-Key": "two"}
    made, repeated = (client.post(at, json=KEY, headers=twice) for _ in range(2))
    assert made.json()["data"]["key"].startswith("willaykey_")
    assert repeated.json()["data"] == {**made.json()["data"], "key": None}
    assert repeated.headers["idempotency-replayed"] == "true"
    assert client.get(at, headers=headers).json()["meta"] == {"total": 1}


def test_a_key_belongs_to_one_partner(quiet: Bench, subtests: pytest.Subtests) -> None:
    client, headers = quiet.client, bearer(quiet.runtime)
    one, other = created(quiet, headers), created(quiet, headers, name="Other")
    key = client.post(f"{PARTNERS}/{one['id']}/keys", json=KEY, headers=headers).json()["data"]
    refused = client.delete(f"{PARTNERS}/{other['id']}/keys/{key['id']}", headers=headers)
    assert problem(refused) == (404, "key_not_found")
    for nothing in ("x", "00000000", "%25", "é" * 50):
        with subtests.test(nothing=nothing):
            refused = client.delete(f"{PARTNERS}/{one['id']}/keys/{nothing}", headers=headers)
            assert problem(refused) == (404, "key_not_found")
    nobody = f"{PARTNERS}/01900000-0000-7000-8000-000000000000"
    for answer in (
        client.get(f"{nobody}/keys", headers=headers),
        client.get(f"{nobody}/usage", headers=headers),
        client.post(f"{nobody}/keys", json=KEY, headers=headers),
    ):
        with subtests.test(answer=answer):
            assert problem(answer) == (404, "partner_not_found")
    assert client.get("/v1/partner", headers=holder.shows(key["key"])).status_code == 200


def test_keys_have_a_most_and_ended_ones_do_not_count(quiet: Bench) -> None:
    client, headers = quiet.client, bearer(quiet.runtime)
    at = f"{PARTNERS}/{created(quiet, headers)['id']}/keys"
    made = [client.post(at, json=KEY, headers=headers) for _ in range(keys.MOST)]
    assert problem(client.post(at, json=KEY, headers=headers)) == (409, "too_many_keys")
    client.delete(f"{at}/{made[0].json()['data']['id']}", headers=headers)
    assert client.post(at, json=KEY, headers=headers).status_code == 201


def test_only_who_has_the_scope_sees_partners(quiet: Bench, subtests: pytest.Subtests) -> None:
    made = created(quiet, bearer(quiet.runtime))
    for role in ("writer", "editor", "publisher"):
        headers = bearer(quiet.runtime, role)  # type: ignore[arg-type]  # one of the roles
        for path in ("", f"/{made['id']}", f"/{made['id']}/keys", f"/{made['id']}/usage"):
            with subtests.test(role=role, path=path):
                refused = quiet.client.get(f"{PARTNERS}{path}", headers=headers)
                assert problem(refused) == (403, "scope_missing")
