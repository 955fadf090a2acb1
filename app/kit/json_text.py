"""JSON for people to read and compare: what fits on a line is on one line."""

import json
from typing import Any

_WIDTH = 180


def readable_json(value: Any, depth: int = 0) -> str:
    """The JSON text of a value. An object or a list that is longer than a line has a line for each
    of its members, indented by a space for each level."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + depth <= _WIDTH or not isinstance(value, dict | list):
        return line
    inner = depth + 1
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(name, ensure_ascii=False)}: {readable_json(part, inner)}"
            for name, part in value.items()
        ]
    else:
        parts = [readable_json(part, inner) for part in value]
    begin, end = "{}" if isinstance(value, dict) else "[]"
    body = ",\n".join(" " * inner + part for part in parts)
    return f"{begin}\n{body}\n{' ' * depth}{end}"
