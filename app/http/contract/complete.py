"""Adds to the served contract what FastAPI cannot know of our answers."""

from copy import deepcopy
from typing import Any, Final

from app.http.contract.about import groups
from app.http.contract.examples import add_examples
from app.http.contract.parameters import describe_parameter
from app.http.contract.references import MANAGEMENT, PARTNER_KEY, REFERENCE, UNLIMITED
from app.http.contract.schemas import (
    hoist_body,
    remove_absent_nulls,
    remove_nested_discriminator,
    remove_titles,
    rename_by_titles,
    shorten_nulls,
)
from app.http.contract.sharing import operations_of, share_components
from app.http.problems import problem_answers
from app.public.envelopes import Problem

_PROBLEM: Final = problem_answers(400)[400]["content"]
_REFUSALS: Final = {"400", "401", "403", "408", "413", "415", "428", "429", "503"}
_MANAGED_REFUSALS: Final = {"404", "412", "422"}
"""An operation of the management answers these where its path has an id, where it takes `If-Match`,
and where it changes something."""
_REFUSAL: Final = {
    "description": "Refused, as any request may be: 400 for a parameter, 401 (`WWW-Authenticate`) "
    "or 403 for who asks, 408, 413 or 415 for a body, 428 without `If-Match`, 429 "
    "(`Retry-After`) for too many, 503 (`Retry-After`) while a part is away. In the management "
    "also 404 for an id in the path, 412 for an old `If-Match`, 422 for what a change asks",
    "content": _PROBLEM,
}


def complete_contract(contract: dict[str, Any]) -> dict[str, Any]:
    """The contract with problems for FastAPI's 422, and shared components.

    An object is described whole. Where a request takes `fields`, which leaves members out, the
    operation says so in `x-parts`: what comes then has the same members, and none is required.
    """
    contract = deepcopy(contract)  # parts of it are the routes' own, which outlive one application
    contract["security"] = [{}, {PARTNER_KEY: []}]  # a partner's key buys more requests
    schemas = contract["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template=REFERENCE + "{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operation in operations_of(contract):
        if path.startswith(MANAGEMENT) or path in UNLIMITED:
            operation.setdefault("security", [])
        else:  # a partner's bad key is refused before any route
            operation["responses"]["default"] = deepcopy(_REFUSAL)
        _fold_refusals(path, operation["responses"])
        hoist_body(operation.get("requestBody", {}), schemas)
        _remove_fastapis_422(operation["responses"])
        operation["responses"].pop("500", None)  # any may answer it; `about` says so once
        for parameter in operation.get("parameters", ()):
            describe_parameter(parameter)
            if parameter["name"] == "fields":
                operation["x-parts"] = "fields"
    rename_by_titles(contract)
    schemas = contract["components"]["schemas"]
    for schema in schemas.values():
        remove_absent_nulls(schema)
        remove_nested_discriminator(schema, schemas)
    shorten_nulls(contract)
    remove_titles(schemas)
    for _, operation in operations_of(contract):
        remove_titles(operation)
        _shorten_description(operation)
    contract["components"]["schemas"] = dict(sorted(schemas.items()))
    add_examples(contract)
    share_components(contract)
    used = [tag for _, operation in operations_of(contract) for tag in operation["tags"]]
    contract["tags"] = groups(used)
    return contract


def _fold_refusals(path: str, answers: dict[str, Any]) -> None:
    """Document in one answer what many operations refuse alike, with a problem."""
    alike = _REFUSALS | (_MANAGED_REFUSALS if path.startswith(MANAGEMENT) else set())
    for status in alike & answers.keys():
        if answers[status]["content"].keys() == _PROBLEM.keys():
            del answers[status]
            answers["default"] = deepcopy(_REFUSAL)


def _shorten_description(operation: dict[str, Any]) -> None:
    """Leave out of a description what the summary says, and FastAPI's words for a success."""
    text = operation.pop("description", "").removeprefix(operation["summary"]).lstrip(".;: \n")
    if text:
        operation["description"] = f"{text[0].upper()}{text[1:]}"
    for response in operation["responses"].values():
        if response.get("description") == "Successful Response":
            response["description"] = "OK"


def _remove_fastapis_422(responses: dict[str, Any]) -> None:
    """Remove the 422 that FastAPI documents where a route has parameters; ours are problems."""
    if "application/json" in responses.get("422", {}).get("content", {}):
        if "application/problem+json" in responses["422"]["content"]:
            del responses["422"]["content"]["application/json"]
        else:
            del responses["422"]
