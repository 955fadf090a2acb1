"""The contract as other people's tools take it: linted, and turned into clients that compile."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.http.contract.audience import public_contract
from tests import node

ROOT = Path(__file__).parents[2]
TYPED = Path(__file__).parent / "typed"
STRICT = (
    *("--strict", "--noEmit", "--skipLibCheck", "false", "--module", "esnext"),
    *("--moduleResolution", "bundler", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"),
    "--noUncheckedIndexedAccess",
)
LARGEST, LARGEST_PUBLIC = 500_000, 160_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tools find their packages, with both contracts."""
    modules = node.modules()
    place = tmp_path_factory.mktemp("generated")
    (place / "node_modules").symlink_to(modules / "node_modules")
    whole = json.loads((ROOT / "openapi.json").read_text())
    (place / "whole.json").write_text(json.dumps(whole))
    (place / "public.json").write_text(json.dumps(public_contract(whole)))
    return place


def run(folder: Path, tool: str, *words: str) -> str:
    done = node.run(folder, node.tool(folder, tool), *words)
    return done.stdout + done.stderr


def test_both_contracts_are_small() -> None:
    text = (ROOT / "openapi.json").read_text()
    public: dict[str, Any] = public_contract(json.loads(text))
    assert len(text.encode()) < LARGEST
    assert len(json.dumps(public, separators=(",", ":"), ensure_ascii=False)) < LARGEST_PUBLIC


def test_the_linters_have_no_error(folder: Path) -> None:
    run(folder, "redocly", "lint", "whole.json", "public.json", "--format=stylish")
    (folder / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n')
    for name in ("whole.json", "public.json"):
        run(folder, "spectral", "lint", name, "--ruleset", ".spectral.yaml", "-F", "error")


def test_openapi_typescript_narrows(folder: Path) -> None:
    said = run(folder, "openapi-typescript", "public.json", "-o", "schema.d.ts")
    assert "⚠" not in said, said
    (folder / "narrowing.ts").write_text((TYPED / "narrowing.ts").read_text())
    run(folder, "tsc", *STRICT, "narrowing.ts")


def test_other_generators_compile(folder: Path) -> None:
    output = {"target": "./orval/api.ts", "client": "fetch"}
    config = {"willay": {"input": "./public.json", "output": output}}
    (folder / "orval.config.cjs").write_text(f"module.exports = {json.dumps(config)}")
    run(folder, "orval", "--config", "orval.config.cjs")
    run(folder, "openapi-ts", "-i", "public.json", "-o", "hey", "-c", "@hey-api/client-fetch")
    run(folder, "tsc", *STRICT, "orval/api.ts", "hey/index.ts")
