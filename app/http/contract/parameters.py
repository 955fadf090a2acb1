"""Query parameters as they are typed best: closed lists as enums, lists by comma as arrays."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from app.http.contract.schemas import type_beside_null, without_null


def comma_list(
    choices: Sequence[str] = (), *, pattern: str = "", form: str = ""
) -> Callable[[dict[str, Any]], None]:
    """For `Field(json_schema_extra=…)`: the text is a list by comma, of closed choices or of words
    with a pattern or a format."""

    def describe(schema: dict[str, Any]) -> None:
        item: dict[str, Any] = {"type": "string"}
        if choices:
            item["enum"] = list(choices)
        if pattern:
            item["pattern"] = pattern
        if form:
            item["format"] = form
        for name in ("maxLength", "default"):
            schema.pop(name, None)
        schema |= {"type": "array", "items": item}

    return describe


_PATH: Final = {
    "slug": "As lists and links have it",
    "article_id": "As lists have it",
    "event_id": "As lists have it",
    "issue_id": "As lists have it",
    "token": "The secret at the end of a link",
    "media_id": "As the address of the file has it",
    "rendition": "Which of its files",
    "period": "A month, as the index of site maps names it",
}
"""Parameters of paths, which mean the same wherever they are."""


def describe_parameter(parameter: dict[str, Any]) -> None:
    """Document what is to be sent. An empty value, which every filter takes for its absence, only
    hides the others."""
    schema = parameter["schema"]
    if parameter.get("required") is False:
        del parameter["required"]  # as it is where nothing is said
    without_null(schema)
    if kind := type_beside_null(schema):  # null is absence, which nobody can send
        del schema["anyOf"]
        schema |= kind
    if parameter["in"] == "path" and parameter["name"] in _PATH:
        parameter.setdefault("description", _PATH[parameter["name"]])
    if schema.get("description") == parameter.get("description"):
        schema.pop("description", None)
    if schema.get("default") == "":
        del schema["default"]
    if "enum" in schema:
        schema["enum"] = [choice for choice in schema["enum"] if choice != ""]
    if schema.get("type") == "array":
        schema.pop("default", None)
        parameter |= {"style": "form", "explode": False}
