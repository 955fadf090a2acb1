"""No log holds a secret, however it was sent, whatever became of the request."""

import logging
import re
import traceback
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.accounts import users
from app.accounts.inputs import AccountInput
from app.accounts.principal import OPERATOR
from app.models import every_table
from app.runtime import Runtime
from tests.accounts.people import hashed
from tests.admin.desk import bearer, session
from tests.conftest import Bench, MovingClock
from tests.contract.canaries import MARKER, marker
from tests.contract.log import LogLines


def requests(contract: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every operation, with a secret wherever its address takes something."""
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            query = "&".join(
                f"{one['name']}={marker()}"
                for one in operation.get("parameters", ())
                if one["in"] == "query"
            )
            for asked in ("", f"?{query}"):
                yield method.upper(), re.sub(r"\{\w+\}", lambda _: marker(), path) + asked


def body() -> dict[str, Any]:
    """Names that carry secrets, and one that no input has."""
    named = ("username", "password", "new_password", "secret", "token", "code", "totp", marker())
    return {name: marker() for name in named}


def test_no_secret_reaches_the_log(
    logging_service: Bench, service_log: LogLines, subtests: pytest.Subtests
) -> None:
    headers = bearer(logging_service.runtime, "admin")
    token = headers["Authorization"].removeprefix("Bearer ")
    login = session(logging_service)["Authorization"].removeprefix("Bearer ")
    strangers = {
        "Authorization": f"Bearer willay_{marker()}_{marker()}",
        "Cookie": f"session={marker()}",
        "X-Request-Id": f"{marker()} with blanks",
        "User-Agent": marker(),
        "Idempotency-Key": marker(),
        "If-None-Match": marker(),
    }
    ours = {**strangers, **headers, "If-Match": '"1"', "X-Request-Id": "traced-1"}
    asked = 0
    for sent in (strangers, ours):
        for method, address in requests(logging_service.client.contract.schema):
            if address.startswith(("/v1/admin/auth/logout", "/v1/admin/auth/token")):
                continue
            logging_service.client.request(method, address, headers=sent, json=body())
            asked += 1
    form = {"username": f"{marker()}@example.org", "password": marker(), "otp": marker()}
    for sent_form in (form, {**form, "username": "admin@example.org"}):
        answer = logging_service.client.post("/v1/admin/auth/token", data=sent_form)
        assert answer.status_code in (400, 401, 422), answer.text
    logging_service.client.get(f"/nowhere/{marker()}", params={"token": marker()})
    logging_service.client.post(f"/v1/articles?password={marker()}", content=marker())
    written = "\n".join(service_log.lines)
    assert written.count("method=") >= asked
    assert "route=/v1/articles/{slug} status=404" in written
    assert "id=traced-1" in written
    assert "A login was refused" in written
    for secret in (token, token[-20:], login):
        with subtests.test(secret=secret):
            assert secret not in written
    assert sorted(set(MARKER.findall(written))) == []


def test_a_failure_is_logged_without_what_was_sent(
    logging_service: Bench, service_log: LogLines
) -> None:
    headers = bearer(logging_service.runtime, "admin")
    with logging_service.runtime.database.altering() as connection:
        connection.execute(sa.text("DROP TABLE publication_author"))
        connection.execute(sa.text("DROP TABLE alias"))
        connection.execute(sa.text("ALTER TABLE account DROP COLUMN name"))
    mine = {"X-Request-Id": "mine.1"}
    for address in (f"/v1/articles?author={marker()}", f"/v1/resolve?path=/{marker()}"):
        answer = logging_service.client.get(address, headers=mine)
        assert (answer.status_code, answer.headers["x-request-id"]) == (500, "mine.1")
        assert answer.json()["request_id"] == "mine.1"
    colleagues = {"email": f"{marker()}@example.org", "role": "writer", "name": marker()}
    assert (
        logging_service.client.post("/v1/admin/users", json=colleagues, headers=headers).status_code
        == 500
    )
    written = "\n".join(service_log.lines)
    assert "request mine.1 failed: /v1/articles\n" in written
    assert re.search("(Operational|Programming)Error", written)
    assert "Traceback" in written
    assert MARKER.findall(written) == []


def refused_rows(runtime: Runtime) -> dict[str, sa.Executable]:
    """What the store refuses to take, each with a secret in it; the name is said in its error."""
    account = every_table().tables["account"]
    with runtime.database.reading() as tx:
        row = tx.execute(sa.select(account).limit(1)).one()._asdict()
    other = {**row, "id": uuid4(), "email": marker(), "name": marker()}
    return {
        "account.email|account_email_key": sa.insert(account).values(
            {**other, "email": row["email"]}
        ),
        "account.role|account_role": sa.insert(account).values({**other, "role": marker()}),
        'account.name|column "name"': sa.insert(account).values({**other, "name": None}),
        "account": sa.update(account).values(email=account.c.email + "X", name=marker()),
        "FOREIGN KEY|foreign key": sa.text(
            f"INSERT INTO article_slug VALUES ('{marker()}', '{'0' * 32}')"
        ),
    }


def test_an_error_of_the_store_quotes_no_row(either: tuple[Runtime, MovingClock]) -> None:
    """Whatever is not caught comes to the log with its causes: none may say what was in the way."""
    runtime, _ = either
    with runtime.database.writing() as tx:
        asked = AccountInput(email=f"{marker()}@example.org", role="writer", name=marker())
        users.create(tx, OPERATOR, asked, runtime.clock(), hashed())
    for name, statement in refused_rows(runtime).items():
        with pytest.raises(DBAPIError) as refused, runtime.database.writing() as tx:
            tx.execute(statement)
        told = "".join(traceback.format_exception(refused.value))
        # The statement that binds its values is part of the text; here one does not.
        told = told.replace(str(statement), "")
        assert re.search(name, told), told
        assert MARKER.findall(told) == []


@pytest.mark.postgresql_only("SQLite takes any value in any column")
@pytest.mark.parametrize(
    "query", ["CAST(:it AS integer)", "CAST(:it AS timestamptz)", "CAST(:it AS json)"]
)
def test_an_error_of_a_value_does_not_quote_it(
    either: tuple[Runtime, MovingClock], query: str
) -> None:
    with pytest.raises(DBAPIError) as refused, either[0].database.reading() as tx:
        tx.execute(sa.text(f"SELECT {query}"), {"it": marker()})
    told = "".join(traceback.format_exception(refused.value))
    assert "SQLSTATE 22" in told
    assert MARKER.findall(told) == []


def test_every_answer_names_its_request(
    logging_service: Bench, service_log: LogLines, subtests: pytest.Subtests
) -> None:
    for given, name in (("abc-1.2_Z", "abc-1.2_Z"), ("", None), ("a b", None), ("x" * 65, None)):
        with subtests.test(given=given, name=name):
            answer = logging_service.client.get("/v1", headers={"X-Request-Id": given})
            said = answer.headers.get_list("x-request-id")
            assert len(said) == 1
            assert said[0] == name if name else re.fullmatch("[0-9a-f]{16}", said[0])
    for method, address, route, status in (
        ("HEAD", "/v1/tags", "/v1/tags", 200),
        ("OPTIONS", "/v1/tags", "-", 204),
        ("GET", "/v1/articles/none", "/v1/articles/{slug}", 404),
        ("GET", "/none", "-", 404),
        ("GET", "/v1/tags?a=%FF", "-", 400),
    ):
        with subtests.test(method=method, address=address, route=route, status=status):
            service_log.lines.clear()
            assert logging_service.client.request(method, address).headers["x-request-id"]
            line = (
                rf"method={method} route={re.escape(route)} status={status} ms=\d+\.\d id=\w{{16}}"
            )
            assert re.fullmatch(line, service_log.lines[-1]), service_log.lines


def test_nothing_is_logged_of_requests_unless_asked(bench: Bench, service_log: LogLines) -> None:
    assert "x-request-id" not in bench.client.get("/v1/articles").headers
    answer = bench.client.get("/v1/articles", headers={"X-Request-Id": "mine"})
    assert answer.headers["x-request-id"] == "mine"
    assert [line for line in service_log.lines if "method=" in line] == []


def test_libraries_may_only_warn(service_log: LogLines, subtests: pytest.Subtests) -> None:
    for name in ("sqlalchemy.engine", "httpx2", "python_multipart", "asyncio", "anything.else"):
        with subtests.test(name=name):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger("willay.search").isEnabledFor(logging.DEBUG)
