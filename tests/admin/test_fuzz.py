"""Whatever the contract allows and forbids at the desk, generated: no 500, nothing undocumented.

An admin's token asks; what it makes and changes is thrown away with the store.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.python import asgi
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth
from starlette.types import Receive, Scope, Send

from app.main import create_app
from tests.admin.desk import Headers, bearer
from tests.builders import imported
from tests.conftest import store
from tests.contract.operations import Operation, hold_to, list_operations
from tests.stores import examples

ROOT = Path(__file__).parents[2]
REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
CHECKS = {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
CONTRACT = json.loads((ROOT / "openapi.json").read_text())
OPERATIONS = [one for one in list_operations(CONTRACT) if one[1].startswith("/v1/admin/")]
BOUNDED = settings(
    max_examples=examples(12),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def contract() -> BaseSchema:
    config = schemathesis.Config.from_dict(CHECKS)
    return schemathesis.openapi.from_dict(CONTRACT, config=config)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[asgi.ASGIClient, Headers]]:
    folder = tmp_path_factory.mktemp("store")
    with store(None, folder, serve_worker=False) as (runtime, _):
        assert imported(runtime, ROOT / "sample" / "peru.jsonl").refused == []
        headers = bearer(runtime)
        app = create_app(runtime)

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": {"runtime": runtime}}, receive, send)

        with asgi.get_client(served) as client:
            yield client, headers


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_the_desk_keeps_its_contract(
    operation: Operation, desk: tuple[asgi.ASGIClient, Headers]
) -> None:
    hold_to(contract(), operation, _is_kept, desk=desk)


@BOUNDED
def _is_kept(case: schemathesis.Case, desk: tuple[asgi.ASGIClient, Headers]) -> None:
    client, headers = desk
    case.call_and_validate(
        base_url="http://testserver",
        session=client,
        headers=headers,
        # What is well-formed may still break a rule of the content. Who may do what is another
        # test's, and that check asks by a client of its own.
        excluded_checks=[schemathesis.checks.positive_data_acceptance, ignored_auth],
    )
