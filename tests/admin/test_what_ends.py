"""Tokens, previews and links end with what gave them; a session alone makes no token."""

from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest

from app.accounts import token_rules, tokens, users
from app.accounts.inputs import AccountChange
from app.accounts.principal import OPERATOR
from app.accounts.scopes import SCOPES_OF
from app.accounts.tokens import TokenInput
from tests import builders
from tests.accounts.people import PASSWORD
from tests.admin.desk import Headers, bearer, colleague, problem, session
from tests.conftest import Bench

AUTH = "/v1/admin/auth"
NEW = "another long sentence"


def token(bench: Bench, headers: Headers, **over: Any) -> Any:
    asked = {"name": "t", "scopes": ["*"], "password": PASSWORD} | over
    return bench.client.post("/v1/admin/tokens", headers=headers, json=asked)


def preview(bench: Bench, headers: Headers, article: Any) -> str:
    made = bench.client.post(f"/v1/admin/articles/{article}/previews", headers=headers)
    assert made.status_code == 201, made.text
    return f"/v1/preview/{made.json()['data']['token']}"


def status(bench: Bench, address: str, headers: Headers | None = None) -> int:
    return bench.client.get(address, headers=headers or {}).status_code


def with_totp(bench: Bench, headers: Headers) -> str:
    enrolled = bench.client.post(f"{AUTH}/totp", headers=headers, json={"password": PASSWORD})
    secret: str = enrolled.json()["data"]["secret"]
    code = pyotp.TOTP(secret).at(bench.clock())
    on = bench.client.post(f"{AUTH}/totp/confirm", headers=headers, json={"code": code})
    assert on.status_code == 200, on.text
    bench.clock.move(minutes=2)
    return secret


@pytest.mark.parametrize(
    "how", ["password", "everywhere", "suspension", "reset", "admin", "totp", "erasure"]
)
def test_what_an_account_opened_ends_together(quiet: Bench, how: str) -> None:
    runtime, client = quiet.runtime, quiet.client
    boss = bearer(runtime)
    who = colleague(runtime, "admin", "thief@example.org")
    colleague(runtime, "writer", "victim@example.org")
    article, _ = builders.draft(runtime)
    headers = session(quiet, "thief@example.org")
    first = {"Authorization": f"Bearer {token(quiet, headers).json()['data']['token']}"}
    child = {"Authorization": f"Bearer {token(quiet, first).json()['data']['token']}"}
    links = [preview(quiet, made, article) for made in (headers, first)]
    victims = client.get("/v1/admin/users", headers=headers).json()["data"]
    victim = next(one["id"] for one in victims if one["email"] == "victim@example.org")
    offered = client.post(f"/v1/admin/users/{victim}/reset", headers=headers, json={}).json()
    assert [status(quiet, link) for link in links] == [200, 200]
    own = f"/v1/admin/users/{who}"
    match how:
        case "password":
            sent = {"password": PASSWORD, "new_password": NEW}
            answer = client.put(f"{AUTH}/password", headers=headers, json=sent)
        case "everywhere":
            answer = client.delete(f"{AUTH}/sessions", headers=headers)
        case "suspension":
            answer = client.post(f"{own}/suspend", headers={**boss, "If-Match": '"1"'})
        case "reset":
            answer = client.post(f"{own}/reset", headers=boss, json={})
        case "admin":
            answer = client.post(f"{own}/logout", headers=boss)
        case "totp":
            with_totp(quiet, headers)
        case "erasure":
            from app.erasure.person import ErasureRequest, forget
            from app.newsletters.addresses import AddressBook

            with runtime.publishing() as tx:
                forget(tx, ErasureRequest("thief@example.org"), AddressBook(runtime.key()))
    if how not in ("totp", "erasure"):
        assert answer.status_code < 300, answer.text
    for gone in (first, child):
        assert status(quiet, f"{AUTH}/me", gone) == 401
    assert [status(quiet, link) for link in links] == [410, 410]
    secret = {"secret": offered["data"]["reset_secret"], "new_password": NEW}
    assert problem(client.post(f"{AUTH}/reset", json=secret)) == (401, "reset_invalid")
    assert status(quiet, f"{AUTH}/me", headers) == (200 if how == "totp" else 401)


def test_links_end_with_the_token_that_made_them(quiet: Bench) -> None:
    colleague(quiet.runtime)
    article, _ = builders.draft(quiet.runtime)
    headers = session(quiet)
    made = token(quiet, headers).json()["data"]
    first = {"Authorization": f"Bearer {made['token']}"}
    child = {"Authorization": f"Bearer {token(quiet, first).json()['data']['token']}"}
    theirs, mine = preview(quiet, child, article), preview(quiet, headers, article)
    quiet.client.delete(f"/v1/admin/tokens/{made['id']}", headers=headers)
    assert (status(quiet, theirs), status(quiet, mine)) == (410, 200)


