"""One real answer of each public operation, taken from the sample content.

`make docs` writes `examples.json`; the suite compares it with what the service answers and with the
schemas. Identifiers and cursors in it stand for those of a real store.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from app.http.contract.sharing import operations_of

_JSON = ("application/json", "application/feed+json", "application/ld+json")


@cache
def _examples() -> dict[str, Any]:
    text = files("app.http.contract").joinpath("examples.json").read_text("utf-8")
    examples: dict[str, Any] = json.loads(text)
    return examples


def add_examples(contract: dict[str, Any]) -> None:
    """Give each operation that has an example its example."""
    for _, operation in operations_of(contract):
        example = _examples().get(operation["operationId"])
        content = operation["responses"].get("200", {}).get("content", {})
        for media in _JSON:
            if example is not None and media in content:
                content[media]["example"] = example
