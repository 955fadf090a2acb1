"""Signing in to the desk: the cookie counts for the desk's own pages, and for nobody else."""

from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient

from app.accounts import offers, second_factor
from app.accounts.principal import OPERATOR
from app.main import create_app
from app.runtime import Runtime
from tests.accounts.people import DESK as ORIGIN
from tests.accounts.people import PASSWORD, account, door, logged_in
from tests.conftest import MovingClock

HTTPS = "https://news.example.org"
OWN = {"Sec-Fetch-Site": "same-origin"}
DESK = {**OWN, "Willay-Desk": "1"}
COOKIE = "__Host-willay"

Store = tuple[Runtime, MovingClock]


@pytest.fixture
def browser(either: Store) -> Iterator[TestClient]:
    """A browser at the desk by HTTPS, which follows nothing by itself."""
    account(either[0])
    with TestClient(create_app(either[0]), HTTPS, follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, headers: dict[str, str] | None = None, **form: str) -> Any:
    sent = {"email": "ana@example.org", "password": PASSWORD, **form}
    return client.post("/desk/sign-in", data=sent, headers=OWN if headers is None else headers)


def secret_in(answer: Any) -> str:
    """The session's secret that an answer set as the cookie."""
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    assert name == COOKIE
    return str(value)


def me(client: TestClient, headers: dict[str, str]) -> tuple[int, str]:
    answer = client.get("/v1/admin/auth/me", headers=headers)
    body = answer.json()
    return answer.status_code, body["data"]["email"] if "data" in body else body["code"]


def test_a_form_signs_in_and_out(browser: TestClient) -> None:
    page = browser.get("/desk/sign-in?next=/desk/articles")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert 'value="/desk/articles"' in page.text
    answer = sign_in(browser, next="/desk/articles")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/articles")
    rules = {rule.strip().lower() for rule in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "secure", "samesite=strict", "path=/"} <= rules
    assert not any(rule.startswith("domain") for rule in rules)
    assert me(browser, DESK) == (200, "ana@example.org")
    left = browser.post("/desk/sign-out", headers=OWN)
    assert left.headers["clear-site-data"] == '"storage"'
    browser.cookies.set(COOKIE, secret_in(answer))  # a copy of the cookie is worth nothing
    assert me(browser, DESK) == (401, "session_ended")
    assert browser.post("/desk/sign-out", headers=OWN).status_code == 303


def test_the_cookie_counts_for_the_desk_s_own_requests_alone(
    browser: TestClient, subtests: pytest.Subtests
) -> None:
    browser.cookies.set(COOKIE, secret_in(sign_in(browser)))
    refused = (401, "token_required")
    cases = {
        "no header of the desk": (OWN, refused),
        "another site": ({**DESK, "Sec-Fetch-Site": "cross-site"}, refused),
        "a sibling domain": ({**DESK, "Sec-Fetch-Site": "same-site"}, refused),
        "typed by hand": ({**DESK, "Sec-Fetch-Site": "none"}, refused),
        "a browser that says no site": ({"Willay-Desk": "1"}, (200, "ana@example.org")),
        "neither site nor header": ({}, refused),
        "a foreign origin": ({"Willay-Desk": "1", "Origin": "https://evil.example"}, refused),
        "a null origin": ({"Willay-Desk": "1", "Origin": "null"}, refused),
        "its own origin": ({"Willay-Desk": "1", "Origin": HTTPS}, (200, "ana@example.org")),
    }
    for name, (headers, expected) in cases.items():
        with subtests.test(name):
            assert me(browser, headers) == expected
    for headers in (OWN, {"Willay-Desk": "1"}):
        created = browser.post(
            "/v1/admin/articles", json={"lang": "en", "title": "From elsewhere"}, headers=headers
        )
        assert created.status_code == 401


def test_another_site_cannot_sign_in_or_out(browser: TestClient, subtests: pytest.Subtests) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        with subtests.test(headers=headers):
            answer = sign_in(browser, headers)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
            assert "came from another site" in answer.text
            assert browser.post("/desk/sign-out", headers=headers).status_code == 403
    assert sign_in(browser, {"Origin": HTTPS}).status_code == 303


