"""The part of the contract that front ends and partners need: nothing of the management, and no
protocol of others, whose clients bring their own contract."""

from copy import deepcopy
from typing import Any, Final

from app.http.contract.references import MANAGEMENT, inner_parts

_OTHERS: Final = (MANAGEMENT, "/livez", "/readyz", "/metrics", "/v1/search/instant/", "/v1/oai")
"""For the management, for operators, for InstantSearch and for harvesters."""

_KINDS: Final = ("schemas", "responses", "headers", "parameters")


def public_contract(contract: dict[str, Any]) -> dict[str, Any]:
    """The operations of readers and partners, and the components that they refer to."""
    public = deepcopy(contract)
    public["paths"] = {
        path: methods for path, methods in public["paths"].items() if not path.startswith(_OTHERS)
    }
    operations = [operation for path in public["paths"].values() for operation in path.values()]
    tags = {tag for operation in operations for tag in operation["tags"]}
    public["tags"] = [tag for tag in public["tags"] if tag["name"] in tags]
    components = public["components"]
    needed = _references(public["paths"])
    seen: set[str] = set()
    while needed - seen:
        for target in needed - seen:
            seen.add(target)
            kind, name = target.split("/")[-2:]
            needed |= _references(components[kind][name])
    for kind in _KINDS:
        components[kind] = {
            name: component
            for name, component in components[kind].items()
            if f"#/components/{kind}/{name}" in needed
        }
    demands = [public["security"], *(it["security"] for it in operations if "security" in it)]
    schemes = {name for alternatives in demands for it in alternatives for name in it}
    components["securitySchemes"] = {
        name: scheme for name, scheme in components["securitySchemes"].items() if name in schemes
    }
    return public


def _references(part: Any) -> set[str]:
    """Every `$ref` within a part."""
    targets: set[str] = set().union(*map(_references, inner_parts(part)))
    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
        targets.add(part["$ref"])
    return targets
