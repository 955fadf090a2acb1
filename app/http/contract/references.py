"""References within the contract, and the names that several modules use."""

from collections.abc import Sequence
from typing import Any, Final

REFERENCE: Final = "#/components/schemas/"

UNLIMITED: Final = frozenset(("/livez", "/readyz", "/metrics"))
"""Addresses without a rate limit."""

PARTNER_KEY: Final = "PartnerKey"
"""The security scheme of partners' keys."""

MANAGEMENT: Final = "/v1/admin"
"""Addresses below this are for editors and their tools."""


def reference(kind: str, name: str) -> dict[str, str]:
    """A reference to a component: a schema, a response, a header or a parameter."""
    return {"$ref": f"#/components/{kind}/{name}"}


def inner_parts(part: Any) -> Sequence[Any]:
    """What a list or an object of the contract holds; empty for a text or a number."""
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else ()


def schema_of(components: dict[str, Any], referring: dict[str, Any]) -> dict[str, Any]:
    """The component schema that a `$ref` names."""
    schema: dict[str, Any] = components[referring["$ref"].removeprefix(REFERENCE)]
    return schema
