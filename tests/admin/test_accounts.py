"""Accounts, tokens and the audit over HTTP."""

import pytest

from tests.accounts.people import PASSWORD
from tests.admin.desk import bearer, colleague, problem, session
from tests.conftest import Bench

USERS = "/v1/admin/users"


def test_a_new_colleague_sets_a_password_and_gets_in(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    sent = {"email": "Rosa@example.org", "role": "writer", "name": "Rosa"}
    made = quiet.client.post(USERS, headers=headers, json=sent)
    rosa = made.json()["data"]
    assert made.headers["location"] == f"{USERS}/{rosa['id']}"
    assert (rosa["email"], rosa["role"], rosa["has_password"]) == (
        "rosa@example.org",
        "writer",
        False,
    )
    assert problem(quiet.client.post(USERS, headers=headers, json=sent)) == (409, "email_taken")
    reset = {"secret": rosa["reset_secret"], "new_password": PASSWORD}
    assert quiet.client.post("/v1/admin/auth/reset", json=reset).status_code == 204
    assert problem(quiet.client.post("/v1/admin/auth/reset", json=reset)) == (401, "reset_invalid")
    theirs = session(quiet, "rosa@example.org")
    assert problem(quiet.client.get(USERS, headers=theirs)) == (403, "scope_missing")


def test_a_change_names_the_revision_it_was_made_from(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = bearer(quiet.runtime)
    rosa = f"{USERS}/{colleague(quiet.runtime, 'writer')}"
    change = {"role": "editor"}
    bare = quiet.client.patch(rosa, headers=headers, json=change)
    assert problem(bare) == (428, "if_match_required")
    for wrong in ("*", "x", '"1", "2"', '"1' + "0" * 20 + '"', ""):
        with subtests.test(wrong=wrong):
            answer = quiet.client.patch(rosa, headers={**headers, "If-Match": wrong}, json=change)
            assert problem(answer) == (400, "invalid_if_match")
    read = quiet.client.get(rosa, headers=headers)
    matching = {**headers, "If-Match": read.headers["etag"]}
    changed = quiet.client.patch(rosa, headers=matching, json=change)
    assert (changed.json()["data"]["role"], changed.headers["etag"]) == ("editor", '"2"')
    stale = quiet.client.patch(rosa, headers=matching, json={"role": "admin"})
    assert problem(stale) == (412, "stale_revision")
    assert stale.json()["current_revision"] == 2


def test_suspension_acts_at_once(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    rosa = colleague(quiet.runtime, "writer")
    theirs = session(quiet, "writer@example.org")
    suspended = quiet.client.post(f"{USERS}/{rosa}/suspend", headers={**headers, "If-Match": '"1"'})
    assert suspended.json()["data"]["suspended_at"] is not None
    assert quiet.client.get("/v1/admin/auth/me", headers=theirs).status_code == 401
    sent = {"username": "writer@example.org", "password": PASSWORD}
    assert quiet.client.post("/v1/admin/auth/token", data=sent).status_code == 401
    again = quiet.client.post(f"{USERS}/{rosa}/unsuspend", headers={**headers, "If-Match": '"2"'})
    assert again.json()["data"]["suspended_at"] is None
    assert session(quiet, "writer@example.org")


def test_the_last_admin_stays(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    me = quiet.client.get("/v1/admin/auth/me", headers=headers).json()["data"]["account_id"]
    matching = {**headers, "If-Match": '"1"'}
    for answer in (
        quiet.client.post(f"{USERS}/{me}/suspend", headers=matching),
        quiet.client.patch(f"{USERS}/{me}", headers=matching, json={"role": "writer"}),
    ):
        assert problem(answer) == (409, "last_admin")


def test_a_token_is_shown_once_and_does_what_it_says(quiet: Bench) -> None:
    colleague(quiet.runtime)
    headers = session(quiet)
    sent = {"name": "feed reader", "scopes": ["articles:read"], "password": PASSWORD}
    made = quiet.client.post("/v1/admin/tokens", headers=headers, json=sent).json()["data"]
    listed = quiet.client.get("/v1/admin/tokens", headers=headers)
    assert listed.json()["data"] == [{k: v for k, v in made.items() if k != "token"}]
    theirs = {"Authorization": f"Bearer {made['token']}"}
    me = quiet.client.get("/v1/admin/auth/me", headers=theirs).json()["data"]
    assert (me["scopes"], me["via"]) == (["articles:read"], "token")
    assert problem(quiet.client.get(USERS, headers=theirs)) == (403, "scope_missing")
    revoked = quiet.client.delete(f"/v1/admin/tokens/{made['id']}", headers=headers)
    assert revoked.status_code == 204
    assert quiet.client.get("/v1/admin/auth/me", headers=theirs).status_code == 401
    nobody = {"name": "x", "scopes": ["articles:raed"], "password": PASSWORD}
    wrong = quiet.client.post("/v1/admin/tokens", headers=headers, json=nobody)
    assert problem(wrong) == (422, "unknown_scope")
    assert "did you mean 'articles:read'?" in wrong.json()["detail"]


def test_the_audit_says_who_did_what_and_walks_back_to_the_beginning(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = bearer(quiet.runtime)
    for number in range(5):
        sent = {"email": f"p{number}@example.org", "role": "writer"}
        quiet.client.post(USERS, headers=headers, json=sent)
    url, actions = "/v1/admin/audit?limit=4", []
    while url:
        page = quiet.client.get(url, headers=headers).json()
        actions += [entry["action"] for entry in page["data"]]
        url = page["links"]["next"]
    made = ["account.reset", "account.created"] * 5
    assert actions == [*made, "token.created", "account.created"]
    theirs = quiet.client.get("/v1/admin/audit?action=account.created&limit=1", headers=headers)
    entry = theirs.json()["data"][0]
    assert (entry["email"], entry["via"]) == ("admin@example.org", "token")
    assert entry["after"] == {
        "email": "p4@example.org",
        "name": "p4@example.org",
        "role": "writer",
        "suspended": False,
    }
    for query in ("cursor=abc", "since=yesterday", "subject_kind=king", "actoin=x", "action=%09"):
        with subtests.test(query=query):
            assert quiet.client.get(f"/v1/admin/audit?{query}", headers=headers).status_code == 400
