"""Invitations and new passwords by letter."""

import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from app.accounts import users
from app.accounts.principal import OPERATOR, Origin
from tests.admin.desk import bearer, colleague, problem
from tests.conftest import Bench, bench_in
from tests.letters.desk import sender, states, text_of
from tests.letters.servers import Mailbox, mail_server

USERS = "/v1/admin/users"
REQUEST = "/v1/admin/auth/reset-request"
NEW = "a bridge over the Apurímac"
DESK = "https://desk.example.org"

Post = tuple[Bench, Mailbox]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """A service with a mail server, whose letters a test sends by hand."""
    with mail_server() as box:
        mail = {"smtp_url": f"smtp://127.0.0.1:{box.port}", "mail_from": "desk@example.org"}
        with bench_in(tmp_path, serve_worker=False, desk_url=DESK, **mail) as bench:
            yield bench, box


def deliver(bench: Bench, box: Mailbox) -> list[str]:
    """The texts of the letters that arrive now."""
    before = len(box.letters)
    with sender(bench.runtime, box.port) as letters:
        while letters.step():
            pass
    return [text_of(letter) for letter in box.letters[before:]]


def secret_in(text: str) -> str:
    found = re.search(rf"^{DESK}/password#secret=(willay_reset_[\w-]+)$", text, re.M)
    assert found, text
    return found[1]


def redeem(bench: Bench, secret: str, password: str = NEW) -> int:
    body = {"secret": secret, "new_password": password}
    return bench.client.post("/v1/admin/auth/reset", json=body).status_code


def can_log_in(bench: Bench, email: str, password: str) -> bool:
    form = {"username": email, "password": password}
    return bench.client.post("/v1/admin/auth/token", data=form).status_code == 200


def ask(bench: Bench, email: Any) -> Any:
    return bench.client.post(REQUEST, json={"email": email})


def test_an_invitation_is_a_letter_with_a_link_that_works_once(post: Post) -> None:
    bench, box = post
    headers = bearer(bench.runtime)
    body = {"email": "ana@example.org", "role": "writer", "name": "Ana", "lang": "es"}
    answer = bench.client.post(USERS, json=body, headers=headers)
    account = answer.json()["data"]
    assert (answer.status_code, account["reset_secret"], account["lang"]) == (201, None, "es")
    [text] = deliver(bench, box)
    assert box.recipients == ["ana@example.org"]
    assert text.startswith("Hola, Ana:")
    assert "Admin creó una cuenta" in text
    assert states(bench.runtime) == dict.fromkeys(states(bench.runtime), ("sent", None))
    assert [str(key) for key in states(bench.runtime)] == [account["letter"]]
    bench.clock.move(days=6)
    secret = secret_in(text)
    assert redeem(bench, secret) == 204
    assert can_log_in(bench, "ana@example.org", NEW)
    assert redeem(bench, secret) == 401
    with bench.runtime.database.reading() as tx:
        held = repr([tuple(row) for row in tx.connection.exec_driver_sql("SELECT * FROM letter")])
    assert secret not in held
    assert "ana@" not in held


def carry_by_hand(bench: Bench, more: dict[str, bool]) -> None:
    headers = bearer(bench.runtime)
    body = {"email": "ana@example.org", "role": "writer", **more}
    account = bench.client.post(USERS, json=body, headers=headers).json()["data"]
    assert account["letter"] is None
    assert redeem(bench, account["reset_secret"]) == 204
    again = bench.client.post(f"{USERS}/{account['id']}/reset", json=more, headers=headers)
    assert again.json()["data"]["letter"] is None
    assert redeem(bench, again.json()["data"]["reset_secret"]) == 204
    assert states(bench.runtime) == {}


def test_a_secret_is_carried_by_hand_if_nobody_wants_a_letter(post: Post) -> None:
    carry_by_hand(post[0], {"letter": False})


def test_a_secret_is_carried_by_hand_if_no_server_sends_letters(quiet: Bench) -> None:
    carry_by_hand(quiet, {})


def test_an_admin_takes_a_password_back_by_letter(post: Post) -> None:
    bench, box = post
    headers = bearer(bench.runtime)
    ana = colleague(bench.runtime, "writer", "ana@example.org")
    answer = bench.client.post(f"{USERS}/{ana}/reset", json={}, headers=headers)
    assert answer.json()["data"]["reset_secret"] is None
    [text] = deliver(bench, box)
    assert "Admin asks you to choose a new password" in text
    assert redeem(bench, secret_in(text)) == 204


