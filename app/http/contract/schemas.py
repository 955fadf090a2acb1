"""Schemas as generators of clients like them: no titles, short nulls, named bodies."""

from typing import Any

from app.http.contract.references import REFERENCE, inner_parts


def hoist_body(body: dict[str, Any], components: dict[str, Any]) -> None:
    """Move a JSON body's schema, and the schemas that it refers to, into the components."""
    for content in body.get("content", {}).values():
        schema = content["schema"]
        if "title" not in schema or "$ref" in schema:
            continue
        inner = schema.pop("$defs", {})
        for name, part in {**inner, schema["title"]: schema}.items():
            if components.setdefault(name, part) != part:
                raise ValueError(f"two schemas are called {name}")
        content["schema"] = {"$ref": REFERENCE + schema["title"]}


def remove_absent_nulls(component: dict[str, Any]) -> None:
    """Remove the default null of each member that may be absent."""
    required = component.get("required", ())
    for name, member in component.get("properties", {}).items():
        if name not in required:
            without_null(member)


def remove_nested_discriminator(schema: dict[str, Any], components: dict[str, Any]) -> None:
    """Remove a discriminator that leads to another union. Generators take only objects there; they
    tell the parts of such a union apart by their constants."""
    targets = schema.get("discriminator", {}).get("mapping", {}).values()
    if any("oneOf" in components[target.removeprefix(REFERENCE)] for target in targets):
        del schema["discriminator"]


def without_null(member: dict[str, Any]) -> None:
    """Remove the default null of a member that is absent rather than null."""
    if "default" in member and member["default"] is None:
        del member["default"]


def shorten_nulls(part: Any) -> None:
    """Write a simple type that may be null as a list of both types, in which its rules hold alone.
    A list of values would have to have null too."""
    for inner in inner_parts(part):
        shorten_nulls(inner)
    kind = type_beside_null(part) if isinstance(part, dict) else {}
    if isinstance(kind.get("type"), str) and not {"enum", "const"} & kind.keys():
        del part["anyOf"]
        outer = dict(part)
        part.clear()
        part |= kind | {"type": [kind["type"], "null"]} | outer


def type_beside_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The only type that a schema has beside null; empty if there is no null, or another type."""
    choices = schema.get("anyOf", ())
    types: list[dict[str, Any]] = [choice for choice in choices if choice != {"type": "null"}]
    return types[0] if len(types) == 1 < len(choices) else {}


def remove_titles(schema: Any) -> None:
    """Remove the titles that pydantic makes from names; each repeats the name beside it. A member
    may be called `title` too: what it is named for is a schema, and no text."""
    if isinstance(schema, list):
        for part in schema:
            remove_titles(part)
    elif isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for name, part in schema.items():
            if name not in ("default", "enum", "const", "example", "examples"):
                remove_titles(part)


def rename_by_titles(contract: dict[str, Any]) -> None:
    """Name each component schema by its title: pydantic writes `Page[ListedArticle]` as
    `Page_ListedArticle_`, and has the name that the class gives itself only in the title."""
    schemas: dict[str, Any] = contract["components"]["schemas"]
    names = {name: schema.get("title", name) for name, schema in schemas.items()}
    if len(set(names.values())) < len(names):
        twice = sorted(name for name in names.values() if list(names.values()).count(name) > 1)
        raise ValueError(f"schemas have the same name: {twice}")
    contract["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    _rename_references(contract, names)


def _rename_references(part: Any, names: dict[str, str]) -> None:
    for inner in inner_parts(part):
        _rename_references(inner, names)
    if isinstance(part, dict):
        target = part.get("$ref")
        if isinstance(target, str):
            part["$ref"] = REFERENCE + names[target.removeprefix(REFERENCE)]
        mapping = part.get("mapping")
        if isinstance(mapping, dict) and "propertyName" in part:
            part["mapping"] = {
                value: REFERENCE + names[target.removeprefix(REFERENCE)]
                for value, target in mapping.items()
            }
