"""Logging in over HTTP, one's sessions, password and second factor."""

from datetime import timedelta

import pyotp
import pytest

from tests.accounts.people import PASSWORD
from tests.admin.desk import bearer, colleague, problem, session
from tests.conftest import Bench

LOGIN = "/v1/admin/auth/token"


def test_login_answers_as_oauth_does_and_the_token_opens_the_desk(quiet: Bench) -> None:
    account_id = colleague(quiet.runtime, "editor")
    sent = {"username": " Editor@Example.org", "password": PASSWORD, "grant_type": "password"}
    answer = quiet.client.post(LOGIN, data=sent)
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 14 * 86_400)
    assert answer.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    assert quiet.client.get("/v1/admin/auth/me", headers=headers).json() == {
        "data": {
            "account_id": str(account_id),
            "email": "editor@example.org",
            "name": "Editor",
            "role": "editor",
            "scopes": [
                *("articles:read", "articles:review", "articles:write", "calendar:read"),
                *("media:write", "newsletters:write", "preview:write", "tags:write", "tokens:own"),
            ],
            "via": "session",
            "lang": None,
            "timezone": None,
            "notices": ["submitted", "returned", "approved", "mentioned", "release"],
            "has_totp": False,
        }
    }


def test_a_wrong_password_and_an_unknown_account_are_told_alike(quiet: Bench) -> None:
    colleague(quiet.runtime, "editor")
    bodies = [
        quiet.client.post(LOGIN, data={"username": name, "password": "something else"}).json()
        for name in ("editor@example.org", "nobody@example.org", "no e-mail", "\x00")
    ]
    assert {(body["status"], body["code"], body["detail"]) for body in bodies} == {
        (401, "wrong_credentials", "The e-mail or the password is wrong.")
    }


def test_guessing_is_slowed_down(quiet: Bench) -> None:
    colleague(quiet.runtime, "editor")
    wrong = {"username": "editor@example.org", "password": "something else"}
    answers = [quiet.client.post(LOGIN, data=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "30"


def test_a_login_that_is_no_form(quiet: Bench, subtests: pytest.Subtests) -> None:
    for sent, status in (
        ({"data": {"username": "x"}}, 400),
        ({"json": {"username": "x", "password": "y"}}, 415),
        ({"data": {"username": "x" * 301, "password": "y"}}, 400),
        ({"data": {"username": "x", "password": "y" * 1_001}}, 400),
        ({"data": {"username": "x", "password": "y", "grant_type": "magic"}}, 400),
    ):
        with subtests.test(sent=sent, status=status):
            assert quiet.client.post(LOGIN, **sent).status_code == status


def test_logging_out_here_there_and_everywhere(quiet: Bench) -> None:
    colleague(quiet.runtime)
    logins = []
    for _ in range(3):
        quiet.clock.move(seconds=1)
        logins.append(session(quiet))
    one, two, three = logins
    listed = quiet.client.get("/v1/admin/auth/sessions", headers=one).json()["data"]
    assert [entry["is_current"] for entry in listed] == [False, False, True]
    ended = quiet.client.delete(f"/v1/admin/auth/sessions/{listed[0]['id']}", headers=one)
    assert ended.status_code == 204
    assert quiet.client.get("/v1/admin/auth/me", headers=three).status_code == 401
    assert quiet.client.post("/v1/admin/auth/logout", headers=two).status_code == 204
    assert quiet.client.get("/v1/admin/auth/me", headers=two).status_code == 401
    assert quiet.client.delete("/v1/admin/auth/sessions", headers=one).status_code == 204
    assert problem(quiet.client.get("/v1/admin/auth/me", headers=one)) == (401, "session_ended")


def test_a_new_password_ends_every_session(quiet: Bench) -> None:
    colleague(quiet.runtime)
    here, there = session(quiet), session(quiet)
    new = "a road through the puna"
    sent = {"password": PASSWORD, "new_password": new}
    answer = quiet.client.put("/v1/admin/auth/password", headers=here, json=sent)
    assert answer.status_code == 200
    for old in (here, there):
        assert quiet.client.get("/v1/admin/auth/me", headers=old).status_code == 401
    fresh = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert quiet.client.get("/v1/admin/auth/me", headers=fresh).status_code == 200
    sent = {"password": new, "new_password": "password"}
    weak = quiet.client.put("/v1/admin/auth/password", headers=fresh, json=sent)
    assert problem(weak) == (422, "weak_password")


def test_a_token_cannot_do_what_would_outlive_it(quiet: Bench, subtests: pytest.Subtests) -> None:
    headers = bearer(quiet.runtime)
    for method, path, sent in (
        ("PUT", "password", {"password": PASSWORD, "new_password": "a road through the puna"}),
        ("POST", "totp", {"password": PASSWORD}),
        ("POST", "totp/disable", {"password": PASSWORD, "code": "000000"}),
        ("DELETE", "sessions", None),
    ):
        with subtests.test(method=method, path=path, sent=sent):
            answer = quiet.client.request(
                method, f"/v1/admin/auth/{path}", headers=headers, json=sent
            )
            assert problem(answer) == (403, "session_required")


def test_a_second_factor_from_enrolment_to_loss(quiet: Bench) -> None:
    colleague(quiet.runtime)
    headers = session(quiet)
    enrolled = quiet.client.post(
        "/v1/admin/auth/totp", headers=headers, json={"password": PASSWORD}
    ).json()["data"]
    app = pyotp.TOTP(enrolled["secret"])
    assert enrolled["uri"].startswith("otpauth://totp/Peru%20Support%20Group:admin%40example.org?")
    confirm = {"code": app.at(quiet.clock())}
    answer = quiet.client.post("/v1/admin/auth/totp/confirm", headers=headers, json=confirm)
    codes = answer.json()["data"]["recovery_codes"]
    assert len(set(codes)) == 10
    code = app.at(quiet.clock() + timedelta(seconds=30))
    quiet.clock.move(seconds=30)
    again = session(quiet, code=code)
    assert quiet.client.get("/v1/admin/auth/me", headers=again).json()["data"]["has_totp"]
    sent = {"username": "admin@example.org", "password": PASSWORD}
    assert problem(quiet.client.post(LOGIN, data=sent)) == (401, "code_required")
    replayed = quiet.client.post(LOGIN, data={**sent, "code": confirm["code"]})
    assert problem(replayed) == (401, "code_wrong")
    quiet.clock.move(seconds=30)
    assert quiet.client.post(LOGIN, data={**sent, "code": app.at(quiet.clock())}).is_success
    assert quiet.client.post(LOGIN, data={**sent, "code": codes[0]}).is_success
    assert problem(quiet.client.post(LOGIN, data={**sent, "code": codes[0]})) == (401, "code_wrong")
