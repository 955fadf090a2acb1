"""The contract as it is served: what FastAPI cannot know of our answers."""

from copy import deepcopy
from typing import Any

from app.public.envelopes import Problem

_REFERENCE = "#/components/schemas/"


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """Problems in place of FastAPI's own 422, closed objects, and what `fields=` leaves."""
    components = schema["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template=_REFERENCE + "{model}")
    components |= problem.pop("$defs", {})
    components["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for component in components.values():
        _close(component)
    for path in schema["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            for parameter in operation.get("parameters", ()):
                _without_null(parameter["schema"])
            if any(one["name"] == "fields" for one in operation.get("parameters", ())):
                answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
                _allow_parts(components, answer["$ref"])
    return schema


def _close(component: dict[str, Any]) -> None:
    """An object has no member that is not named; what may be absent is never null."""
    if "properties" in component:
        component["additionalProperties"] = False
    required = component.get("required", ())
    for name, member in component.get("properties", {}).items():
        if name not in required:
            _without_null(member)


def _without_null(member: dict[str, Any]) -> None:
    if "default" in member and member["default"] is None:
        del member["default"]


def _allow_parts(components: dict[str, Any], envelope: str) -> None:
    """With `fields=` an item holds some of its members: the same schema, none of them required."""
    data = components[envelope.removeprefix(_REFERENCE)]["properties"]["data"]
    holder = data["items"] if data.get("type") == "array" else data
    whole = holder.pop("$ref")
    name = whole.removeprefix(_REFERENCE)
    part = deepcopy(components[name])
    del part["required"]
    part |= {"title": f"{name}Part", "minProperties": 1}
    part["description"] = f"What `fields=` leaves of `{name}`."
    components[f"{name}Part"] = part
    holder["anyOf"] = [{"$ref": whole}, {"$ref": f"{whole}Part"}]