def test_plain_http_signs_in_on_this_machine_alone(
    either: Store, subtests: pytest.Subtests
) -> None:
    account(either[0])
    app = create_app(either[0])
    for host, status in (
        ("http://127.0.0.1:8000", 303),
        ("http://localhost:8000", 303),
        ("http://[::1]:8000", 303),
        ("http://news.example.org", 403),
        ("http://192.168.1.4:8000", 403),
        ("http://localhost.example.org", 403),
    ):
        with subtests.test(host=host), TestClient(app, host, follow_redirects=False) as client:
            answer = sign_in(client)
            assert answer.status_code == status
            if status == 303:
                client.cookies.clear()
                cookie = {"Cookie": f"{COOKIE}={secret_in(answer)}"}
                assert me(client, {**DESK, **cookie})[0] == 200
            else:
                assert "https://" in answer.text
                assert "<form" not in client.get("/desk/sign-in").text
    secret, _ = logged_in(either[0], "eva@example.org")
    with TestClient(app, "http://news.example.org") as client:
        assert me(client, {**DESK, "Cookie": f"{COOKIE}={secret}"}) == (401, "token_required")


def test_the_second_factor_is_asked_for(either: Store) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    proof = door(runtime).prove(who, PASSWORD, None, ORIGIN)
    with runtime.database.writing() as tx:
        totp = pyotp.TOTP(second_factor.enrol(tx, proof, runtime.key(), clock(), "Desk").secret)
        second_factor.confirm(tx, who, totp.at(clock()), runtime.key(), clock())
    clock.move(minutes=2)
    with TestClient(create_app(runtime), HTTPS, follow_redirects=False) as client:
        asked = sign_in(client)
        assert asked.status_code == 401
        assert "with the code of your second factor" in asked.text
        assert PASSWORD not in asked.text
        assert sign_in(client, code="000000").status_code == 401
        assert sign_in(client, code=totp.at(clock())).status_code == 303
        assert sign_in(client, code=totp.at(clock())).status_code == 401  # each works once


def test_what_is_wrong_is_said_in_the_reader_s_language(browser: TestClient) -> None:
    spanish = {**OWN, "Accept-Language": "es-PE,es;q=0.9,en;q=0.8"}
    answer = sign_in(browser, spanish, password="not the password", email="<b>@x.org")
    assert answer.status_code == 401
    assert "no son correctos" in answer.text
    assert "<b>@x.org" not in answer.text
    for _ in range(40):
        answer = sign_in(browser, password="not the password")
    assert answer.status_code == 429
    assert "Too many attempts" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("https://evil.example", "//evil.example", "/\\evil.example", "/desk/../v1", "/v1"),
        *("/desk//evil.example", "/desk/\\evil", "javascript:alert(1)", ""),
    ],
)
def test_signing_in_leads_nobody_elsewhere(browser: TestClient, path: str) -> None:
    assert sign_in(browser, next=path).headers["location"] == "/desk/"


def test_a_secret_sets_a_password_once(browser: TestClient, either: Store) -> None:
    runtime, clock = either
    asked = browser.post("/desk/forgotten", data={"email": "ana@example.org"}, headers=OWN)
    assert "If an account has this e-mail" in asked.text
    owner = account(runtime, "eva@example.org")
    with runtime.database.writing() as tx:
        secret = offers.offer_secret(tx, owner, clock(), OPERATOR).secret
    assert "secret.js" in browser.get("/desk/password").text
    new = "a bridge over the Mantaro"
    for password, sent, status in (
        (new, "nonsense", 401),
        ("short", secret, 422),
        (new, secret, 303),
        (new, secret, 401),
    ):
        form = {"secret": sent, "password": password}
        assert browser.post("/desk/password", data=form, headers=OWN).status_code == status
    assert sign_in(browser, email="eva@example.org", password=new).status_code == 303
