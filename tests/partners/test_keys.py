"""Keys: good, remembered for a moment, rotated by who holds them; and pages for their partner."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.principal import OPERATOR
from app.models import every_table
from app.partners import keys
from app.runtime import Runtime
from tests import builders
from tests.admin.desk import bearer, problem
from tests.conftest import Bench, MovingClock
from tests.partners import holder
from tests.search.follow import follow

ROTATE = "/v1/partner/keys/rotate"


def test_a_key_changes_nothing_of_what_is_public(quiet: Bench, subtests: pytest.Subtests) -> None:
    """Byte for byte, validators and caching too; so nothing varies."""
    builders.published(quiet.runtime, title="One")
    headers = holder.shows(holder.key(quiet.runtime))
    for path in ("/v1/articles", "/v1/articles/one", "/v1/feeds/articles.rss", "/v1/changes"):
        with subtests.test(path=path):
            bare, keyed = quiet.client.get(path), quiet.client.get(path, headers=headers)
            assert keyed.content == bare.content
            told = {k: v for k, v in keyed.headers.items() if not k.startswith("ratelimit")}
            assert told == dict(bare.headers)
            assert "authorization" not in keyed.headers.get("vary", "").lower()


@pytest.mark.parametrize("path", ["/v1", "/v1/articles", "/v1/search?q=x", "/nowhere", "/docs"])
def test_a_key_that_is_no_good_is_never_taken_for_nobody(
    quiet: Bench, path: str, subtests: pytest.Subtests
) -> None:
    follow(quiet.runtime)
    client, good = quiet.client, holder.key(quiet.runtime)
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    for bad in (wrong, good + "x", "willaykey_", "willaykey_x", "willaykey_" + "9" * 5_000):
        for scheme in ("Bearer", "bearer", "Bearer "):
            with subtests.test(bad=bad, scheme=scheme):
                answer = client.get(path, headers={"Authorization": f"{scheme} {bad}"})
                assert problem(answer) == (401, "key_invalid")
                assert answer.headers["www-authenticate"] == "Bearer"
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["access-control-allow-origin"] == "*"
    assert client.get(path, headers=holder.shows(good)).status_code in (200, 404)


def test_what_is_no_partners_key_is_not_looked_at_where_all_may_read(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    for headers in (
        bearer(quiet.runtime),
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "willaykey_00000000"},
    ):
        with subtests.test(headers=headers):
            assert quiet.client.get("/v1/articles", headers=headers).status_code == 200


def test_a_partners_key_opens_nothing_of_management(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = holder.shows(holder.key(quiet.runtime))
    for path in ("/v1/admin/articles", "/v1/admin/partners", "/v1/admin/auth/me"):
        with subtests.test(path=path):
            answer = quiet.client.get(path, headers=headers)
            assert problem(answer) in {(401, "token_invalid"), (404, "not_found")}


def test_a_key_without_the_scope_reads_nothing_in_its_partners_name(quiet: Bench) -> None:
    partner = holder.organisation(quiet.runtime)
    headers = holder.shows(holder.key_of(quiet.runtime, partner, "usage:read"))
    assert problem(quiet.client.get("/v1/articles", headers=headers)) == (403, "scope_missing")
    assert quiet.client.get("/v1/partner", headers=headers).status_code == 200
    assert quiet.client.get("/v1/partner/usage", headers=headers).status_code == 200
    assert problem(quiet.client.post(ROTATE, headers=headers)) == (403, "scope_missing")
    other = holder.shows(holder.key_of(quiet.runtime, partner, "content:read"))
    assert quiet.client.get("/v1/articles", headers=other).status_code == 200
    refused = quiet.client.get("/v1/partner/usage", headers=other)
    assert problem(refused) == (403, "scope_missing")


def test_a_revoked_key_stops_within_five_seconds(quiet: Bench) -> None:
    partner = holder.organisation(quiet.runtime)
    key = holder.key_of(quiet.runtime, partner)
    headers = holder.shows(key)
    assert quiet.client.get("/v1/articles", headers=headers).status_code == 200
    holder.revoke(quiet.runtime, partner, key)
    quiet.clock.move(seconds=4.9)
    assert quiet.client.get("/v1/articles", headers=headers).status_code == 200
    quiet.clock.move(seconds=0.1)
    assert problem(quiet.client.get("/v1/articles", headers=headers)) == (401, "key_revoked")


def test_an_expired_key_is_not_remembered_beyond_its_end(quiet: Bench) -> None:
    partner = holder.organisation(quiet.runtime)
    until = quiet.clock.now + timedelta(seconds=2)
    headers = holder.shows(holder.key_of(quiet.runtime, partner, expires_at=until))
    assert quiet.client.get("/v1/articles", headers=headers).status_code == 200
    quiet.clock.move(seconds=2)
    assert problem(quiet.client.get("/v1/articles", headers=headers)) == (401, "key_expired")


def test_a_remembered_key_costs_no_query(quiet: Bench) -> None:
    headers = holder.shows(holder.key(quiet.runtime))
    asked: list[str] = []
    sa.event.listen(
        quiet.runtime.database._reader,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: asked.append(statement),
    )
    for _ in range(5):
        quiet.client.get("/v1/articles", headers=headers)
    assert sum("partner_key" in statement for statement in asked) == 1


def test_who_am_i(quiet: Bench) -> None:
    key = holder.key(
        quiet.runtime,
        terms="Credit **us**.",
        contact_email="desk@andes.example",
        quota_per_day=1_000,
        embargo_hours=3,
    )
    answer = quiet.client.get("/v1/partner", headers=holder.shows(key))
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json()["data"] == {
        "name": "Andes Press",
        "terms": {"text": "Credit **us**.", "updated_at": "2026-03-01T12:00:00Z"},
        "limits": {"rate_per_minute": 600, "quota_per_day": 1_000},
        "grants": {"embargo_hours": 3},
        "key": {
            "id": key.split("_")[1],
            "name": "Server",
            "scopes": ["content:read", "embargo:read", "keys:rotate", "usage:read"],
            "created_at": "2026-03-01T12:00:00Z",
            "expires_at": "2027-03-01T12:00:00Z",
            "revoked_at": None,
            "last_used_at": None,
            "rotated_from": None,
        },
    }


def test_partners_see_nothing_of_each_other(quiet: Bench) -> None:
    client, runtime = quiet.client, quiet.runtime
    one, two = holder.organisation(runtime), holder.organisation(runtime, name="Other")
    key_one, key_two = (holder.key_of(runtime, partner) for partner in (one, two))
    for _ in range(3):
        client.get("/v1/articles", headers=holder.shows(key_one))
    for key, requests in ((key_one, 3), (key_two, 0)):
        headers = holder.shows(key)
        listed = client.get("/v1/partner/keys", headers=headers).json()["data"]
        assert [one["id"] for one in listed] == [key.split("_")[1]]
        used = client.get("/v1/partner/usage?days=1", headers=headers).json()["data"]
        assert used[0]["requests"] == requests


def test_rotation_from_the_old_key_to_the_new(quiet: Bench) -> None:
    client, runtime = quiet.client, quiet.runtime
    partner = holder.organisation(runtime, embargo_hours=1)
    ninety = quiet.clock.now + timedelta(days=90)
    old = holder.key_of(runtime, partner, "content:read", "keys:rotate", expires_at=ninety)
    quiet.clock.move(days=80)
    made = client.post(ROTATE, headers=holder.shows(old), json={"overlap_hours": 2})
    assert (made.status_code, made.headers["cache-control"]) == (201, "private, no-store")
    new = made.json()["data"]
    assert re.fullmatch("willaykey_[0-9a-f]{8}_[0-9A-Za-z_-]{43}", new["key"])
    assert new["id"] == new["key"].split("_")[1]
    assert new["scopes"] == ["content:read", "keys:rotate"]
    assert new["rotated_from"] == old.split("_")[1]
    assert new["expires_at"] == (quiet.clock.now + timedelta(days=90)).isoformat()[:19] + "Z"
    for key in (old, new["key"]):
        assert client.get("/v1/articles", headers=holder.shows(key)).status_code == 200
    quiet.clock.move(hours=2)
    assert problem(client.get("/v1/articles", headers=holder.shows(old))) == (401, "key_expired")
    assert problem(client.post(ROTATE, headers=holder.shows(old))) == (401, "key_expired")
    assert client.get("/v1/articles", headers=holder.shows(new["key"])).status_code == 200
    listed = client.get("/v1/partner/keys", headers=holder.shows(new["key"])).json()
    assert [key["id"] for key in listed["data"]] == [new["id"], new["rotated_from"]]
    assert "key" not in listed["data"][0]
    entries = client.get("/v1/admin/audit?subject_kind=partner", headers=bearer(runtime)).json()
    told = entries["data"][0]
    assert (told["action"], told["via"]) == ("partner.key_rotated", "partner")
    assert old not in str(entries)
    assert new["key"] not in str(entries)


def test_a_rotation_that_is_repeated_makes_one_key(quiet: Bench) -> None:
    """Also when the answers got lost, and when all ask at once."""
    client, runtime = quiet.client, quiet.runtime
    partner = holder.organisation(runtime)
    old = holder.key_of(runtime, partner)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.post(ROTATE, headers=holder.shows(old)), range(16))
        )
    assert {answer.status_code for answer in answers} == {201}
    [new] = {answer.json()["data"]["key"] for answer in answers}
    with runtime.database.reading() as tx:
        assert len(keys.of_partner(tx, partner)) == 2
    assert client.get("/v1/articles", headers=holder.shows(new)).status_code == 200
    runtime.meter.flush()
    assert problem(client.post(ROTATE, headers=holder.shows(old))) == (409, "already_rotated")
    again = client.post(ROTATE, headers=holder.shows(new), json={"overlap_hours": 0})
    assert again.status_code == 201
    assert problem(client.post(ROTATE, headers=holder.shows(new))) == (401, "key_expired")


def test_on_either_database_rotations_at_once_make_one_key(
    either: tuple[Runtime, MovingClock],
) -> None:
    runtime, clock = either
    partner = holder.organisation(runtime)
    old = holder.key_of(runtime, partner)

    def rotated(_: int) -> str:
        with runtime.database.writing() as tx:
            return keys.rotate(tx, runtime.key(), old, timedelta(hours=1), None, clock()).key

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(rotated, range(12)))) == 1
    with runtime.database.reading() as tx:
        assert len(keys.of_partner(tx, partner)) == 2


def test_a_shorter_overlap_may_be_asked_for_later_and_never_a_longer_one(quiet: Bench) -> None:
    client = quiet.client
    old = holder.key(quiet.runtime)
    first = client.post(ROTATE, headers=holder.shows(old), json={"overlap_hours": 1}).json()
    longer = client.post(ROTATE, headers=holder.shows(old), json={"overlap_hours": 168}).json()
    assert longer == first
    quiet.clock.move(hours=1)
    assert problem(client.post(ROTATE, headers=holder.shows(old))) == (401, "key_expired")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"overlap_hours": 169}, "invalid_field"),
        ({"overlap_hours": -1}, "invalid_field"),
        ({"overlap_hours": "1"}, "invalid_field"),
        ({"overlap_hours": 1.5}, "invalid_field"),
        ({"overlap": 1}, "unknown_field"),
        ([], "invalid_field"),
    ],
)
def test_a_rotation_that_is_not_understood_changes_nothing(
    quiet: Bench, sent: Any, code: str
) -> None:
    partner = holder.organisation(quiet.runtime)
    key = holder.key_of(quiet.runtime, partner)
    answer = quiet.client.post(ROTATE, headers=holder.shows(key), json=sent)
    assert problem(answer) == (422, code)
    with quiet.runtime.database.reading() as tx:
        assert len(keys.of_partner(tx, partner)) == 1


def test_keys_have_a_most(quiet: Bench) -> None:
    partner = holder.organisation(quiet.runtime)
    made = [holder.key_of(quiet.runtime, partner) for _ in range(keys.MOST)]
    answer = quiet.client.post(ROTATE, headers=holder.shows(made[0]))
    assert problem(answer) == (409, "too_many_keys")


def test_no_key_is_kept_or_logged(quiet: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = holder.key(quiet.runtime)
    new = quiet.client.post(ROTATE, headers=holder.shows(key)).json()["data"]["key"]
    quiet.client.get("/v1/articles", headers=holder.shows(new + "x"))
    secrets = {key.split("_", 2)[2], new.split("_", 2)[2]}
    with quiet.runtime.database.reading() as tx:
        for table in every_table().sorted_tables:
            rows = str(tx.execute(sa.select(table)).all())
            assert not any(secret in rows for secret in secrets), table.name
    assert not any(secret in caplog.text for secret in secrets)


def test_the_partner_of_a_key_can_be_deleted_while_it_is_used(quiet: Bench) -> None:
    from app.partners import registry

    partner = holder.organisation(quiet.runtime, quota_per_day=10)
    headers = holder.shows(holder.key_of(quiet.runtime, partner))
    assert quiet.client.get("/v1/articles", headers=headers).status_code == 200
    with quiet.runtime.database.writing() as tx:
        registry.delete(tx, OPERATOR, partner, quiet.clock(), 1)
    assert quiet.client.get("/v1/articles", headers=headers).status_code == 200
    quiet.runtime.meter.flush()
    quiet.clock.move(seconds=5)
    assert problem(quiet.client.get("/v1/articles", headers=headers)) == (401, "key_invalid")
