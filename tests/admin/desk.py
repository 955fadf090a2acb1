"""Who works at the desk in tests: accounts of every role, and the headers that they send."""

from typing import Any
from uuid import UUID

from app.accounts import tokens, users
from app.accounts.inputs import AccountInput
from app.accounts.principal import OPERATOR
from app.accounts.scopes import Role
from app.accounts.tokens import TokenInput
from app.runtime import Runtime
from tests.accounts.people import PASSWORD, hashed
from tests.conftest import Bench

Headers = dict[str, str]


def colleague(runtime: Runtime, role: Role = "admin", email: str | None = None) -> UUID:
    """A new account with the tests' password."""
    asked = AccountInput(email=email or f"{role}@example.org", role=role, name=role.title())
    with runtime.database.writing() as tx:
        return users.create(tx, OPERATOR, asked, runtime.clock(), hashed()).id


def bearer(
    runtime: Runtime, role: Role = "admin", *scopes: str, email: str | None = None
) -> Headers:
    """The header of a token of a new account of this role; with no scopes, all of the role's."""
    account_id = colleague(runtime, role, email)
    asked = TokenInput(name="test", scopes=list(scopes) or ["*"])
    with runtime.database.writing() as tx:
        made = tokens.create(tx, OPERATOR, account_id, asked, runtime.clock())
    return {"Authorization": f"Bearer {made.token}"}


def session(bench: Bench, email: str = "admin@example.org", **form: str) -> Headers:
    """The header of a login through the API."""
    sent = {"username": email, "password": PASSWORD, **form}
    answer = bench.client.post("/v1/admin/auth/token", data=sent)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def problem(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]
