"""What several operations have in common is written once, below the components."""

import json
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from app.http.contract.references import reference

Operation = dict[str, Any]

_WORDS: Final = {"query": "", "path": "Path", "header": "Header"}


def share_components(contract: dict[str, Any]) -> None:
    """Replace headers, responses and parameters that occur more than once by references."""
    operations = list(operations_of(contract))
    _share(
        contract,
        "headers",
        [
            (path, name.replace("-", ""), response["headers"], name)
            for path, operation in operations
            for response in operation["responses"].values()
            for name in response.get("headers", {})
        ],
    )
    _share(
        contract,
        "responses",
        [
            (path, _phrase(status), operation["responses"], status)
            for path, operation in operations
            for status in operation["responses"]
        ],
    )
    _share(
        contract,
        "parameters",
        [
            (path, _name(parameter), operation["parameters"], number)
            for path, operation in operations
            for number, parameter in enumerate(operation.get("parameters", ()))
        ],
    )


def operations_of(contract: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    """Every operation, with its path."""
    for path, methods in contract["paths"].items():
        for operation in methods.values():
            yield path, operation


def _share(contract: dict[str, Any], kind: str, places: list[tuple[str, str, Any, Any]]) -> None:
    """Share what is alike in some places, each a path, a name, a holder and the key in it. The
    first of a name keeps it; others are also named for what their path is about."""
    uses = Counter(json.dumps(holder[key], sort_keys=True) for _, _, holder, key in places)
    shared: dict[str, Any] = {}
    names: dict[str, str] = {}
    for path, name, holder, key in places:
        text = json.dumps(holder[key], sort_keys=True)
        if uses[text] < 2:
            continue
        if text not in names:
            names[text] = _free_name(shared, name, path)
            shared[names[text]] = holder[key]
        holder[key] = reference(kind, names[text])
    contract["components"][kind] = dict(sorted(shared.items()))


def _free_name(shared: dict[str, Any], name: str, path: str) -> str:
    words = [word for word in path.split("/") if word and not word.startswith(("{", "v1"))]
    subject = "".join(word.capitalize() for word in words[-1].replace(".", "-").split("-"))
    candidates = [name, f"{name}Of{subject}", f"{name}OfManaged{subject}"]
    candidates += [f"{name}Of{subject}{number}" for number in range(2, 100)]
    return next(candidate for candidate in candidates if candidate not in shared)


def _phrase(status: str) -> str:
    if status == "default":
        return "Refusal"
    words = HTTPStatus(int(status)).phrase.replace("-", " ").split()
    return "".join(word.capitalize() for word in words)


def _name(parameter: dict[str, Any]) -> str:
    words = parameter["name"].replace("-", "_").split("_")
    return "".join(word.capitalize() for word in words) + _WORDS[parameter["in"]]
