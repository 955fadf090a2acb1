"""Schemas as generators of clients like them: closed objects, no titles, named bodies."""

from typing import Any

from app.http.contract.references import REFERENCE


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


def close_object(component: dict[str, Any]) -> None:
    """Allow an object no unnamed member, and no null for a member that may be absent."""
    if "properties" in component:
        component["additionalProperties"] = False
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
    for inner in part if isinstance(part, list) else list(getattr(part, "values", list)()):
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
