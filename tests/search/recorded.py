"""Exchanges with a real server of version 1.50, which are not kept with the program."""

import json
from pathlib import Path
from typing import Any

RECORDED = next(
    (found for above in Path(__file__).parents if (found := above / "shared/meilisearch").is_dir()),
    Path("absent"),
)
"""Exchanges with a real server, one JSON object a line; they are not kept with the program."""


def exchanges(name: str) -> list[dict[str, Any]]:
    lines = (RECORDED / f"{name}.jsonl").read_text().splitlines()
    return [one for line in lines if "request" in (one := json.loads(line))]
