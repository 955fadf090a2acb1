"""`clients/js`: typed, small, and right about whatever the service may answer.

What needs node is skipped aloud where node is not; types and size also need npm's packages.
"""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.http.contract.audience import public_contract
from tests import node
from tests.clients.programs import CLIENT, run, tool

pytestmark = pytest.mark.timeout(300)  # npm may have to install first
HERE = Path(__file__).parent
BUNDLED = ("--moduleResolution", "bundler")
LARGEST = 3_100
"""Bytes of the module, minified by esbuild and packed by `gzip -9`."""


def passed(report: str) -> int:
    """How many tests of a file of `node:test` passed."""
    [line] = [line for line in report.splitlines() if line.startswith("# pass ")]
    return int(line.removeprefix("# pass "))


@pytest.mark.parametrize(("file", "count"), [("service.mjs", 16), ("alone.mjs", 17)])
def test_the_client_is_right(service: dict[str, Any], file: str, count: int) -> None:
    program = ("--test-reporter=tap", str(HERE / file))
    assert passed(run(HERE, *program, **service)) == count


def test_the_types_are_those_of_the_contract(tools: Path) -> None:
    contract = public_contract(json.loads((node.ROOT / "openapi.json").read_text()))
    (tools / "public.json").write_text(json.dumps(contract))
    tool(tools, "openapi-typescript", "public.json", "-o", "schema.d.ts")
    same = (tools / "schema.d.ts").read_text() == (CLIENT / "schema.d.ts").read_text()
    assert same, "make client writes clients/js/schema.d.ts again"


def test_no_operation_is_missing_in_the_types() -> None:
    """What can be seen without node: a contract that grew, and types that did not."""
    contract = public_contract(json.loads((node.ROOT / "openapi.json").read_text()))
    types = (CLIENT / "schema.d.ts").read_text()
    operations = re.findall(r'operations\["(\w+)"\]', types)
    wanted = {
        method["operationId"] for path in contract["paths"].values() for method in path.values()
    }
    assert set(operations) == wanted, "make client writes clients/js/schema.d.ts again"
    for name in contract["components"]["schemas"]:
        assert re.search(rf"^        {name}: ", types, re.MULTILINE), name


def test_the_module_keeps_its_types(tools: Path) -> None:
    client = tools / "node_modules" / "@willay" / "client"
    tsc = node.tool(tools, "tsc")
    run(client, tsc)
    manifest = json.loads((CLIENT / "package.json").read_text())
    assert manifest["scripts"]["check"] == "tsc"
    run(client, tsc, *manifest["scripts"]["prepack"].split()[1:])
    (tools / "typed.ts").write_text((HERE / "typed.ts").read_text())
    strict = ("--strict", "--noEmit", "--noUncheckedIndexedAccess", "--skipLibCheck", "false")
    target = ("--target", "es2022", "--lib", "es2022,dom,dom.iterable")
    tool(tools, "tsc", *strict, *target, "--module", "esnext", *BUNDLED, "typed.ts")
    tool(tools, "tsc", *strict, *target, "--module", "nodenext", "typed.ts")


def test_the_module_is_small(tools: Path) -> None:
    small = tool(tools, "esbuild", "--minify", str(CLIENT / "willay.js"))
    assert len(gzip.compress(small.encode(), 9)) <= LARGEST


def test_it_is_ready_to_be_published() -> None:
    manifest = json.loads((CLIENT / "package.json").read_text())
    assert (CLIENT / "LICENSE").read_text() == (node.ROOT / "LICENSE").read_text()
    assert not {"dependencies", "private", "repository"} & set(manifest)
    assert set(manifest["files"]) == {"willay.js", "willay.d.ts", "schema.d.ts"}
    assert manifest["devDependencies"]["typescript"] == node.wanted()["typescript"]
    assert not [path for path in CLIENT.iterdir() if "lock" in path.name]
