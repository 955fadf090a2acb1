"""Whatever the contract allows and forbids at the desk, generated: no 500, nothing undocumented.

An admin's token asks; what it makes and changes is thrown away with the store.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.python import asgi
from starlette.types import Receive, Scope, Send

from app.main import create_app
from tests.admin.desk import Headers, bearer
from tests.builders import imported
from tests.conftest import store
from tests.stores import examples

ROOT = Path(__file__).parents[2]
DESK = schemathesis.openapi.from_path(ROOT / "openapi.json").include(path_regex="^/v1/admin/")
# This check asks a real network for addresses that take a password; test_release_calendar asks
# the calendar without one.
DESK.config.checks.update(excluded_check_names=["ignored_auth"])
BOUNDED = settings(
    max_examples=examples(12),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


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


@DESK.parametrize()
@BOUNDED
def test_the_desk_keeps_its_contract(
    case: schemathesis.Case, desk: tuple[asgi.ASGIClient, Headers]
) -> None:
    client, headers = desk
    case.call_and_validate(
        base_url="http://testserver",
        session=client,
        headers=headers,
        # What is well-formed may still break a rule of the content.
        excluded_checks=[schemathesis.checks.positive_data_acceptance],
    )
