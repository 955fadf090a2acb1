"""`Idempotency-Key`: what is sent twice takes effect once; a refused body leaves nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.admin.desk import bearer, problem
from tests.conftest import Bench

USERS = "/v1/admin/users"
ROSA = {"email": "rosa@example.org", "role": "writer"}


def count(bench: Bench, headers: dict[str, str]) -> int:
    total: int = bench.client.get(USERS, headers=headers).json()["meta"]["total"]
    return total


def test_the_same_request_is_answered_alike_without_its_secret(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    keyed = {**headers, "Idempotency-Key": "one"}
    first = quiet.client.post(USERS, headers=keyed, json=ROSA)
    second = quiet.client.post(USERS, headers=keyed, json=ROSA)
    assert first.json()["data"]["reset_secret"] is not None
    expected = {"data": {**first.json()["data"], "reset_secret": None}}
    assert (second.status_code, second.json()) == (201, expected)
    assert second.headers["idempotency-replayed"] == "true"
    for name in ("etag", "location"):
        assert second.headers[name] == first.headers[name]
    assert count(quiet, headers) == 2


def test_another_request_with_the_key_is_refused(quiet: Bench) -> None:
    keyed = {**bearer(quiet.runtime), "Idempotency-Key": "one"}
    quiet.client.post(USERS, headers=keyed, json=ROSA)
    other = quiet.client.post(USERS, headers=keyed, json={**ROSA, "role": "editor"})
    assert problem(other) == (422, "idempotency_key_reused")


def test_a_key_is_the_accounts_own_and_kept_for_a_day(quiet: Bench) -> None:
    keyed = {**bearer(quiet.runtime), "Idempotency-Key": "one"}
    quiet.client.post(USERS, headers=keyed, json=ROSA)
    other = {**bearer(quiet.runtime, email="b@example.org"), "Idempotency-Key": "one"}
    assert problem(quiet.client.post(USERS, headers=other, json=ROSA)) == (409, "email_taken")
    quiet.clock.move(hours=25)
    assert problem(quiet.client.post(USERS, headers=keyed, json=ROSA)) == (409, "email_taken")


def test_what_was_refused_leaves_the_key_free(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    keyed = {**headers, "Idempotency-Key": "one"}
    taken = {**ROSA, "email": "admin@example.org"}
    assert problem(quiet.client.post(USERS, headers=keyed, json=taken)) == (409, "email_taken")
    assert quiet.client.post(USERS, headers=keyed, json=ROSA).status_code == 201


def test_the_right_is_checked_again_before_repeating(quiet: Bench) -> None:
    keyed = {**bearer(quiet.runtime), "Idempotency-Key": "one"}
    quiet.client.post(USERS, headers=keyed, json=ROSA)
    token_id = keyed["Authorization"].split("_")[1]
    quiet.client.delete(f"/v1/admin/tokens/{token_id}", headers=keyed)
    assert quiet.client.post(USERS, headers=keyed, json=ROSA).status_code == 401


def test_twins_at_the_same_time_take_effect_once(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    keyed = {**headers, "Idempotency-Key": "one"}
    with ThreadPoolExecutor(6) as threads:
        sent = [
            threads.submit(quiet.client.post, USERS, headers=keyed, json=ROSA) for _ in range(6)
        ]
        answers = [one.result() for one in sent]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count(None) == 1
    assert count(quiet, headers) == 2


@pytest.mark.parametrize("key", ["", "a b", "é".encode(), "x" * 201])
def test_a_key_that_is_none(quiet: Bench, key: str | bytes) -> None:
    keyed = {**bearer(quiet.runtime), "Idempotency-Key": key}
    answer = quiet.client.post(USERS, headers=keyed, json=ROSA)
    assert problem(answer) == (400, "invalid_idempotency_key")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"", "application/json", 400, "malformed_json"),
        (b"{", "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "malformed_json"),
        (b'{"email": "\xff"}', "application/json", 400, "malformed_json"),
        (b'{"email": "\\ud800"}', "application/json", 400, "malformed_json"),
        (b"[]", "application/json", 422, "invalid_field"),
        (b"null", "application/json", 422, "invalid_field"),
        (b'{"email": 1, "role": []}', "application/json", 422, "invalid_field"),
        (
            b'{"email": "a@b.org", "role": "writer", "id": "x"}',
            "application/json",
            422,
            "unknown_field",
        ),
        (b'{"email": "a@b.org", "role": "writer"}', "text/plain", 415, "unsupported_media_type"),
        (b'{"email": "a@b.org", "role": "writer"}', "", 415, "unsupported_media_type"),
        (b" " * 4_000_001, "application/json", 413, "body_too_large"),
    ],
)
def test_a_body_that_is_refused(
    quiet: Bench, content: bytes, kind: str, status: int, code: str
) -> None:
    headers = bearer(quiet.runtime)
    answer = quiet.client.post(USERS, headers={**headers, "Content-Type": kind}, content=content)
    assert problem(answer) == (status, code)
    assert count(quiet, headers) == 1


def test_a_body_without_a_length_is_bounded_too(quiet: Bench) -> None:
    headers = {**bearer(quiet.runtime), "Content-Type": "application/json"}
    answer = quiet.client.post(USERS, headers=headers, content=(b" " * 100_000 for _ in range(50)))
    assert problem(answer) == (413, "body_too_large")
