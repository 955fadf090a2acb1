"""The contract as other people's tools take it: linted, and turned into clients that compile."""

import json
import re
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
LARGEST, LARGEST_PUBLIC = 490_000, 159_000


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


def words_of(text: str) -> set[str]:
    """The words that say something, without their capitals and their plurals."""
    words = re.findall("[a-z]+", re.sub("(?<=[a-z])(?=[A-Z])", " ", text).lower())
    return {word.rstrip("s") for word in words} - {"", "a", "an", "the", "of", "it"}


def poorly_described(contract: dict[str, Any]) -> list[str]:
    """Properties and parameters that neither they nor what they refer to describes, or that are
    described by the words of their names."""
    components = contract["components"]

    def target(part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        kind, name = part["$ref"].split("/")[-2:]
        found: dict[str, Any] = components[kind][name]
        return found

    members = [
        (f"{schema}.{name}", name, member)
        for schema, described in components["schemas"].items()
        for name, member in described.get("properties", {}).items()
    ]
    members += [
        (f"{operation['operationId']}({parameter['name']})", parameter["name"], parameter)
        for path in contract["paths"].values()
        for operation in path.values()
        for parameter in map(target, operation.get("parameters", ()))
    ]
    return [
        place
        for place, name, member in members
        if not words_of(member.get("description") or target(member).get("description", ""))
        - words_of(name)
    ]


def test_every_property_and_parameter_is_described() -> None:
    whole = json.loads((ROOT / "openapi.json").read_text())
    assert poorly_described(public_contract(whole)) == []


def test_what_is_not_described_would_be_noticed() -> None:
    item = {
        "article_id": {"description": "The article's id"},
        "author": {"$ref": "#/components/schemas/Author"},
        "summary": {"type": "string"},
        "title": {"type": "string", "description": "Plain text"},
        "translation": {"$ref": "#/components/schemas/Item"},
    }
    author = {"description": "Who wrote it", "properties": {"name": {"type": "string"}}}
    tag = {"name": "tag", "in": "query", "description": "Tags"}
    limit = {"name": "limit", "in": "query", "description": "The most in one answer"}
    shared = [{"$ref": "#/components/parameters/Tag"}, {"$ref": "#/components/parameters/Limit"}]
    contract = {
        "paths": {"/v1/items": {"get": {"operationId": "listItems", "parameters": shared}}},
        "components": {
            "schemas": {"Author": author, "Item": {"properties": item}},
            "parameters": {"Limit": limit, "Tag": tag},
        },
    }
    assert poorly_described(contract) == [
        "Author.name",
        "Item.article_id",
        "Item.summary",
        "Item.translation",
        "listItems(tag)",
    ]


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
