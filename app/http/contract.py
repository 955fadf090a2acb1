"""Adds to the served contract what FastAPI cannot know of our answers."""

from copy import deepcopy
from typing import Any, Final

from app.http.problems import header, problem_answers
from app.public.envelopes import Problem

REFERENCE: Final = "#/components/schemas/"

UNLIMITED: Final = frozenset(("/livez", "/readyz", "/metrics"))
"""Addresses without a rate limit."""

PARTNER_KEY: Final = "PartnerKey"
"""The security scheme of partners' keys."""

_LIMITS: Final = {
    "RateLimit-Policy": header("How much in which time", '^"[a-z]+";q=[0-9]+;w=[0-9]+'),
    "RateLimit": header("What is left, for how long", '^"[a-z]+";r=[0-9]+;t=[0-9]+'),
}


def complete_contract(schema: dict[str, Any]) -> dict[str, Any]:
    """The contract with problems for FastAPI's 422, closed objects, and the parts for `fields=`."""
    components = schema["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template=REFERENCE + "{model}")
    components |= problem.pop("$defs", {})
    components["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for address, path in schema["paths"].items():
        if not address.startswith("/v1/admin") and address not in UNLIMITED:
            for operation in path.values():
                _describe_limits(operation)
    for path in schema["paths"].values():
        for operation in path.values():
            _hoist_schema(operation.get("requestBody", {}), components)
    for component in components.values():
        _close_object(component)
    for path in schema["paths"].values():
        for operation in path.values():
            _without_fastapis_422(operation["responses"])
            for parameter in operation.get("parameters", ()):
                _without_null(parameter["schema"])
            if any(parameter["name"] == "fields" for parameter in operation.get("parameters", ())):
                answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
                _allow_parts(components, answer["$ref"])
    return schema


def _describe_limits(operation: dict[str, Any]) -> None:
    """Document that a public address takes a partner's key, counts requests and may refuse them."""
    operation.setdefault("security", [{}, {PARTNER_KEY: []}])
    answers: dict[str, Any] = operation["responses"]
    for status, answer in problem_answers(401, 403, 429).items():
        answers.setdefault(str(status), answer)
    for status in ("200", "201", "429"):
        if status in answers:
            limits = {
                name: {**header, "required": status == "429"} for name, header in _LIMITS.items()
            }
            answers[status] = {**answers[status]}
            answers[status]["headers"] = {**answers[status].get("headers", {}), **limits}
    operation["responses"] = dict(sorted(answers.items()))


def _hoist_schema(body: dict[str, Any], components: dict[str, Any]) -> None:
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


def _without_fastapis_422(responses: dict[str, Any]) -> None:
    """Remove the 422 that FastAPI documents where a route has parameters; ours are problems."""
    if "application/json" in responses.get("422", {}).get("content", {}):
        if "application/problem+json" in responses["422"]["content"]:
            del responses["422"]["content"]["application/json"]
        else:
            del responses["422"]


def _close_object(component: dict[str, Any]) -> None:
    """Allow an object no unnamed member, and no null for a member that may be absent."""
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
    """Describe an item with `fields=`: the same schema, with no member required."""
    data = components[envelope.removeprefix(REFERENCE)]["properties"]["data"]
    holder = data["items"] if data.get("type") == "array" else data
    reference = holder.pop("$ref")
    name = reference.removeprefix(REFERENCE)
    part = deepcopy(components[name])
    del part["required"]
    part |= {"title": f"{name}Part", "minProperties": 1}
    part["description"] = f"What `fields=` leaves of `{name}`."
    components[f"{name}Part"] = part
    holder["anyOf"] = [{"$ref": reference}, {"$ref": f"{reference}Part"}]