def test_a_letter_of_an_offer_that_ended_is_not_sent(post: Post) -> None:
    bench, box = post
    headers = bearer(bench.runtime)
    ana = colleague(bench.runtime, "writer", "ana@example.org")
    for _ in range(2):
        bench.client.post(f"{USERS}/{ana}/reset", json={}, headers=headers)
    assert len(deliver(bench, box)) == 1, "the newer one alone"
    bench.client.post(f"{USERS}/{ana}/reset", json={}, headers=headers)
    with bench.runtime.database.writing() as tx:
        users.suspend(tx, OPERATOR, ana, bench.clock())
    assert deliver(bench, box) == []
    assert sorted(states(bench.runtime).values()) == [
        *[("failed", "outdated")] * 2,
        ("sent", None),
    ]


def test_a_request_for_a_password_tells_nothing_of_accounts(post: Post) -> None:
    bench, box = post
    colleague(bench.runtime, "writer", "ana@example.org")
    gone = colleague(bench.runtime, "editor", "gone@example.org")
    with bench.runtime.database.writing() as tx:
        users.suspend(tx, OPERATOR, gone, bench.clock())
    emails = ("ana@example.org", "nobody@example.org", "gone@example.org", "no e-mail", "", "\x00")
    answers, seconds = [], []
    for email in emails:
        began = monotonic()
        answers.append(ask(bench, email))
        seconds.append(monotonic() - began)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1
    assert min(seconds) >= 0.3
    [text] = deliver(bench, box)
    assert box.recipients == ["ana@example.org"]
    assert "if it was not you, do nothing" in text.lower()
    assert can_log_in(bench, "ana@example.org", "a bridge over the Rímac"), "it stays until then"
    assert redeem(bench, secret_in(text)) == 204
    assert can_log_in(bench, "ana@example.org", NEW)
    assert not can_log_in(bench, "ana@example.org", "a bridge over the Rímac")


def test_a_request_that_is_malformed_is_refused(post: Post) -> None:
    bench, _ = post
    for body in ({}, {"email": 1}, {"email": "a" * 301}, {"email": "a@b.org", "name": "x"}):
        answer = bench.client.post(REQUEST, json=body)
        assert answer.status_code == 422


def test_a_thousand_requests_send_a_few_letters(post: Post) -> None:
    bench, box = post
    colleague(bench.runtime, "writer", "ana@example.org")

    def request(times: int) -> None:
        for each in range(times):
            origin = Origin(f"203.0.{each // 250}.{each % 250}")
            bench.runtime.authenticator.request_reset("Ana@example.org", origin, is_sent=True)

    request(1_000)
    assert len(states(bench.runtime)) == 3
    texts = deliver(bench, box)
    assert len(texts) == 1, "the newest, since it ends the others"
    bench.clock.move(hours=2)
    request(100)
    bench.clock.move(hours=2)
    request(100)
    assert len(states(bench.runtime)) == 6
    bench.clock.move(days=1)
    request(10)
    assert len(states(bench.runtime)) == 9


def test_many_requests_of_one_network_change_nothing(post: Post) -> None:
    bench, _ = post
    for each in range(60):
        colleague(bench.runtime, "writer", f"w{each}@example.org")
    origin = Origin("203.0.113.9")
    for each in range(60):
        bench.runtime.authenticator.request_reset(f"w{each}@example.org", origin, is_sent=True)
    assert len(states(bench.runtime)) == 30


def test_without_a_server_a_stranger_cannot_end_what_a_colleague_offered(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    body = {"email": "ana@example.org", "role": "writer"}
    secret = quiet.client.post(USERS, json=body, headers=headers).json()["data"]["reset_secret"]
    assert ask(quiet, "ana@example.org").status_code == 202
    assert states(quiet.runtime) == {}
    assert redeem(quiet, secret) == 204
    assert ask(quiet, "ana@example.org").status_code == 202
    assert len(states(quiet.runtime)) == 1, "a file for the operator"


def test_without_a_desk_a_letter_says_what_to_do(tmp_path: Path) -> None:
    with mail_server() as box:
        mail = {"smtp_url": f"smtp://127.0.0.1:{box.port}", "mail_from": "desk@example.org"}
        with bench_in(tmp_path, serve_worker=False, **mail) as bench:
            headers = bearer(bench.runtime)
            body = {"email": "ana@example.org", "role": "writer"}
            assert bench.client.post(USERS, json=body, headers=headers).status_code == 201
            [text] = deliver(bench, box)
            assert "http://127.0.0.1:8000/v1/admin/auth/reset" in text
            [secret] = re.findall(r"^(willay_reset_[\w-]+)$", text, re.M)
            assert redeem(bench, secret) == 204


def test_another_account_is_refused_as_before(post: Post) -> None:
    bench, _ = post
    headers = bearer(bench.runtime)
    body = {"email": "admin@example.org", "role": "writer"}
    answer = bench.client.post(USERS, json=body, headers=headers)
    assert problem(answer) == (409, "email_taken")
    assert states(bench.runtime) == {}
