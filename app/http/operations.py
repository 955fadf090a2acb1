"""How an operation of the contract is called: an id for generated clients, a summary for people."""

import inspect
import re
from collections.abc import Callable
from typing import Any, Final

_VERBS: Final = {"read": "get"}
"""Our verbs that clients usually call otherwise."""


def operation_options(endpoint: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any]:
    """A route's options, with `operation_id` and `summary` made from its function unless they are
    given. `read_article` becomes `getArticle`; the summary is the docstring's first sentence."""
    verb, _, rest = endpoint.__name__.partition("_")
    words = [_VERBS.get(verb, verb), *rest.split("_")]
    name = words[0] + "".join(word.capitalize() for word in words[1:])
    text = inspect.getdoc(endpoint) or ""
    options = {**options}
    options["operation_id"] = options.get("operation_id") or name
    options["summary"] = options.get("summary") or _first_sentence(text)
    return options


def _first_sentence(text: str) -> str | None:
    flat = " ".join(text.split())
    sentence = re.split(r"(?<=[.;:])\s", flat, maxsplit=1)[0].rstrip(".;:")
    return sentence or None
