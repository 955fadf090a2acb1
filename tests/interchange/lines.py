"""What is exported, and what an import says of itself."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from app.interchange import jsonl_writer
from app.runtime import Runtime


def exported(runtime: Runtime, path: Path) -> list[dict[str, Any]]:
    lines = list(jsonl_writer.export_lines(runtime))
    path.write_text("".join(f"{line}\n" for line in lines))
    assert jsonl_writer.count_records(runtime) == len(lines)
    return [json.loads(line) for line in lines]


def outcomes(counted: Counter[str]) -> dict[str, int]:
    total = Counter[str]()
    for what, number in counted.items():
        total[what.split()[1]] += number
    return dict(total)
