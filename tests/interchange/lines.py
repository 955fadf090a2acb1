"""What is exported, and what an import says of itself."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from app.interchange import jsonl_writer
from app.runtime import Runtime


def exported(runtime: Runtime, path: Path, media: str | None = None) -> list[dict[str, Any]]:
    """With `media`, the name of a folder beside the records, the files of media come along."""
    folder = jsonl_writer.MediaFolder(path.parent / media, media) if media else None
    lines = list(jsonl_writer.export_lines(runtime, folder))
    path.write_text("".join(f"{line}\n" for line in lines))
    assert jsonl_writer.count_records(runtime, with_media=media is not None) == len(lines)
    if folder is not None:
        folder.write_files(runtime)
    return [json.loads(line) for line in lines]


def outcomes(counted: Counter[str]) -> dict[str, int]:
    total = Counter[str]()
    for what, number in counted.items():
        total[what.split()[1]] += number
    return dict(total)
