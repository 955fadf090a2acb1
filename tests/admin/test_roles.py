"""The role matrix: every management route, with every role and with none."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from app.accounts.scopes import SCOPES_OF, Role
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench

OPEN = {"/v1/admin/auth/token", "/v1/admin/auth/reset", "/v1/admin/auth/reset-request"}
"""What whoever is not logged in may ask for."""
NOBODY = "01900000-0000-7000-8000-000000000000"


def routes(contract: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Method, path and scopes of every management route."""
    for path, methods in contract["paths"].items():
        if path.startswith("/v1/admin"):
            for method, operation in methods.items():
                security = operation.get("security")
                yield method.upper(), path, security[0]["Bearer"] if security else []


def asked(bench: Bench, method: str, path: str, headers: Headers, query: str = "") -> Any:
    """A request that reaches the route, and would change nothing if it got further."""
    parts = [NOBODY if part.startswith("{") else part for part in path.split("/")]
    return bench.client.request(method, "/".join(parts) + query, headers=headers)


def test_every_route_but_login_names_who_may(quiet: Bench) -> None:
    contract = quiet.client.contract.schema
    unguarded = {
        path
        for path, methods in contract["paths"].items()
        for operation in methods.values()
        if path.startswith("/v1/admin") and operation["security"] == []
    }
    assert unguarded == OPEN


def test_nobody_gets_in(quiet: Bench, subtests: pytest.Subtests) -> None:
    for method, path, _ in routes(quiet.client.contract.schema):
        if path in OPEN:
            continue
        assert problem(asked(quiet, method, path, {})) == (401, "token_required"), path
        for forged in ("willay_00000000_" + "a" * 43, "willay_session_x", "x" * 5_000, "é"):
            with subtests.test(forged=forged):
                headers = {"Authorization": f"Bearer {forged}".encode()}
                answer = asked(quiet, method, path, headers)  # type: ignore[arg-type]  # bytes, on purpose
                assert answer.status_code == 401, path
                assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_reaches_what_its_scopes_say_and_nothing_else(quiet: Bench, role: Role) -> None:
    headers = bearer(quiet.runtime, role)
    reached, refused = 0, 0
    for method, path, scopes in routes(quiet.client.contract.schema):
        if path in OPEN:
            continue
        answer = asked(quiet, method, path, headers)
        lacking = set(scopes) - SCOPES_OF[role]
        if lacking:
            assert problem(answer) == (403, "scope_missing"), (method, path)
            assert any(scope in answer.json()["detail"] for scope in lacking)
            refused += 1
        elif answer.status_code == 403:
            assert answer.json()["code"] == "session_required", (method, path)
        else:
            assert answer.status_code != 401, (method, path)
            reached += 1
    assert reached > 3
    assert refused > 5 or role == "admin"


def test_an_unknown_parameter_is_refused_everywhere(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    for method, path, _ in routes(quiet.client.contract.schema):
        answer = asked(quiet, method, path, headers, "?nonsense=1")
        assert problem(answer) == (400, "unknown_parameter"), (method, path)


def test_a_token_without_a_scope_is_refused_whatever_its_role(quiet: Bench) -> None:
    headers = bearer(quiet.runtime, "admin", "articles:read")
    for method, path, scopes in routes(quiet.client.contract.schema):
        if scopes and scopes != ["articles:read"]:
            answer = asked(quiet, method, path, headers)
            assert problem(answer) == (403, "scope_missing"), (method, path)


def test_who_is_not_known_has_no_body_read(quiet: Bench) -> None:
    """A body that would be refused anyway, of any size, is not even looked at."""
    huge = b'{"email": "' + b"x" * 5_000_000
    answer = quiet.client.post("/v1/admin/users", content=huge)
    assert problem(answer) == (401, "token_required")
