"""Properties of each operation of a contract, which schemathesis makes of the contract.

They begin with some dozens of examples of each operation. The plugin of pytest makes all of these
while it collects, which takes ten seconds of each process of the suite. Here an operation's are
made when its test runs, in the one process that runs it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from schemathesis.checks import load_all_checks
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.schemas import BaseSchema

METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))

Operation = tuple[str, str]
"""A method and a path."""


def list_operations(contract: Mapping[str, Any]) -> list[Operation]:
    """The operations of a contract."""
    paths = contract["paths"].items()
    return [(method.upper(), path) for path, own in paths for method in own if method in METHODS]


def hold_to(
    contract: BaseSchema, operation: Operation, check: Callable[..., None], **fixtures: object
) -> None:
    """Try a check of a `case` with all that is generated for one operation."""
    load_all_checks()
    method, path = operation
    only = contract.include(path=path, method=method)
    found = get_all_tests(schema=only, test_func=check, settings=None, given_kwargs=None)
    ((_, test),) = (result.ok() for result in found)
    test(**fixtures)