def test_a_link_outlives_the_day_s_work_but_not_a_session_that_was_shut(quiet: Bench) -> None:
    colleague(quiet.runtime)
    article, _ = builders.draft(quiet.runtime)
    stolen, own = session(quiet), session(quiet)
    theirs, mine = preview(quiet, stolen, article), preview(quiet, own, article)
    for one in quiet.client.get(f"{AUTH}/sessions", headers=own).json()["data"]:
        if not one["is_current"]:
            quiet.client.delete(f"{AUTH}/sessions/{one['id']}", headers=own)
    quiet.client.post(f"{AUTH}/logout", headers=own)
    assert (status(quiet, theirs), status(quiet, mine)) == (410, 200)


def test_a_demotion_takes_the_links_that_only_the_old_role_could_make(quiet: Bench) -> None:
    runtime = quiet.runtime
    who = colleague(runtime, "admin", "chief@example.org")
    victim = colleague(runtime, "writer", "victim@example.org")
    article, _ = builders.draft(runtime)
    headers = session(quiet, "chief@example.org")
    offered = quiet.client.post(f"/v1/admin/users/{victim}/reset", headers=headers, json={}).json()
    link = preview(quiet, headers, article)
    bearer(runtime)
    with runtime.database.writing() as tx:
        users.change(tx, OPERATOR, who, AccountChange(role="writer"), runtime.clock())
    secret = {"secret": offered["data"]["reset_secret"], "new_password": NEW}
    assert problem(quiet.client.post(f"{AUTH}/reset", json=secret)) == (401, "reset_invalid")
    assert status(quiet, link) == 200  # a writer may make one too
    assert "preview:write" in SCOPES_OF["writer"]


def test_a_session_makes_a_token_with_a_proof_only(quiet: Bench) -> None:
    colleague(quiet.runtime)
    headers = session(quiet)
    assert problem(token(quiet, headers, password=None)) == (403, "password_required")
    assert problem(token(quiet, headers, password="wrong")) == (401, "wrong_credentials")
    secret = with_totp(quiet, headers)
    assert problem(token(quiet, headers)) == (403, "code_required")
    assert problem(token(quiet, headers, code="000000")) == (401, "code_wrong")
    code = pyotp.TOTP(secret).at(quiet.clock())
    assert token(quiet, headers, code=code).status_code == 201


def test_a_token_ends_by_itself(quiet: Bench) -> None:
    colleague(quiet.runtime)
    headers = session(quiet)
    made = token(quiet, headers).json()["data"]
    ends = datetime.fromisoformat(made["expires_at"])
    assert ends - quiet.clock() == timedelta(days=90)
    theirs = {"Authorization": f"Bearer {made['token']}"}
    quiet.clock.move(days=89)
    child = token(quiet, theirs).json()["data"]
    assert datetime.fromisoformat(child["expires_at"]) == ends
    quiet.clock.move(days=1)
    assert status(quiet, f"{AUTH}/me", theirs) == 401


def test_a_code_is_not_guessed_by_showing_the_password_between(quiet: Bench) -> None:
    """Neither at the usual desk nor from many networks: a password forgives no wrong code."""
    colleague(quiet.runtime)
    headers = session(quiet)
    with_totp(quiet, headers)
    answers = []
    for _ in range(12):
        quiet.client.post(f"{AUTH}/totp", headers=headers, json={"password": PASSWORD})
        sent = {"password": PASSWORD, "code": "000000"}
        answer = quiet.client.post(f"{AUTH}/totp/disable", headers=headers, json=sent)
        answers.append(answer.status_code)
    assert answers == [401] * 5 + [429] * 7


def test_tokens_and_links_have_a_number(quiet: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = quiet.runtime
    who = colleague(runtime)
    headers = session(quiet)
    article, _ = builders.draft(runtime)
    asked = TokenInput(name="t", scopes=["*"])
    with runtime.database.writing() as tx:
        made = [
            tokens.create(tx, OPERATOR, who, asked, runtime.clock())
            for _ in range(token_rules.MOST)
        ]
    assert problem(token(quiet, headers)) == (409, "too_many_tokens")
    quiet.client.delete(f"/v1/admin/tokens/{made[0].info.id}", headers=headers)
    assert token(quiet, headers).status_code == 201
    monkeypatch.setattr("app.editorial.previews.MOST", 2)
    for _ in range(2):
        preview(quiet, headers, article)
    more = quiet.client.post(f"/v1/admin/articles/{article}/previews", headers=headers)
    assert problem(more) == (409, "too_many_previews")
    monkeypatch.setattr("app.idempotency.MOST", 1)
    body = {"lang": "en", "title": "T"}
    for key, expected in (("one", 201), ("two", 409), ("one", 201)):
        keyed = {**headers, "Idempotency-Key": key}
        answer = quiet.client.post("/v1/admin/articles", headers=keyed, json=body)
        assert answer.status_code == expected, answer.text
